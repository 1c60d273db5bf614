"""Cursor-based reading of the log, so that a client that continues never misses a line.

The head is read first. A writer locks it until its lines are committed, so every line up to a head
that has been read exists, and later lines are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from tracker.models import Change, LogHead

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines after a cursor. `next_after` is the last line examined, the cursor to continue
    from; `more` says whether it is before the head."""

    head: LogHead
    changes: list[Change]
    next_after: int
    more: bool


def _between(log: QuerySet[Change], after: int, upto: int) -> QuerySet[Change]:
    # A payload needs only the line itself.
    return log.select_related(None).filter(seq__gt=after, seq__lte=upto).order_by("seq")


def lines_after(log: QuerySet[Change], after: int, *, limit: int, head: LogHead) -> Lines:
    """Return at most `limit` lines of a filtered log, up to a head read before."""
    lines = list(_between(log, after, head.seq)[: limit + 1])
    more = len(lines) > limit
    shown = lines[:limit]
    return Lines(head, shown, shown[-1].seq if more else max(after, head.seq), more)


def end_of(log: QuerySet[Change], after: int, *, limit: int | None, head: LogHead) -> int:
    """Return the `upto` with which `each_line` yields at most `limit` lines of a filtered log."""
    if limit is None:
        return head.seq
    seqs = _between(log, after, head.seq).values_list("seq", flat=True)
    last_two = list(seqs[limit - 1 : limit + 1])
    return last_two[0] if len(last_two) > 1 else head.seq


def each_line(log: QuerySet[Change], after: int, *, upto: int) -> Iterator[Change]:
    """Yield all lines after a cursor up to a number, in constant memory."""
    # One statement: in each, a filter may find all that its lines can be about anew.
    return _between(log, after, upto).iterator(chunk_size=CHUNK)
