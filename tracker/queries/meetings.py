"""What one meeting did to every commitment, and what it passed over in silence."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from tracker.models import Commitment, Meeting, StatusUpdate
from tracker.queries.flags import open_q
from tracker.queries.history import Step, steps
from tracker.queries.moments import Moment
from tracker.queries.visibility import public_commitments, public_updates, with_evidence


def with_update_counts(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Add `update_count`: how many updates that count rest on each meeting."""
    counting = Q(
        updates__published_seq__isnull=False,
        updates__revision__isnull=True,
        updates__commitment__published_seq__isnull=False,
        updates__commitment__retracted_seq__isnull=True,
    )
    counted = meetings.annotate(update_count=Count("updates", filter=counting, distinct=True))
    # Grouping forgets the model's own order.
    return counted.order_by(*Meeting._meta.ordering or ())


def done_by(meeting: Meeting) -> list[Step]:
    """The steps that commitments took at a meeting, each against the step before it."""
    touched = public_updates().filter(meeting=meeting).values("commitment")
    story: dict[int, list[StatusUpdate]] = defaultdict(list)
    updates = public_updates().filter(commitment__in=touched)
    for update in with_evidence(updates).chronological():
        story[update.commitment_id].append(update)
    taken = [
        step
        for updates_of_one in story.values()
        for step in steps(updates_of_one)
        if step.update.meeting_id == meeting.pk
    ]
    return sorted(taken, key=lambda step: step.update.commitment.reference)


def passed_over_by(meeting: Meeting, *, today: dt.date) -> Sequence[Commitment]:
    """Open commitments on which a fully recorded meeting was silent; none for any other meeting."""
    if not meeting.is_fully_recorded or meeting.last_day is None:
        return []
    moment = Moment(today, as_of=meeting.last_day)
    return list(
        public_commitments(as_of=meeting.last_day)
        .filter(
            open_q(moment),
            **{
                moment.column("mention_parties_key"): meeting.parties_key,
                moment.column("mention_level__lte"): meeting.level,
                moment.column("last_update_day__lt"): meeting.first_day,
            },
        )
        .order_by("reference")
    )
