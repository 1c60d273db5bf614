"""What waits to be done, drafts included: which rows that is on a day, and the filters by it.

Nothing here is public: the office's own lists begin here, and `queries.visibility` knows of none.
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

# How far ahead meetings are prepared, and after how long somebody looks for news again.
_AHEAD = dt.timedelta(days=30)
_CHECKED_EVERY_MONTHS = 6


def in_review(rows: QuerySet[Review]) -> QuerySet[Review]:
    """What was sent and nobody has published or sent back yet, the longest waiting first."""
    return rows.filter(state=ReviewState.IN_REVIEW).order_by("sent_at", "pk")


def unrecorded(rows: QuerySet[Meeting], day: dt.date) -> QuerySet[Meeting]:
    """Meetings of which not everything is recorded: held, or planned for a day that has passed."""
    was_held = Q(state=MeetingState.HELD) | Q(state=MeetingState.PLANNED, last_day__lt=day)
    return rows.filter(was_held, fully_recorded_seq=None).order_by("-first_day", "slug")


def to_come(rows: QuerySet[Meeting], day: dt.date) -> QuerySet[Meeting]:
    """Planned meetings whose date, as far as it is known, may lie in the next 30 days."""
    planned = rows.filter(state=MeetingState.PLANNED, retracted_seq=None)
    return planned.filter(last_day__gte=day, first_day__lte=day + _AHEAD).order_by(
        "first_day", "slug"
    )


def overdue_unexplained(rows: QuerySet[Commitment], day: dt.date) -> QuerySet[Commitment]:
    """Public commitments past their target, without any evidence since, the last due first."""
    public = rows.filter(published_seq__isnull=False, retracted_seq=None)
    return public.filter(Commitment.no_information_q(day)).order_by(
        "-target_last_day", "-reference"
    )


def unchecked(rows: QuerySet[Commitment], day: dt.date) -> QuerySet[Commitment]:
    """Open public commitments for which nobody looked for six months, nor any update tells."""
    since = add_months(day, -_CHECKED_EVERY_MONTHS)
    public = rows.filter(published_seq__isnull=False, retracted_seq=None)
    return public.filter(
        Commitment.open_q(),
        Q(last_checked_on=None) | Q(last_checked_on__lt=since),
        last_update_day__lt=since,
    ).order_by("last_update_day", "reference")


def unarchived(rows: QuerySet[Source], day: dt.date) -> QuerySet[Source]:
    """Sources that would be lost with their web address, the newest first."""
    return rows.filter(archived_url="").exclude(url="").order_by("-published_first_day", "slug")


Chosen = Callable[[Any, dt.date], QuerySet[Any]]


class WorkFilter(admin.SimpleListFilter):
    """A list cut down to what waits to be done, as the front page counts it."""

    title = _("to be done")
    parameter_name = "work"
    offered: Mapping[str, tuple[Any, Chosen]] = {}

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(name, label) for name, (label, _chosen) in self.offered.items()]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        wanted = self.value()
        if wanted is None:
            return None
        if wanted not in self.offered:
            # An unknown word finds nothing; everything would look like an answer.
            return queryset.none()
        _label, chosen = self.offered[wanted]
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
