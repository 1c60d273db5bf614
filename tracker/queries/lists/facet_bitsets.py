"""One bitset of commitments for each value of each facet, cached in the process.

Counting and combining facet values then takes microseconds, however large the register. Each use
compares the cached sets with the head of the log. If lines were written since, by any process, only
the commitments that they concern are read again; on a new day, only those that reached one of their
dates. A few past viewpoints have cached sets of their own.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tracker.lib.bit_sets import from_keys
from tracker.lib.lru_cache import LRUCache
from tracker.models import Change, ChangeKind, LogHead
from tracker.queries.flags import may_turn_q
from tracker.queries.lists.facet_values import Sets, by_forum, flagged, mentions, read
from tracker.queries.reference_data import OFFERED, offered
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments
from tracker.schema.vocabulary import Flag

# Above this many new lines or changed commitments, reading everything is quicker.
_TOO_MANY = 2_000
# The same for days, on each of which some commitments reach their dates.
_TOO_MANY_DAYS = 31


Choices = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class ValueSets:
    """The bitsets of the register at one line of the log, on one day. Immutable."""

    seq: int
    hash: str
    generation: int
    day: dt.date
    everything: int
    # By facet and value. Values without commitments may be missing.
    sets: Mapping[str, Mapping[str, int]]
    # The slugs and labels that each facet offers, in order: topics, parties, forums, meetings.
    choices: Choices

    def of(self, facet: str, value: str) -> int:
        return self.sets[facet].get(value, 0)

    def any_of(self, facet: str, values: Iterable[str]) -> int:
        bits = 0
        for value in values:
            bits |= self.of(facet, value)
        return bits


# `as_of` and `known_at` of a viewpoint; both None for today.
_Back = tuple[dt.date | None, dt.date | None]
_TODAY: _Back = (None, None)

_today_cache: dict[_Back, ValueSets] = {}
# Some 10 MB each at 100,000 commitments.
_past_cache: LRUCache[ValueSets] = LRUCache(most=8)
_today_lock, _past_lock = threading.Lock(), threading.Lock()


def value_sets_at(head: LogHead, viewpoint: Viewpoint) -> ValueSets:
    """Return the sets of a viewpoint, at this head of the log or a later one."""
    back = (viewpoint.as_of, viewpoint.known_at)
    cached = _find(back)
    if cached is not None and _is_at(cached, head, viewpoint.day):
        return cached
    with _today_lock if back == _TODAY else _past_lock:
        cached = _find(back)
        if cached is None or not _is_at(cached, head, viewpoint.day):
            cached = _store(back, _updated_to(cached, head, viewpoint))
        return cached


def forget() -> None:
    """Clear the caches, for tests, which go back in the log."""
    _today_cache.clear()
    _past_cache.clear()


def _find(back: _Back) -> ValueSets | None:
    return _today_cache.get(back) if back == _TODAY else _past_cache.get(back)


def _store(back: _Back, sets: ValueSets) -> ValueSets:
    if back != _TODAY:
        return _past_cache.put(back, sets)
    _today_cache[back] = sets
    return sets


def _is_at(cached: ValueSets, head: LogHead, day: dt.date) -> bool:
    mine = (cached.seq, cached.hash, cached.generation, cached.day)
    return mine == (head.seq, head.hash, head.generation, day)


def _updated_to(cached: ValueSets | None, head: LogHead, viewpoint: Viewpoint) -> ValueSets:
    if cached is None or not _can_update(cached, head, viewpoint):
        return _everything(head, viewpoint)
    days = (viewpoint.day - cached.day).days
    if head.seq < cached.seq and not days:
        return cached  # another request has updated the sets further
    lines = Change.objects.filter(seq__gt=cached.seq, seq__lte=head.seq).order_by()
    rows: Any = lines.values_list("commitment", "meeting", "note", "kind")
    changed: set[int] = set()
    meetings: set[int] = set()
    for commitment, meeting, note, kind in rows:
        if commitment is not None:
            changed.add(commitment)
        elif kind == ChangeKind.MEETING and meeting is not None:
            meetings.add(meeting)
        elif note is None:
            return _everything(
                head, viewpoint
            )  # for example a topic's name, which may concern many
    if days:
        changed |= _turned(cached.day, viewpoint)
    if len(changed) > _TOO_MANY:
        return _everything(head, viewpoint)
    everything, sets = _with_changed(cached, changed, viewpoint)
    if meetings:
        sets = _with_meetings(everything, sets, meetings, viewpoint)
    return _value_sets(head, viewpoint, everything, sets)


def _can_update(cached: ValueSets, head: LogHead, viewpoint: Viewpoint) -> bool:
    """Whether few enough lines and days lie between the cached and the requested state."""
    days = (viewpoint.day - cached.day).days
    return (
        cached.generation == head.generation
        and head.seq - cached.seq <= _TOO_MANY
        and 0 <= days <= _TOO_MANY_DAYS
        # Another database, or a restored backup, has another hash at this line.
        and Change.objects.filter(seq=cached.seq, hash=cached.hash).exists()
    )


def _turned(before: dt.date, viewpoint: Viewpoint) -> set[int]:
    """Return the commitments that reached a date since `before`, at most `_TOO_MANY` + 1."""
    public = public_commitments(viewpoint).order_by()
    turned = public.filter(may_turn_q(before, viewpoint)).values_list("pk", flat=True)
    return set(turned[: _TOO_MANY + 1])


def _everything(head: LogHead, viewpoint: Viewpoint) -> ValueSets:
    everything, sets = read(viewpoint, Q())
    return _value_sets(head, viewpoint, everything, sets)


def _with_changed(
    cached: ValueSets, changed: set[int], viewpoint: Viewpoint
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


def _value_sets(
    head: LogHead, viewpoint: Viewpoint, everything: int, sets: Mapping[str, Mapping[str, int]]
) -> ValueSets:
    choices = {noun: offered(noun, viewpoint) for noun in OFFERED}
    return ValueSets(head.seq, head.hash, head.generation, viewpoint.day, everything, sets, choices)
