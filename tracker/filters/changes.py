"""The filter set of the log: the parameters of `CommitmentFilter`, `kind` and `significance`.

For the page of changes, feeds, subscriptions and the API's cursor. `queries.log.changes` builds the
conditions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker.filters.commitments import CommitmentFilter
from tracker.filters.conditions import CONDITIONS, Condition, meetings_named, meetings_of
from tracker.filters.fields import AnyOfFilter
from tracker.models import Change, ChangeKind, Commitment, Meeting, Party, Significance
from tracker.queries.former_values import keys_q, relates_q, slug_q
from tracker.queries.lists.search import keys_matching, keys_matching_then, occurring_in_each
from tracker.queries.log.changes import (
    ever_raised,
    flagged,
    happened_by,
    lines_about,
    mentioned,
    positioned,
)
from tracker.queries.viewpoint import Viewpoint, start_of_day
from tracker.queries.visibility import public_changes
from tracker.schema.vocabulary import Flag

# Parameters that also match the lines about a meeting itself.
_OF_MEETINGS = {"meeting", "forum", "party"}
# Parameters that apply to the lines, not to their commitments.
_OF_LINES = {"kind", "significance", "updated_since", "as_of", "known_at", "sort"}


# Of so few commitments, the lines are looked up. Of more, lines are examined until enough match.
_FEW = 2_000


def _one_by_one(name: str) -> Condition:
    """Match each line whose commitment meets the condition of a parameter."""
    return lambda viewpoint, value: _whose(CONDITIONS[name](viewpoint, value))


def _whose(condition: Q) -> Q:
    return Q(Exists(Commitment.objects.filter(condition, pk=OuterRef("commitment"))))


def _among_all(name: str) -> Condition:
    """Match the same lines, quickly for few commitments in a long log."""

    def condition(viewpoint: Viewpoint, value: Any) -> Q:
        met = CONDITIONS[name](viewpoint, value)
        keys = Commitment.objects.filter(met).order_by().values_list("pk", flat=True)
        few = list(keys[: _FEW + 1])
        return keys_q(few, of="commitment") if len(few) <= _FEW else _whose(met)

    return condition


def _of_position(lookup: str) -> Condition:
    return lambda viewpoint, value: positioned(Q(**{lookup: value}))


def _words_one_by_one(viewpoint: Viewpoint, words: str) -> Q:
    if viewpoint.known_at is None:
        return _whose(occurring_in_each(words))
    published = Commitment.objects.published(known=viewpoint.known)
    return keys_q(keys_matching_then(words, viewpoint, published), of="commitment")


def _words_among_all(viewpoint: Viewpoint, words: str) -> Q:
    few = keys_matching(words, most=_FEW + 1) if viewpoint.known_at is None else ()
    if few and len(few) <= _FEW:
        return keys_q(few, of="commitment")
    return _words_one_by_one(viewpoint, words)


def _flags_one_by_one(_viewpoint: Viewpoint, values: list[str]) -> Q:
    return flagged(Flag(value) for value in values)


def _flags_among_all(viewpoint: Viewpoint, values: list[str]) -> Q:
    condition = _flags_one_by_one(viewpoint, values)
    raised = ever_raised(Flag(value) for value in values)
    if raised is None:
        return condition
    few = list(raised.values_list("commitment", flat=True).distinct()[: _FEW + 1])
    return keys_q(few, of="commitment") & condition if len(few) <= _FEW else condition


# The quickest to decide first: a database tries them in this order for each line.
_ONE_BY_ONE: dict[str, Condition] = {
    "commitment": lambda viewpoint, value: Q(commitment__in=[c.pk for c in value]),
    "instrument": _one_by_one("instrument"),
    "topic": _one_by_one("topic"),
    "party": _one_by_one("party"),
    "stage": _of_position("stage__in"),
    "assessment": _of_position("assessment__in"),
    "firmness": _of_position("firmness__in"),
    "forum": lambda viewpoint, value: mentioned(meetings_of(viewpoint, value)),
    "meeting": lambda viewpoint, value: mentioned(meetings_named(viewpoint, value)),
    "flag": _flags_one_by_one,
    "target_after": lambda viewpoint, value: positioned(Q(target_last_day__gte=value.first_day)),
    "target_before": lambda viewpoint, value: positioned(Q(target_last_day__lte=value.last_day)),
    "q": _words_one_by_one,
}
_AMONG_ALL: dict[str, Condition] = {
    **_ONE_BY_ONE,
    "q": _words_among_all,
    "flag": _flags_among_all,
    **{name: _among_all(name) for name in ("instrument", "topic", "party")},
}


class ChangeFilter(CommitmentFilter):
    """Filter lines of the log; `log` is the queryset, newest first.

    `follows` is true for feeds, subscriptions and cursors, which follow the log as it grows:
    `as_of` and `known_at` are then errors.
    """

    kind = AnyOfFilter(choices=ChangeKind.choices, method="nothing", label=_("Kind of change"))
    significance = AnyOfFilter(
        choices=Significance.choices, method="nothing", label=_("Significance")
    )

    def __init__(self, data: QueryDict, *, follows: bool = False, **options: Any) -> None:
        self.follows = follows
        super().__init__(data, **options)

    @property
    def form(self) -> forms.Form:
        form: forms.Form = super().form
        if self.follows:
            for name in ("as_of", "known_at"):
                form.fields[name].validators = [_no_looking_back]
        return form

    @property
    def log(self) -> QuerySet[Change]:
        """The lines that match a valid filter, newest first; none if it has errors."""
        return self._lines(_AMONG_ALL)

    def between(self, after: int, to: int) -> QuerySet[Change]:
        """Return those numbered after `after` and up to `to`, examining just these lines."""
        return self._lines(_ONE_BY_ONE).filter(seq__gt=after, seq__lte=to)

    def _lines(self, met: Mapping[str, Condition]) -> QuerySet[Change]:
        if not self.is_valid():
            return Change.objects.none()
        cleaned = {name: value for name, value in self.form.cleaned_data.items() if value}
        about = cleaned.keys() - _OF_LINES
        log = public_changes().order_by("-seq")
        if about:
            conditions = Q()
            for name in (name for name in met if name in about):
                conditions &= met[name](self.viewpoint, cleaned[name])
            meetings = None
            if about <= _OF_MEETINGS:
                meetings = Meeting.objects.published()
                for name in sorted(about):
                    meetings = meetings.filter(self._of_meeting(name, cleaned[name]))
            log = log.filter(lines_about(conditions, of_meetings=meetings))
        return log.filter(self._of_lines(cleaned))

    def _of_lines(self, cleaned: dict[str, Any]) -> Q:
        condition = Q()
        if "kind" in cleaned:
            condition &= Q(kind__in=cleaned["kind"])
        if "significance" in cleaned:
            condition &= Q(significance__in=cleaned["significance"])
        if "updated_since" in cleaned:
            condition &= Q(recorded_at__gte=start_of_day(cleaned["updated_since"]))
        if "known_at" in cleaned:
            condition &= Q(seq__lte=self.viewpoint.known)
        if "as_of" in cleaned:
            condition &= happened_by(self.viewpoint)
        return condition

    def _of_meeting(self, name: str, value: list[str]) -> Q:
        """Return the condition of a parameter on meetings themselves."""
        if name == "party":
            known = self.viewpoint.known
            named = Party.objects.filter(slug_q(Party, value, known))
            keys = list(named.values_list("pk", flat=True))
            today = Q(pk__in=Meeting.objects.filter(parties__in=keys).order_by().values("pk"))
            return relates_q(Meeting, "parties", known, keys, today=today)
        named_by = meetings_named if name == "meeting" else meetings_of
        meetings = named_by(self.viewpoint, value)
        return Q(pk__in=meetings.order_by().values("pk"))


def _no_looking_back(value: dt.date) -> None:
    raise forms.ValidationError(
        _(
            "What follows the log as it grows cannot look back. Leave this out here; "
            "/changes/ and the files take it."
        )
    )
