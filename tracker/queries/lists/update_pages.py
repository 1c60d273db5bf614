"""One page of the updates of filtered commitments, in the order of the file of updates."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import overload

from django.db.models import Count, QuerySet
from django.utils.functional import cached_property

from tracker.lib.lru_cache import LRUCache
from tracker.models import Commitment, LogHead
from tracker.queries.lists.bulk import update_chunks
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_updates
from tracker.schema.payloads import Payload

# By the place of a commitment's primary key, how many of its updates count: 0.4 MB for 100,000.
Counts = Sequence[int]
_counted: LRUCache[Counts] = LRUCache(most=8)


def update_counts(head: LogHead, moment: Viewpoint) -> Counts:
    """For all commitments at this head of the log or a later one; kept in the process."""
    key = (head.hash, head.generation, moment)
    kept = _counted.get(key)
    return kept if kept is not None else _counted.put(key, _count(moment))


def forget() -> None:
    """Keep nothing: for tests, which go back in the log."""
    _counted.clear()


def _count(moment: Viewpoint) -> Counts:
    updates = public_updates(as_of=moment.as_of, known=moment.known).order_by()
    counted = updates.values_list("commitment").annotate(number=Count("pk"))
    found: dict[int, int] = dict(counted.iterator(chunk_size=5_000))
    return array("I", [found.get(key, 0) for key in range(max(found, default=0) + 1)])


class UpdatePages(Sequence[Payload]):
    """The updates that count of some commitments, as a sequence that reads only what is sliced.

    They stand under their commitments, in the order of those, and then as things happened. What an
    update did is told against the one before it, so the stories of the commitments on the page are
    read whole; of all others only the number of updates, which is kept for a head of the log.
    """

    def __init__(
        self, commitments: QuerySet[Commitment], moment: Viewpoint, *, head: LogHead
    ) -> None:
        self.commitments, self.moment, self.head = commitments, moment, head

    @cached_property
    def _keys(self) -> list[int]:
        """Each commitment that has updates, in order, by primary key."""
        counts = self._counts
        keys = self.commitments.values_list("pk", flat=True)
        return [key for key in keys if key < len(counts) and counts[key]]

    @cached_property
    def _counts(self) -> Counts:
        return update_counts(self.head, self.moment)

    @cached_property
    def _ends(self) -> list[int]:
        """Of each of these, how many updates there are up to its last."""
        return [*accumulate(self._counts[key] for key in self._keys)]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Payload: ...
    @overload
    def __getitem__(self, index: slice) -> list[Payload]: ...
    def __getitem__(self, index: int | slice) -> Payload | list[Payload]:
        if isinstance(index, int):
            [found] = self[index : index + 1]
            return found
        start, stop, _step = index.indices(len(self))
        # From the commitment whose updates end after the start to the one in which the last lies.
        first, last = bisect_right(self._ends, start), bisect_left(self._ends, stop)
        shown = self.commitments.filter(pk__in=self._keys[first : last + 1])
        told = list(chain.from_iterable(update_chunks(shown, self.moment)))
        before = self._ends[first - 1] if first else 0
        return told[start - before : stop - before]
