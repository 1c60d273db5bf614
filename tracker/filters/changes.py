"""The filter set of the log: every parameter of the dashboard, and `kind` and `significance`.

For whatever follows the log as it grows: the page of changes, feeds, subscriptions, the API's
cursor. Which lines a filter finds is said in `queries.changes`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker.filters.commitments import CommitmentFilter
from tracker.filters.kinds import AnyOfFilter
from tracker.lib.partial_dates import PartialDate
from tracker.models import Change, ChangeKind, Commitment, Meeting, Significance
from tracker.queries.changes import flagged, lines_about, mentioned, positioned
from tracker.queries.flags import Flag
from tracker.queries.moments import start_of_day
from tracker.queries.search import matching
from tracker.queries.visibility import known_seq, public_changes

# What can be said of a meeting itself, so that its own lines are found too.
_OF_MEETINGS = {
    "meeting": "slug__in",
    "forum": "forum__slug__in",
    "party": "parties__slug__in",
}
# What narrows the lines, whatever they are about.
_OF_LINES = {"kind", "significance", "updated_since", "as_of", "known_at", "sort"}


def _of_commitment(lookup: str) -> Callable[[list[str]], Q]:
    return lambda value: Q(
        commitment__in=Commitment.objects.filter(**{lookup: value}).order_by().values("pk")
    )


def _of_position(lookup: str) -> Callable[[list[str]], Q]:
    return lambda value: positioned(Q(**{lookup: value}))


def _by_words(value: str) -> Q:
    found = Commitment.objects.filter(matching(value), published_seq__isnull=False)
    return Q(commitment__in=found.order_by().values("pk"))


def _by_name(value: list[Commitment]) -> Q:
    return Q(commitment__in=[c.pk for c in value])


def _by_meeting(lookup: str) -> Callable[[list[str]], Q]:
    return lambda value: mentioned(Meeting.objects.filter(**{lookup: value}))


def _target_not_before(value: PartialDate) -> Q:
    return positioned(Q(target_last_day__gte=value.first_day))


def _target_not_after(value: PartialDate) -> Q:
    return positioned(Q(target_last_day__lte=value.last_day))


_CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "q": _by_words,
    "commitment": _by_name,
    "instrument": _of_commitment("instrument__in"),
    "topic": _of_commitment("topics__slug__in"),
    "party": _of_commitment("parties__slug__in"),
    "stage": _of_position("stage__in"),
    "assessment": _of_position("assessment__in"),
    "firmness": _of_position("firmness__in"),
    "forum": _by_meeting("forum__slug__in"),
    "meeting": _by_meeting("slug__in"),
    "flag": lambda value: flagged(Flag(flag) for flag in value),
    "target_after": _target_not_before,
    "target_before": _target_not_after,
}


class ChangeFilter(CommitmentFilter):
    """Finds lines of the log: `log` is the queryset, newest first.

    `follows` is true for what follows the log as it grows (feeds, subscriptions, cursors): looking
    back with `as_of` or `known_at` is then refused, with a sentence.
    """

    kind = AnyOfFilter(choices=ChangeKind.choices, method="nothing", label=_("Kind of change"))
    significance = AnyOfFilter(
        choices=Significance.choices, method="nothing", label=_("Significance")
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        today: dt.date,
        scope: Q | None = None,
        choices: Mapping[str, list[tuple[str, str]]] | None = None,
        follows: bool = False,
    ) -> None:
        self.follows = follows
        super().__init__(data, today=today, scope=scope, choices=choices)

    @property
    def form(self) -> forms.Form:
        form: forms.Form = super().form
        if self.follows:
            for name in ("as_of", "known_at"):
                form.fields[name].validators = [_no_looking_back]
        return form

    @property
    def log(self) -> QuerySet[Change]:
        """The lines that a valid filter finds, newest first; none for one with errors."""
        if not self.is_valid():
            return Change.objects.none()
        cleaned = {name: value for name, value in self.form.cleaned_data.items() if value}
        about = cleaned.keys() - _OF_LINES
        log = public_changes().order_by("-seq")
        if about:
            conditions = Q()
            for name in sorted(about):
                conditions &= _CONDITIONS[name](cleaned[name])
            meetings = None
            if about <= _OF_MEETINGS.keys():
                meetings = Meeting.objects.filter(published_seq__isnull=False)
                for name in sorted(about):
                    meetings = meetings.filter(**{_OF_MEETINGS[name]: cleaned[name]})
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
            condition &= Q(seq__lte=known_seq(cleaned["known_at"]))
        if "as_of" in cleaned:
            condition &= Q(update=None) | Q(update__happened_first_day__lte=cleaned["as_of"])
        return condition


def _no_looking_back(value: dt.date) -> None:
    raise forms.ValidationError(
        _(
            "What follows the log as it grows cannot look back. Leave this out here; "
            "/changes/ and the files take it."
        )
    )
