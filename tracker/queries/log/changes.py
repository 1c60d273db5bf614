"""The log, cut down to what a filter finds: each line as things stood when it was written.

What a line matches never depends on what happens later, so a reader who follows the log with a
filter, by feed, cursor or subscription, misses nothing and is told nothing twice. A line matches a
position (stage, assessment, target ...) when its commitment was there right after the line or
right before it: both the way in and the way out are news. Topics, parties and the kind of
instrument are those of the commitment today; they are amended, not moved.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.models import (
    LAST_DAY,
    ChangeKind,
    Instrument,
    Meeting,
    Position,
    RaisedFlag,
    Stage,
    Standing,
    StatusUpdate,
)
from tracker.queries.reference_data import meetings_by, notes_by, sources_by
from tracker.queries.viewpoint import Viewpoint
from tracker.schema.vocabulary import Flag


def _standing(seq: OuterRef, **where: object) -> QuerySet[Standing]:
    """The latest position that a commitment came to, or left, with line `seq` of the log."""
    return Standing.objects.filter(
        valid_to=LAST_DAY, known_from__lte=seq, known_to__gte=seq, **where
    )


def positioned(condition: Q) -> Q:
    """Lines whose commitment met a condition on `Standing` right after or right before."""
    standings = _standing(OuterRef("seq"), commitment=OuterRef("commitment"))
    return Q(Exists(standings.filter(condition)))


def mentioned(meetings: QuerySet[Meeting]) -> Q:
    """Lines whose commitment had an update at one of the meetings, by then."""
    mentions = StatusUpdate.objects.filter(
        commitment=OuterRef("commitment"),
        published_seq__lte=OuterRef("seq"),
        meeting__in=meetings.order_by().values("pk"),
    )
    return Q(Exists(mentions))


# The flags that the position alone raises, whatever the day.
_OF_POSITION = {
    Flag.SLIPPED: Q(has_slipped=True),
    Flag.AWAITING_ENTRY_INTO_FORCE: Q(
        stage=Stage.SIGNED, commitment__instrument=Instrument.AGREEMENT
    ),
}


def flagged(flags: Iterable[Flag]) -> Q:
    """Lines written while one of the flags was raised, from the line that raised it on.

    Of a flag that time raises, the log tells by a line of kind `flag`; it holds until the line
    with which its commitment is delivered, ended, given another target or updated.
    """
    condition = Q(pk__in=())
    for flag in set(flags):
        if flag in _OF_POSITION:
            condition |= positioned(_OF_POSITION[flag])
            continue
        column = "target_last_day" if flag in {Flag.OVERDUE, Flag.DUE_SOON} else "last_update_day"
        still = _standing(
            OuterRef(OuterRef("seq")),
            commitment=OuterRef("commitment"),
            **{column: OuterRef("basis")},
        ).filter(Position.open_q())
        raised = RaisedFlag.objects.filter(
            Exists(still),
            commitment=OuterRef("commitment"),
            flag=flag,
            change__lte=OuterRef("seq"),
        )
        condition |= Q(Exists(raised))
    return condition


def happened_by(moment: Viewpoint) -> Q:
    """Lines of what had happened by the day of a moment.

    An update had happened; what is told of a commitment, a meeting, a document or a note is told
    of one that was there; and a flag had been raised.
    """
    day = moment.day
    updates = StatusUpdate.objects.published().filter(happened_first_day__lte=day)
    stated = updates.order_by().values("commitment")
    there = Q(commitment__isnull=True) | Q(commitment__in=stated)
    held = Q(meeting__isnull=True) | Q(meeting__in=meetings_by(moment).order_by().values("pk"))
    notes = Q(note__isnull=True) | Q(note__in=notes_by(moment).order_by().values("pk"))
    sources = Q(source__isnull=True) | Q(source__in=sources_by(moment).order_by().values("pk"))
    of_others = Q(update__isnull=True) & there & held & notes & sources
    later_flags = Q(kind=ChangeKind.FLAG, payload__since__gt=day.isoformat())
    return (Q(update__happened_first_day__lte=day) | of_others) & ~later_flags


def about_meetings(meetings: QuerySet[Meeting]) -> Q:
    """Lines about one of the meetings themselves."""
    return Q(commitment=None, meeting__in=meetings.order_by().values("pk"))


def lines_about(conditions: Q, *, of_meetings: QuerySet[Meeting] | None) -> Q:
    """Lines of commitments that meet the conditions, and those about the given meetings."""
    about = Q(conditions, commitment__isnull=False)
    return about if of_meetings is None else about | about_meetings(of_meetings)
