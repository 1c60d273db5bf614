"""The filter set of the log: the parameters of `CommitmentFilter`, `kind` and `significance`.

For the page of changes, feeds, subscriptions and the API's cursor. `queries.log.changes` builds the
conditions.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker.filters.commitments import CommitmentFilter
from tracker.filters.conditions import CONDITIONS, Condition, meetings_named, meetings_of
from tracker.filters.fields import AnyOfFilter
from tracker.models import Change, ChangeKind, Commitment, Meeting, Party, Significance
from tracker.queries.former_values import keys_q, relates_q, slug_q
from tracker.queries.lists.search import keys_matching_then, matching
from tracker.queries.log.changes import flagged, happened_by, lines_about, mentioned, positioned
from tracker.queries.viewpoint import Viewpoint, start_of_day
from tracker.queries.visibility import public_changes
from tracker.schema.vocabulary import Flag

# Parameters that also match the lines about a meeting itself.
_OF_MEETINGS = {"meeting", "forum", "party"}
# Parameters that apply to the lines, not to their commitments.
_OF_LINES = {"kind", "significance", "updated_since", "as_of", "known_at", "sort"}


def _about(name: str) -> Condition:
    """Match the lines of commitments that meet the condition of a parameter."""

    def condition(viewpoint: Viewpoint, value: Any) -> Q:
        meeting_it = Commitment.objects.filter(CONDITIONS[name](viewpoint, value))
        return Q(commitment__in=meeting_it.order_by().values("pk"))

    return condition


def _of_position(lookup: str) -> Condition:
    return lambda viewpoint, value: positioned(Q(**{lookup: value}))


def _by_words(viewpoint: Viewpoint, words: str) -> Q:
    published = Commitment.objects.published(known=viewpoint.known)
    if viewpoint.known_at is None:
        condition = matching(words)
    else:
        condition = keys_q(keys_matching_then(words, viewpoint, published))
    return Q(commitment__in=published.filter(condition).order_by().values("pk"))


_CONDITIONS: dict[str, Condition] = {
    "q": _by_words,
    "commitment": lambda viewpoint, value: Q(commitment__in=[c.pk for c in value]),
    "instrument": _about("instrument"),
    "topic": _about("topic"),
    "party": _about("party"),
    "stage": _of_position("stage__in"),
    "assessment": _of_position("assessment__in"),
    "firmness": _of_position("firmness__in"),
    "forum": lambda viewpoint, value: mentioned(meetings_of(viewpoint, value)),
    "meeting": lambda viewpoint, value: mentioned(meetings_named(viewpoint, value)),
    "flag": lambda viewpoint, value: flagged(Flag(flag) for flag in value),
    "target_after": lambda viewpoint, value: positioned(Q(target_last_day__gte=value.first_day)),
    "target_before": lambda viewpoint, value: positioned(Q(target_last_day__lte=value.last_day)),
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
        if not self.is_valid():
            return Change.objects.none()
        cleaned = {name: value for name, value in self.form.cleaned_data.items() if value}
        about = cleaned.keys() - _OF_LINES
        log = public_changes().order_by("-seq")
        if about:
            conditions = Q()
            for name in sorted(about):
                conditions &= _CONDITIONS[name](self.viewpoint, cleaned[name])
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
