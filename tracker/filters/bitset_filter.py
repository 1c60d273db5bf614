"""Evaluate a filter with bitsets: for facet counts, the headline, and pages.

Gives the same results as `CommitmentFilter.results`, a query of the database; tests compare them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from tracker.filters.commitments import CommitmentFilter
from tracker.filters.conditions import CONDITIONS
from tracker.filters.sorting import SORTS
from tracker.lib.bit_sets import as_bytes, from_keys, has, keys
from tracker.lib.lru_cache import LRUCache
from tracker.models import Assessment, Commitment, Stage
from tracker.queries.former_values import keys_q
from tracker.queries.lists.facet_bitsets import FacetBitsets
from tracker.queries.lists.facet_values import DELIVERED, NO_INFORMATION, TARGET_KNOWN
from tracker.queries.lists.headline import Headline
from tracker.queries.lists.search import keys_matching, keys_matching_then, terms
from tracker.queries.viewpoint import state_key
from tracker.queries.visibility import public_commitments

BY_VALUE = (
    *("stage", "assessment", "flag", "instrument", "topic", "party"),
    *("forum", "meeting", "firmness"),
)
# Up to this many are read by key and sorted, which is faster than walking an index.
_FEW = 2_000


class Matches(Sequence[Any]):
    """The commitments that a valid filter matches, computed from the bitsets of its viewpoint.

    A slice is a queryset in the requested order.
    """

    def __init__(self, filterset: CommitmentFilter, bitsets: FacetBitsets) -> None:
        self.filterset, self.viewpoint, self.bitsets = filterset, filterset.viewpoint, bitsets
        cleaned = filterset.form.cleaned_data
        self._chosen = {name: cleaned[name] for name in BY_VALUE if cleaned[name]}

    @cached_property
    def _rest(self) -> int:
        """The results of the conditions that need the database, as a bitset."""
        bits = self.bitsets.everything
        narrowing = self.filterset.active.keys() & CONDITIONS.keys()
        if "q" in narrowing:
            bits &= self._matching(self.filterset.form.cleaned_data["q"])
        if self.filterset.scope is not None:
            bits &= self.bitsets.of(*self.filterset.scope)
        if not narrowing <= {*BY_VALUE, "q"}:
            results = self.filterset.results(leaving_out=(*BY_VALUE, "q")).order_by()
            bits &= from_keys(results.values_list("pk", flat=True))
        return bits

    def _matching(self, words: str) -> int:
        """Return the commitments that match the words; of today, public or not."""
        key = state_key(self.bitsets.head, self.viewpoint, *terms(words))
        cached = _MATCHING.get(key)
        if cached is not None:
            return cached
        if not self.viewpoint.is_past:
            return _MATCHING.put(key, from_keys(keys_matching(words)))
        public = Commitment.objects.filter(keys_q(keys(self.bitsets.everything)))
        return _MATCHING.put(key, from_keys(keys_matching_then(words, self.viewpoint, public)))

    def bits(self, *, leaving_out: str = "") -> int:
        """Return the results as a bitset, ignoring one parameter if given."""
        bits = self._rest
        for name, values in self._chosen.items():
            if name != leaving_out:
                bits &= self.bitsets.any_of(name, values)
        return bits

    @cached_property
    def _all(self) -> int:
        return self.bits()

    def counts(self, facet: str, values: Iterable[str]) -> dict[str, int]:
        """Return the number of results for each value of a facet, ignoring its current choice."""
        within = self.bits(leaving_out=facet) if facet in self._chosen else self._all
        return {value: (self.bitsets.of(facet, value) & within).bit_count() for value in values}

    def headline(self) -> Headline:
        """Return the headline figures of the results."""
        bits, sets = self._all, self.bitsets
        stages = {s: (sets.of("stage", s.value) & bits).bit_count() for s in Stage}
        assessments = {a: (sets.of("assessment", a.value) & bits).bit_count() for a in Assessment}
        total = bits.bit_count()
        return Headline(
            total=total,
            delivered=(sets.of(DELIVERED, DELIVERED) & bits).bit_count(),
            overdue=(sets.of("flag", "overdue") & bits).bit_count(),
            no_information=(sets.of(NO_INFORMATION, NO_INFORMATION) & bits).bit_count(),
            not_mentioned=(sets.of("flag", "not_mentioned") & bits).bit_count(),
            stages={stage: count for stage, count in stages.items() if count},
            assessments={
                a: count
                for a, count in assessments.items()
                if count and a != Assessment.NOT_ASSESSED
            },
        )

    # -- One page -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._all.bit_count()

    def __getitem__(self, index: int | slice) -> Any:
        public = public_commitments(self.viewpoint)
        if isinstance(index, int):
            return public.get(pk=self.keys_between(index, index + 1)[0])
        start, stop, _step = index.indices(len(self))
        return public.filter(pk__in=self.keys_between(start, stop)).order_by(
            *self.filterset.order()
        )

    def keys_between(self, start: int, stop: int) -> list[int]:
        """Return the primary keys of some of the commitments, in the requested order."""
        if self.viewpoint.is_past:
            return self._keys_then(start, stop)
        page: list[int] = []
        for segment in self._segments():
            bits = segment.whole & self._all
            count = bits.bit_count()
            if start < count and stop > 0:
                page += _slice(segment, bits, max(start, 0), min(stop, count))
            start, stop = start - count, stop - count
        return page

    def _keys_then(self, start: int, stop: int) -> list[int]:
        sort = self.filterset.form.cleaned_data.get("sort") or "reference"
        if sort.lstrip("-") == "reference":
            # Which never changes, so that today's index has the order of the past.
            order = F("reference").desc() if sort[0] == "-" else F("reference").asc()
            of = self.bitsets.everything.bit_count()
            return _picked(Commitment.objects.all(), [order], self._all, most=stop, of=of)[start:]
        # No index has any other order of the past: the database sorts.
        public = public_commitments(self.viewpoint)
        if self._all != self.bitsets.everything:
            public = public.filter(keys_q(keys(self._all)))
        ordered = public.order_by(*self.filterset.order()).values_list("pk", flat=True)
        return list(ordered[start:stop])

    def _segments(self) -> list[_Segment]:
        """Split the register into consecutive segments, each in the order of an index.

        Stages and assessments sort by their vocabulary, and unknown targets come last, as in no
        index.
        """
        sort = self.filterset.form.cleaned_data.get("sort") or "reference"
        name, falls = sort.lstrip("-"), sort[0] == "-"
        sets, by_reference = self.bitsets, [F("reference").asc()]
        if name in ("stage", "assessment"):
            values = (Stage if name == "stage" else Assessment).values
            return [
                _Segment(sets.of(name, value), Q(**{name: value}), by_reference)
                for value in (reversed(values) if falls else values)
            ]
        _label, column, _is_of_position = SORTS[name]
        first = F(column).desc() if falls else F(column).asc()
        order = [first] if name == "reference" else [first, *by_reference]
        if name != "target":
            return [_Segment(sets.everything, Q(), order)]
        known = sets.of(TARGET_KNOWN, TARGET_KNOWN)
        return [
            _Segment(known, Q(target_last_day__isnull=False), order),
            _Segment(sets.everything & ~known, Q(target_last_day__isnull=True), by_reference),
        ]


# Search results, some 12 kB each at 100,000 commitments: turning pages or narrowing a search
# repeats the same words.
_MATCHING: LRUCache[int] = LRUCache(most=200)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of the register: as a bitset, as a condition, and its order."""

    whole: int
    where: Q
    order: list[OrderBy]


def _slice(segment: _Segment, bits: int, start: int, stop: int) -> list[int]:
    """Return the keys from position `start` to `stop` of `bits`, a subset of the segment."""
    of, public = segment.whole.bit_count(), public_commitments().filter(segment.where)
    if bits.bit_count() == of:
        return list(public.order_by(*segment.order).values_list("pk", flat=True)[start:stop])
    return _picked(public, segment.order, bits, most=stop, of=of)[start:]


def _picked(
    listed: QuerySet[Commitment], order: Sequence[OrderBy], bits: int, *, most: int, of: int
) -> list[int]:
    """Return the first keys of `bits` in an order, `most` of them; they are among `of` listed.

    Walks the index that has the order, reading about as many rows as needed.
    """
    count = bits.bit_count()
    if count <= _FEW:
        few = Commitment.objects.filter(pk__in=keys(bits)).order_by(*order)
        return list(few.values_list("pk", flat=True)[:most])
    ordered = listed.order_by(*order).values_list("pk", flat=True)
    # The estimate is wrong if matches are clustered; each further step is longer, so that there
    # are few.
    matches, read = as_bytes(bits), 0
    picked: list[int] = []
    step = int(most * of / count * 1.2) + 100
    while len(picked) < most and (some := list(ordered[read : read + step])):
        picked += [key for key in some if has(matches, key)]
        read, step = read + step, step * 4
    return picked[:most]
