"""Which commitments have each value of each facet: one bit set for each, kept in the process.

Counting and combining values of facets is then a matter of microseconds, however large the
register. The sets are derived from the database and checked against the head of the log each time
they are asked for: where lines were written since, by whichever process, the commitments that
these are about are read again, and nothing else; and where the day turned, those that came to one
of their dates. Looks back in time have sets of their own, of which a few are kept.
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

# More lines or commitments than these at once, and to read everything is quicker.
_TOO_MANY = 2_000
# The same for days: each brings some commitments to their dates.
_TOO_MANY_DAYS = 31


Choices = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class ValueSets:
    """The register at one line of the log, on one day. Never altered: the next one is another."""

    seq: int
    hash: str
    generation: int
    day: dt.date
    everything: int
    # By facet and value. Values that nothing has may be missing.
    sets: Mapping[str, Mapping[str, int]]
    # What each facet offers, with labels, in order: topics, parties, forums, meetings.
    choices: Choices

    def of(self, facet: str, value: str) -> int:
        return self.sets[facet].get(value, 0)

    def any_of(self, facet: str, values: Iterable[str]) -> int:
        found = 0
        for value in values:
            found |= self.of(facet, value)
        return found


# The two ways in which a moment looks back; neither, for today.
_Back = tuple[dt.date | None, dt.date | None]
_TODAY: _Back = (None, None)

_kept: dict[_Back, ValueSets] = {}
# Some 10 MB each at 100,000 commitments.
_kept_of_the_past: LRUCache[ValueSets] = LRUCache(most=8)
_bringing_up, _bringing_up_the_past = threading.Lock(), threading.Lock()


def value_sets_at(head: LogHead, moment: Viewpoint) -> ValueSets:
    """The sets of a moment, as of this head of the log or a later one."""
    back = (moment.as_of, moment.known_at)
    kept = _find(back)
    if kept is not None and _is_at(kept, head, moment.day):
        return kept
    with _bringing_up if back == _TODAY else _bringing_up_the_past:
        kept = _find(back)
        if kept is None or not _is_at(kept, head, moment.day):
            kept = _keep(back, _brought_up_to(kept, head, moment))
        return kept


def forget() -> None:
    """Keep nothing: for tests, which go back in the log."""
    _kept.clear()
    _kept_of_the_past.clear()


def _find(back: _Back) -> ValueSets | None:
    return _kept.get(back) if back == _TODAY else _kept_of_the_past.get(back)


def _keep(back: _Back, sets: ValueSets) -> ValueSets:
    if back != _TODAY:
        return _kept_of_the_past.put(back, sets)
    _kept[back] = sets
    return sets


def _is_at(kept: ValueSets, head: LogHead, day: dt.date) -> bool:
    mine = (kept.seq, kept.hash, kept.generation, kept.day)
    return mine == (head.seq, head.hash, head.generation, day)


def _brought_up_to(kept: ValueSets | None, head: LogHead, moment: Viewpoint) -> ValueSets:
    if kept is None or not _leads_to(kept, head, moment):
        return _everything(head, moment)
    days = (moment.day - kept.day).days
    if head.seq < kept.seq and not days:
        return kept  # somebody else's request was quicker
    lines = Change.objects.filter(seq__gt=kept.seq, seq__lte=head.seq).order_by()
    told: Any = lines.values_list("commitment", "meeting", "note", "kind")
    changed: set[int] = set()
    meetings: set[int] = set()
    for commitment, meeting, note, kind in told:
        if commitment is not None:
            changed.add(commitment)
        elif kind == ChangeKind.MEETING and meeting is not None:
            meetings.add(meeting)
        elif note is None:
            return _everything(head, moment)  # such as a topic's name: it may alter many
    if days:
        changed |= _turned(kept.day, moment)
    if len(changed) > _TOO_MANY:
        return _everything(head, moment)
    everything, sets = _with_changed(kept, changed, moment)
    if meetings:
        sets = _with_meetings(everything, sets, meetings, moment)
    return _value_sets(head, moment, everything, sets)


def _leads_to(kept: ValueSets, head: LogHead, moment: Viewpoint) -> bool:
    """Whether few lines and few days lie between the sets and the state that is asked for."""
    days = (moment.day - kept.day).days
    return (
        kept.generation == head.generation
        and head.seq - kept.seq <= _TOO_MANY
        and 0 <= days <= _TOO_MANY_DAYS
        # Another database, or one that was put back, has another line there.
        and Change.objects.filter(seq=kept.seq, hash=kept.hash).exists()
    )


def _turned(before: dt.date, moment: Viewpoint) -> set[int]:
    """The commitments that came to a date since a day before; one more where they are too many."""
    public = public_commitments(as_of=moment.as_of, known=moment.known).order_by()
    turned = public.filter(may_turn_q(before, moment)).values_list("pk", flat=True)
    return set(turned[: _TOO_MANY + 1])


def _everything(head: LogHead, moment: Viewpoint) -> ValueSets:
    everything, sets = read(moment, Q())
    return _value_sets(head, moment, everything, sets)


def _with_changed(
    kept: ValueSets, changed: set[int], moment: Viewpoint
) -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """The sets with some commitments read again."""
    if not changed:
        return kept.everything, kept.sets
    some, fresh = read(moment, Q(pk__in=changed))
    gone = from_keys(changed)
    sets: Sets = {}
    for facet, values in kept.sets.items():
        sets[facet] = {
            value: bits & ~gone if bits & gone else bits for value, bits in values.items()
        }
        for value, bits in fresh.get(facet, {}).items():
            sets[facet][value] = sets[facet].get(value, 0) | bits
    return kept.everything & ~gone | some, sets


def _with_meetings(
    everything: int, sets: Mapping[str, Mapping[str, int]], changed: set[int], moment: Viewpoint
) -> Sets:
    """The sets with some meetings read again, and what any silence means since."""
    fresh = mentions(Q(meeting__in=changed), everything, moment)
    meetings = {**sets["meeting"], **fresh}
    # A meeting may mean silence, and its forum's cadence how long that is nothing unusual.
    heeding = {flag.value: flagged(flag, moment) for flag in (Flag.NOT_MENTIONED, Flag.QUIET)}
    return {
        **{facet: dict(values) for facet, values in sets.items()},
        "meeting": meetings,
        "forum": by_forum(meetings, moment),
        "flag": {**sets["flag"], **heeding},
    }


def _value_sets(
    head: LogHead, moment: Viewpoint, everything: int, sets: Mapping[str, Mapping[str, int]]
) -> ValueSets:
    choices = {noun: offered(noun, moment) for noun in OFFERED}
    return ValueSets(head.seq, head.hash, head.generation, moment.day, everything, sets, choices)
