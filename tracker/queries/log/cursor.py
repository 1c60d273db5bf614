"""Reading the log from a cursor on, so that a reader who goes on misses nothing, ever.

The head is read first. Whoever appends holds a lock on it until its lines are committed, so every
line up to a head that has been read is there, and no later one is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from tracker.models import Change, LogHead

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines after a cursor. `next_after` is the last line that was examined: the cursor to go
    on with; there are `more` where it lies before the head."""

    head: LogHead
    found: list[Change]
    next_after: int
    more: bool


def _between(log: QuerySet[Change], after: int, upto: int) -> QuerySet[Change]:
    # A payload needs nothing but the line.
    return log.select_related(None).filter(seq__gt=after, seq__lte=upto).order_by("seq")


def lines_after(log: QuerySet[Change], after: int, *, limit: int, head: LogHead) -> Lines:
    """At most `limit` lines of a filtered log, up to a head that was read before."""
    found = list(_between(log, after, head.seq)[: limit + 1])
    more = len(found) > limit
    shown = found[:limit]
    return Lines(head, shown, shown[-1].seq if more else max(after, head.seq), more)


def end_of(log: QuerySet[Change], after: int, *, limit: int | None, head: LogHead) -> int:
    """The last line that `limit` lines of a filtered log examine: where `each_line` is to end."""
    if limit is None:
        return head.seq
    seqs = _between(log, after, head.seq).values_list("seq", flat=True)
    found = list(seqs[limit - 1 : limit + 1])
    return found[0] if len(found) > 1 else head.seq


def each_line(log: QuerySet[Change], after: int, *, upto: int) -> Iterator[Change]:
    """All lines after a cursor up to a number, in constant memory: each chunk is a new query."""
    while chunk := list(_between(log, after, upto)[:CHUNK]):
        yield from chunk
        after = chunk[-1].seq
