"""Pages of the updates of filtered commitments, in the order of the updates file."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.functional import cached_property

from tracker.lib.lru_cache import LRUCache
from tracker.models import Commitment, LogHead
from tracker.queries.lists.bulk import update_chunks
from tracker.queries.viewpoint import Viewpoint, state_key
from tracker.queries.visibility import public_updates
from tracker.schema.payloads import Payload

# The number of effective updates at the index of each primary key: 0.4 MB for 100,000.
Counts = Sequence[int]
_counted: LRUCache[Counts] = LRUCache(most=8)


def update_counts(head: LogHead, viewpoint: Viewpoint) -> Counts:
    """Return the cached counts of all commitments at this head of the log or a later one."""
    key = state_key(head, viewpoint)
    cached = _counted.get(key)
    return cached if cached is not None else _counted.put(key, _count(viewpoint))


def forget() -> None:
    """Clear the cache, for tests, which go back in the log."""
    _counted.clear()


def _count(viewpoint: Viewpoint) -> Counts:
    updates = public_updates(viewpoint).order_by()
    counted = updates.values_list("commitment").annotate(number=Count("pk"))
    counts: dict[int, int] = dict(counted.iterator(chunk_size=5_000))
    return array("I", [counts.get(key, 0) for key in range(max(counts, default=0) + 1)])


class UpdatePages(Sequence[Payload]):
    """The effective updates of some commitments, as a sequence that reads only what is sliced.

    Ordered by commitment, then chronologically. Movements compare an update with the one before it,
    so the commitments on the page are read with all their updates; of the others only the number of
    updates is needed, which is cached for each head of the log.
    """

    def __init__(
        self, commitments: QuerySet[Commitment], viewpoint: Viewpoint, *, head: LogHead
    ) -> None:
        self.commitments, self.viewpoint, self.head = commitments, viewpoint, head

    @cached_property
    def _keys(self) -> list[int]:
        """The primary keys of the commitments that have updates, in order."""
        counts = self._counts
        keys = self.commitments.values_list("pk", flat=True)
        return [key for key in keys if key < len(counts) and counts[key]]

    @cached_property
    def _counts(self) -> Counts:
        return update_counts(self.head, self.viewpoint)

    @cached_property
    def _ends(self) -> list[int]:
        """For each of these, the number of updates up to and including its last."""
        return [*accumulate(self._counts[key] for key in self._keys)]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _step = index.indices(len(self))
        # From the commitment with the first update of the slice to the one with the last.
        first, last = bisect_right(self._ends, start), bisect_left(self._ends, stop)
        shown = self.commitments.filter(pk__in=self._keys[first : last + 1])
        payloads = list(chain.from_iterable(update_chunks(shown, self.viewpoint)))
        before = self._ends[first - 1] if first else 0
        return payloads[start - before : stop - before]
