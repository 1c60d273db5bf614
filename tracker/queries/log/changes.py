"""Filters on the log: conditions on each line by the state when it was written.

Whether a line matches never depends on later lines, so a reader who follows a filtered log by feed,
cursor or subscription misses nothing and sees nothing twice. A line matches a position (stage,
assessment, target ...) if its commitment had it right after the line or right before it: both
entering and leaving it are news. Topics, parties and instrument are those of the commitment today.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.models import (
    LAST_DAY,
    ChangeKind,
    Meeting,
    Position,
    RaisedFlag,
    Standing,
    StatusUpdate,
)
from tracker.queries.reference_data import meetings_by, notes_by
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_sources
from tracker.schema.vocabulary import Flag


def _standing(seq: OuterRef, **where: object) -> QuerySet[Standing]:
    """Return the positions that began or ended with line `seq` of the log, or held then."""
    return Standing.objects.filter(
        valid_to=LAST_DAY, known_from__lte=seq, known_to__gte=seq, **where
    )


def positioned(condition: Q) -> Q:
    """Match lines whose commitment met a condition on `Standing` right after or before."""
    standings = _standing(OuterRef("seq"), commitment=OuterRef("commitment"))
    return Q(Exists(standings.filter(condition)))


def mentioned(meetings: QuerySet[Meeting]) -> Q:
    """Match lines whose commitment had an update at one of the meetings by then."""
    mentions = StatusUpdate.objects.filter(
        commitment=OuterRef("commitment"),
        published_seq__lte=OuterRef("seq"),
        meeting__in=meetings.order_by().values("pk"),
    )
    return Q(Exists(mentions))


# The flags that depend on the position alone, not on the day.
_OF_POSITION = {
    Flag.SLIPPED: Q(has_slipped=True),
    Flag.AWAITING_ENTRY_INTO_FORCE: Position.awaiting_entry_into_force_q(
        has_instrument=lambda it: Q(commitment__instrument=it)
    ),
}


def flagged(flags: Iterable[Flag]) -> Q:
    """Match lines written while one of the flags was raised, including the one that raised it.

    A line of kind `flag` records a flag raised by the passage of time. The flag holds until the
    line with which its commitment is delivered, ended, given another target or updated.
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


def ever_raised(flags: Iterable[Flag]) -> QuerySet[RaisedFlag] | None:
    """Return the rows that lines of `flagged` need; None if a position alone raises a flag."""
    wanted = set(flags)
    if wanted & _OF_POSITION.keys():
        return None
    return RaisedFlag.objects.filter(flag__in=wanted)


def happened_by(viewpoint: Viewpoint) -> Q:
    """Match lines about what had happened by the day of the viewpoint.

    That is updates that had happened, lines about commitments, meetings, sources and notes that
    existed by then, and flags that had been raised.
    """
    day = viewpoint.day
    updates = StatusUpdate.objects.published().filter(happened_first_day__lte=day)
    of_others = (
        Q(update__isnull=True)
        & _none_or_among(updates, "commitment", key="commitment")
        & _none_or_among(meetings_by(viewpoint), "meeting")
        & _none_or_among(notes_by(viewpoint), "note")
        & _none_or_among(public_sources(viewpoint), "source")
    )
    later_flags = Q(kind=ChangeKind.FLAG, payload__since__gt=day.isoformat())
    return (Q(update__happened_first_day__lte=day) | of_others) & ~later_flags


def _none_or_among(records: QuerySet[Any], column: str, *, key: str = "pk") -> Q:
    """Match lines that name no record in a column, or one of these.

    Looked up for each line: a page examines few, and there may be a million records to list.
    """
    named = records.order_by().filter(**{key: OuterRef(column)})
    return Q(**{f"{column}__isnull": True}) | Q(Exists(named))


def about_meetings(meetings: QuerySet[Meeting]) -> Q:
    """Match lines about one of the meetings themselves."""
    return Q(commitment=None, meeting__in=meetings.order_by().values("pk"))


def lines_about(conditions: Q, *, of_meetings: QuerySet[Meeting] | None) -> Q:
    """Match lines of commitments that meet the conditions, and lines about the meetings."""
    about = Q(conditions, commitment__isnull=False)
    return about if of_meetings is None else about | about_meetings(of_meetings)
