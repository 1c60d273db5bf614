"""The check of the hash chain of the log: numbers without gaps, each hash correct."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.lib.snapshot import snapshot
from tracker.models import GENESIS_HASH, Change, LogHead


@dataclass(frozen=True, slots=True)
class Break:
    """The first line that does not follow from the one before."""

    seq: int
    sentence: str


def walk_log() -> tuple[LogHead, Break | None]:
    """Return the head and the first broken line, if any, in constant memory.

    Both are read from one database snapshot, so others may publish meanwhile.
    """
    with snapshot():
        head = LogHead.objects.first() or LogHead()
        return head, _first_break(head)


def _first_break(head: LogHead) -> Break | None:
    expected, previous = 1, GENESIS_HASH
    for change in Change.objects.order_by("seq").iterator(chunk_size=1000):
        if change.seq != expected:
            return Break(expected, f"line {expected} is missing; the next one is {change.seq}")
        if change.previous_hash != previous:
            return Break(change.seq, "it does not name the hash of the line before")
        if change.computed_hash() != change.hash:
            return Break(change.seq, "its content does not have the hash that it carries")
        expected, previous = change.seq + 1, change.hash
    if (head.seq, head.hash) != (expected - 1, previous):
        return Break(expected, f"the head says {head.seq}, the last line is {expected - 1}")
    return None
