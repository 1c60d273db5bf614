"""Pages of the log whose cost does not grow with its length.

The whole log is numbered without gaps, so a page of it is a range of numbers. A filtered log must
be examined line by line: a page examines one stretch of it, and names the stretches around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tracker.lib.tallies import keys_of
from tracker.models import Change, LogHead
from tracker.queries.visibility import public_changes

# As many lines as are examined within some tenths of a second, whatever the filter.
MOST_EXAMINED = 20_000


class WholeLog(Sequence[Any]):
    """The lines of `log` up to the head, newest first; a slice is a queryset."""

    def __init__(self, log: QuerySet[Change], head: LogHead) -> None:
        self._log, self._head = log, head.seq

    def __len__(self) -> int:
        return self._head

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, int):
            return self._log.get(seq=self._head - index)
        start, stop, _step = index.indices(self._head)
        return self._log.filter(seq__gt=self._head - stop, seq__lte=self._head - start)


class LinesFound(Sequence[Any]):
    """The lines of a filtered log, newest first, examined once; a slice is a queryset."""

    def __init__(self, log: QuerySet[Change]) -> None:
        self._seqs = sorted(keys_of(log), reverse=True)

    def __len__(self) -> int:
        return len(self._seqs)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, int):
            return public_changes().get(seq=self._seqs[index])
        return public_changes().filter(seq__in=self._seqs[index])


@dataclass(frozen=True, slots=True)
class Stretch:
    """The lines numbered from `first` to `last`.

    `older` and `newer` are the values of `before` for the stretches around; None where there is
    none, and 0 for the newest one.
    """

    first: int
    last: int
    older: int | None
    newer: int | None


def stretch(head: LogHead, before: int | None) -> Stretch:
    """Return the stretch that ends before line `before`, or at the head if that is None."""
    last = head.seq if before is None else max(min(before - 1, head.seq), 0)
    first = max(last - MOST_EXAMINED + 1, 1)
    following = last + MOST_EXAMINED
    newer = None if last == head.seq else (0 if following >= head.seq else following + 1)
    return Stretch(first, last, first if first > 1 else None, newer)
