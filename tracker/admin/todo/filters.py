"""The to-do lists of staff, drafts included: which rows need work on a day, and the list filters.

Nothing here is public; public lists start at `queries.visibility`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.lib.partial_dates import add_months
from tracker.models import Commitment, Meeting, MeetingState, Review, ReviewState, Source

# How far ahead meetings are prepared, and how often commitments are checked for news.
_AHEAD = dt.timedelta(days=30)
_CHECKED_EVERY_MONTHS = 6


def in_review(rows: QuerySet[Review]) -> QuerySet[Review]:
    """Reviews that wait for a decision, longest waiting first."""
    return rows.filter(state=ReviewState.IN_REVIEW).order_by("sent_at", "pk")


def unrecorded(rows: QuerySet[Meeting], day: dt.date) -> QuerySet[Meeting]:
    """Meetings not fully recorded that were held, or planned for a day that has passed."""
    was_held = Q(state=MeetingState.HELD) | Q(state=MeetingState.PLANNED, last_day__lt=day)
    return rows.filter(was_held, fully_recorded_seq=None).order_by("-first_day", "slug")


def to_come(rows: QuerySet[Meeting], day: dt.date) -> QuerySet[Meeting]:
    """Planned meetings whose partial date may fall in the next 30 days."""
    planned = rows.filter(state=MeetingState.PLANNED, retracted_seq=None)
    return planned.filter(last_day__gte=day, first_day__lte=day + _AHEAD).order_by(
        "first_day", "slug"
    )


def overdue_unexplained(rows: QuerySet[Commitment], day: dt.date) -> QuerySet[Commitment]:
    """Public commitments past their target without evidence since, latest target first."""
    public = rows.filter(published_seq__isnull=False, retracted_seq=None)
    return public.filter(Commitment.no_information_q(day)).order_by(
        "-target_last_day", "-reference"
    )


def unchecked(rows: QuerySet[Commitment], day: dt.date) -> QuerySet[Commitment]:
    """Open public commitments neither checked nor updated for six months."""
    since = add_months(day, -_CHECKED_EVERY_MONTHS)
    public = rows.filter(published_seq__isnull=False, retracted_seq=None)
    return public.filter(
        Commitment.open_q(),
        Q(last_checked_on=None) | Q(last_checked_on__lt=since),
        last_update_day__lt=since,
    ).order_by("last_update_day", "reference")


def unarchived(rows: QuerySet[Source], day: dt.date) -> QuerySet[Source]:
    """Sources with a web address but no archived copy, newest first."""
    return rows.filter(archived_url="").exclude(url="").order_by("-published_first_day", "slug")


Chosen = Callable[[Any, dt.date], QuerySet[Any]]


class WorkFilter(admin.SimpleListFilter):
    """A list filter for what needs work, as counted on the front page."""

    title = _("to be done")
    parameter_name = "work"
    offered: Mapping[str, tuple[Any, Chosen]] = {}

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(name, label) for name, (label, _chosen) in self.offered.items()]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        name = self.value()
        if name is None:
            return None
        if name not in self.offered:
            # An unknown value matches nothing: an unfiltered list would be misleading.
            return queryset.none()
        _label, chosen = self.offered[name]
        return chosen(queryset, timezone.localdate())


class MeetingWorkFilter(WorkFilter):
    offered = {
        "unrecorded": (_("held and not fully recorded"), unrecorded),
        "to-come": (_("in the next 30 days"), to_come),
    }


class CommitmentWorkFilter(WorkFilter):
    offered = {
        "overdue": (_("overdue without evidence"), overdue_unexplained),
        "unchecked": (_("not checked for 6 months"), unchecked),
    }


class SourceWorkFilter(WorkFilter):
    offered = {"unarchived": (_("without an archived address"), unarchived)}
