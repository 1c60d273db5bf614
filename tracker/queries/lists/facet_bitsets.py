"""One bitset of commitments for each value of each facet, cached in the process.

Counting and combining facet values then takes microseconds, however large the register. Each use
compares the cached sets with the head of the log. If lines were written since, by any process, only
the commitments that they concern are read again; on a new day, only those that reached one of their
dates. A few past viewpoints have cached sets of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tracker.lib.bit_sets import from_keys
from tracker.lib.costly_work import costly_work, stepping_out
from tracker.lib.lru_cache import LRUCache
from tracker.lib.single_flight import SingleFlight
from tracker.models import Change, ChangeKind, LogHead
from tracker.queries.flags import may_turn_q
from tracker.queries.lists.facet_values import Sets, Today, by_forum, flagged, mentions, read
from tracker.queries.reference_data import OFFERED, offered
from tracker.queries.viewpoint import Viewpoint, state_key
from tracker.queries.visibility import public_commitments
from tracker.schema.vocabulary import Flag

# Above this many new lines or changed commitments, reading everything is quicker.
_TOO_MANY = 2_000
# The same for days, on each of which some commitments reach their dates.
_TOO_MANY_DAYS = 31


Choices = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class FacetBitsets:
    """The bitsets of the register at one line of the log, from one viewpoint. Immutable."""

    head: LogHead
    viewpoint: Viewpoint
    everything: int
    # By facet and value. Values without commitments may be missing.
    sets: Mapping[str, Mapping[str, int]]
    # The slugs and labels that each facet offers, in order: topics, parties, forums, meetings.
    choices: Choices

    @property
    def key(self) -> tuple[Hashable, ...]:
        return state_key(self.head, self.viewpoint)

    def of(self, facet: str, value: str) -> int:
        return self.sets[facet].get(value, 0)

    def any_of(self, facet: str, values: Iterable[str]) -> int:
        bits = 0
        for value in values:
            bits |= self.of(facet, value)
        return bits


# By `as_of` and `known_at`: the newest sets, to be updated to a later head or day.
_today_cache: LRUCache[FacetBitsets] = LRUCache(most=1)
# Some 10 MB each at 100,000 commitments.
_past_cache: LRUCache[FacetBitsets] = LRUCache(most=8)
_reading: SingleFlight[FacetBitsets] = SingleFlight()


def facet_bitsets_at(head: LogHead, viewpoint: Viewpoint) -> FacetBitsets:
    """Return the sets of a viewpoint, at this head of the log or a later one.

    Reading all of a past viewpoint is costly work, for which BusyError may be raised.
    """
    cache = _past_cache if viewpoint.is_past else _today_cache
    place, key = (viewpoint.as_of, viewpoint.known_at), state_key(head, viewpoint)

    def current() -> FacetBitsets:
        cached = cache.get(place)
        if cached is None or cached.key != key:
            cached = cache.put(place, _updated_to(cached, head, viewpoint))
        return cached

    cached = cache.get(place)
    if cached is not None and cached.key == key:
        return cached
    return _reading.do(key, current, is_costly=viewpoint.is_past)


def forget() -> None:
    """Clear the caches, for tests, which go back in the log."""
    _today_cache.clear()
    _past_cache.clear()


def _updated_to(cached: FacetBitsets | None, head: LogHead, viewpoint: Viewpoint) -> FacetBitsets:
    if cached is None or not _can_update(cached, head, viewpoint):
        return _everything(head, viewpoint)
    days = (viewpoint.day - cached.viewpoint.day).days
    if head.seq < cached.head.seq and cached.viewpoint == viewpoint:
        return cached  # another request has updated the sets further
    lines = Change.objects.filter(seq__gt=cached.head.seq, seq__lte=head.seq).order_by()
    rows: Any = lines.values_list("commitment", "meeting", "note", "kind")
    changed: set[int] = set()
    meetings: set[int] = set()
    for commitment, meeting, note, kind in rows:
        if commitment is not None:
            changed.add(commitment)
        elif kind == ChangeKind.MEETING and meeting is not None:
            meetings.add(meeting)
        elif note is None:
            # For example a topic's name, which may concern many.
            return _everything(head, viewpoint)
    if days:
        changed |= _turned(cached.viewpoint.day, viewpoint)
    if len(changed) > _TOO_MANY:
        return _everything(head, viewpoint)
    everything, sets = _with_changed(cached, changed, viewpoint)
    if meetings:
        sets = _with_meetings(everything, sets, meetings, viewpoint)
    return _bitsets(head, viewpoint, everything, sets)


def _can_update(cached: FacetBitsets, head: LogHead, viewpoint: Viewpoint) -> bool:
    """Whether few enough lines and days lie between the cached and the requested state."""
    days, last = (viewpoint.day - cached.viewpoint.day).days, cached.head
    return (
        last.generation == head.generation
        and head.seq - last.seq <= _TOO_MANY
        and 0 <= days <= _TOO_MANY_DAYS
        # Another database, or a restored backup, has another hash at this line.
        and Change.objects.filter(seq=last.seq, hash=last.hash).exists()
    )


def _turned(before: dt.date, viewpoint: Viewpoint) -> set[int]:
    """Return the commitments that reached a date since `before`, at most `_TOO_MANY` + 1."""
    public = public_commitments(viewpoint).order_by()
    turned = public.filter(may_turn_q(before, viewpoint)).values_list("pk", flat=True)
    return set(turned[: _TOO_MANY + 1])


def _everything(head: LogHead, viewpoint: Viewpoint) -> FacetBitsets:
    if not viewpoint.is_past:
        with stepping_out():  # nearly every page waits for it, and is not refused for that
            return _bitsets(head, viewpoint, *read(viewpoint, Q()))
    today = facet_bitsets_at(head, Viewpoint(viewpoint.today))
    with costly_work():
        everything, sets = read(viewpoint, Q(), today=Today(today.everything, today.sets))
    return _bitsets(head, viewpoint, everything, sets)


def _with_changed(
    cached: FacetBitsets, changed: set[int], viewpoint: Viewpoint
) -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """Return the sets with some commitments read again."""
    if not changed:
        return cached.everything, cached.sets
    some, fresh = read(viewpoint, Q(pk__in=changed))
    gone = from_keys(changed)
    sets: Sets = {}
    for facet, values in cached.sets.items():
        sets[facet] = {
            value: bits & ~gone if bits & gone else bits for value, bits in values.items()
        }
        for value, bits in fresh.get(facet, {}).items():
            sets[facet][value] = sets[facet].get(value, 0) | bits
    return cached.everything & ~gone | some, sets


def _with_meetings(
    everything: int, sets: Mapping[str, Mapping[str, int]], changed: set[int], viewpoint: Viewpoint
) -> Sets:
    """Return the sets with some meetings read again, and the flags that depend on meetings."""
    fresh = mentions(Q(meeting__in=changed), everything, viewpoint)
    meetings = {**sets["meeting"], **fresh}
    # A meeting may leave commitments out, and the cadence of its forum decides when one is quiet.
    flags = {flag.value: flagged(flag, viewpoint) for flag in (Flag.NOT_MENTIONED, Flag.QUIET)}
    return {
        **{facet: dict(values) for facet, values in sets.items()},
        "meeting": meetings,
        "forum": by_forum(meetings, viewpoint),
        "flag": {**sets["flag"], **flags},
    }


def _bitsets(
    head: LogHead, viewpoint: Viewpoint, everything: int, sets: Mapping[str, Mapping[str, int]]
) -> FacetBitsets:
    choices = {noun: offered(noun, viewpoint) for noun in OFFERED}
    return FacetBitsets(head, viewpoint, everything, sets, choices)
