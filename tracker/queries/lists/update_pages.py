"""Pages of the updates of filtered commitments, in the order of the updates file."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from tracker.lib.lru_cache import LRUCache
from tracker.lib.tallies import counts_by
from tracker.models import Commitment, LogHead, Revision, StatusUpdate
from tracker.queries.lists.bulk import update_chunks
from tracker.queries.viewpoint import Viewpoint, state_key
from tracker.schema.payloads import Payload

# The number of effective updates at the index of each primary key, of public commitments or not:
# 0.4 MB for 100,000.
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
    # First the revisions: what is revised was published before.
    revised = counts_by(_revised(viewpoint), "commitment", "update")
    counts = counts_by(_published(viewpoint), "commitment", "number")
    for key, number in revised.items():
        counts[key] -= number
    return array("I", [counts.get(key, 0) for key in range(max(counts, default=0) + 1)])


def _published(viewpoint: Viewpoint) -> QuerySet[StatusUpdate]:
    """Return the updates that were published, whether or not they were revised since."""
    if not viewpoint.is_past:
        # Numbered when published: an index has just the number and the commitment.
        return StatusUpdate.objects.filter(number__isnull=False)
    updates = StatusUpdate.objects.published(known=viewpoint.known)
    as_of = viewpoint.as_of
    return updates if as_of is None else updates.filter(happened_first_day__lte=as_of)


def _revised(viewpoint: Viewpoint) -> QuerySet[Revision]:
    """Return the revisions of these updates, each with the key of its commitment.

    As a subquery: there are few revisions, but a planner may begin a join with all updates.
    """
    own = StatusUpdate.objects.filter(pk=OuterRef("update"))
    revisions = Revision.objects.annotate(commitment=Subquery(own.values("commitment")))
    as_of, known = viewpoint.as_of, viewpoint.known
    if known is not None:
        revisions = revisions.filter(seq__lte=known)
    return revisions if as_of is None else revisions.filter(update__happened_first_day__lte=as_of)


class UpdatePages(Sequence[Payload]):
    """The effective updates of some commitments, as a sequence that reads only what is sliced.

    Ordered by commitment, then chronologically. Movements compare an update with the one before it,
    so the commitments on the page are read with all their updates; of the others only the number of
    updates is needed, which is cached for each head of the log.

    `keys` are those of the commitments in their order; `commitments` has them in the same order.
    """

    def __init__(
        self,
        keys: Sequence[int],
        commitments: QuerySet[Commitment],
        viewpoint: Viewpoint,
        *,
        head: LogHead,
    ) -> None:
        self.commitments, self.viewpoint = commitments, viewpoint
        counts = update_counts(head, viewpoint)
        self._keys = [key for key in keys if key < len(counts) and counts[key]]
        # For each of these, the number of updates up to and including its last.
        self._ends = [*accumulate(counts[key] for key in self._keys)]

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
