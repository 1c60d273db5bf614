"""One page of the updates of filtered commitments, in the order of the file of updates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import overload

from django.db.models import Count, QuerySet
from django.utils.functional import cached_property

from tracker.models import Commitment
from tracker.payloads import Payload
from tracker.queries.extracts import update_chunks
from tracker.queries.moments import Moment
from tracker.queries.visibility import public_updates


class UpdatePages(Sequence[Payload]):
    """The updates that count of some commitments, as a sequence that reads only what is sliced.

    They stand under their commitments, in the order of those, and then as things happened. What an
    update did is told against the one before it, so the stories of the commitments on the page are
    read whole; of all others only the number of updates. Three queries and those of the page.
    """

    def __init__(self, commitments: QuerySet[Commitment], moment: Moment) -> None:
        self.commitments, self.moment = commitments, moment

    @cached_property
    def _counts(self) -> list[tuple[int, int]]:
        """Each commitment in order, by primary key, with the number of its updates."""
        updates = public_updates(as_of=self.moment.as_of, known_at=self.moment.known_at)
        told = updates.filter(commitment__in=self.commitments.order_by().values("pk"))
        counts = dict(told.order_by().values_list("commitment").annotate(number=Count("pk")))
        keys = self.commitments.values_list("pk", flat=True)
        return [(key, counts[key]) for key in keys if key in counts]

    def __len__(self) -> int:
        return sum(number for _key, number in self._counts)

    @overload
    def __getitem__(self, index: int) -> Payload: ...
    @overload
    def __getitem__(self, index: slice) -> list[Payload]: ...
    def __getitem__(self, index: int | slice) -> Payload | list[Payload]:
        if isinstance(index, int):
            [found] = self[index : index + 1]
            return found
        start, stop, _step = index.indices(len(self))
        keys, before, passed = [], 0, 0
        for key, number in self._counts:
            if passed < stop and passed + number > start:
                keys.append(key)
            elif not keys:
                before += number
            passed += number
        shown = self.commitments.filter(pk__in=keys)
        told = list(chain.from_iterable(update_chunks(shown, self.moment)))
        return told[start - before : stop - before]
