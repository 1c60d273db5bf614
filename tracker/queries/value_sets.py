"""Which commitments have each value of each facet today: one bit set for each, kept in the process.

Counting and combining values of facets is then a matter of microseconds, however large the
register. The sets are derived from the database and checked against the head of the log each time
they are asked for: where lines were written since, by whichever process, the commitments that
these are about are read again, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from tracker.lib.bit_sets import from_keys
from tracker.lib.recent import Recent
from tracker.models import Change, ChangeKind, Commitment, LogHead, StatusUpdate
from tracker.queries.flags import QUERIES, no_information_q
from tracker.queries.moments import Moment
from tracker.queries.visibility import (
    known_seq,
    public_commitments,
    public_forums,
    public_meetings,
    public_parties,
    public_topics,
)

# More lines than these at once, and reading everything is quicker than reading what they name.
_TOO_MANY_LINES = 2_000
_COLUMNS = ("stage", "assessment", "firmness", "instrument")
_FLAGS = tuple(flag.value for flag in QUERIES)
# Not facets, but asked for by the headline and the order.
NO_INFORMATION, TARGET_KNOWN = "no_information", "target_known"
_TRUTHS = (*_FLAGS, NO_INFORMATION, TARGET_KNOWN)

Sets = dict[str, dict[str, int]]


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
    choices: Mapping[str, list[tuple[str, str]]]

    def of(self, facet: str, value: str) -> int:
        return self.sets[facet].get(value, 0)

    def any_of(self, facet: str, values: Iterable[str]) -> int:
        found = 0
        for value in values:
            found |= self.of(facet, value)
        return found


_kept: ValueSets | None = None
_keeping = threading.Lock()
# Looks back in time, some 10 MB each at 100,000 commitments.
_past: Recent[ValueSets] = Recent(most=8)


def value_sets(head: LogHead, day: dt.date) -> ValueSets:
    """The sets as of this head of the log, or a later one, on this day."""
    global _kept  # noqa: PLW0603 - what a process keeps; replaced whole
    kept = _kept
    if kept is not None and _is_at(kept, head, day):
        return kept
    with _keeping:
        if _kept is None or not _is_at(_kept, head, day):
            _kept = _brought_up_to(_kept, head, day)
        return _kept


def value_sets_at(head: LogHead, moment: Moment) -> ValueSets:
    """The same for any moment; of looks back in time a process keeps a few."""
    if not moment.is_past:
        return value_sets(head, moment.today)
    key = (head.hash, head.generation, moment)
    kept = _past.get(key)
    if kept is None:
        kept = _past.keep(key, _everything(head, moment))
    return kept


def forget() -> None:
    """Keep nothing: for tests, which go back in the log."""
    global _kept  # noqa: PLW0603
    _kept = None
    _past.clear()


def _is_at(kept: ValueSets, head: LogHead, day: dt.date) -> bool:
    mine = (kept.seq, kept.hash, kept.generation, kept.day)
    return mine == (head.seq, head.hash, head.generation, day)


def _brought_up_to(kept: ValueSets | None, head: LogHead, day: dt.date) -> ValueSets:
    if kept is None or kept.generation != head.generation or kept.day != day:
        return _everything(head, Moment(day))
    # Another database, or one that was put back, has another line there.
    if not Change.objects.filter(seq=kept.seq, hash=kept.hash).exists():
        return _everything(head, Moment(day))
    if head.seq < kept.seq:
        return kept  # somebody else's request was quicker
    if head.seq - kept.seq > _TOO_MANY_LINES:
        return _everything(head, Moment(day))
    lines = Change.objects.filter(seq__gt=kept.seq, seq__lte=head.seq).order_by()
    # What is not about one commitment (a meeting, a topic) may alter many.
    general = lines.filter(commitment__isnull=True).exclude(kind=ChangeKind.COMMENTARY)
    if general.exists():
        return _everything(head, Moment(day))
    about = lines.filter(commitment__isnull=False).values_list("commitment_id", flat=True)
    return _with_changed(kept, set(about.distinct()), head)


def _everything(head: LogHead, moment: Moment) -> ValueSets:
    everything, sets = _read(moment, Q())
    return _value_sets(head, moment.day, everything, sets)


def _with_changed(kept: ValueSets, changed: set[int], head: LogHead) -> ValueSets:
    if not changed:
        return _value_sets(head, kept.day, kept.everything, kept.sets)
    some, fresh = _read(Moment(kept.day), Q(pk__in=changed))
    gone = from_keys(changed)
    sets: Sets = {}
    for facet, values in kept.sets.items():
        sets[facet] = {
            value: bits & ~gone if bits & gone else bits for value, bits in values.items()
        }
        for value, bits in fresh.get(facet, {}).items():
            sets[facet][value] = sets[facet].get(value, 0) | bits
    return _value_sets(head, kept.day, kept.everything & ~gone | some, sets)


def _value_sets(
    head: LogHead, day: dt.date, everything: int, sets: Mapping[str, Mapping[str, int]]
) -> ValueSets:
    return ValueSets(head.seq, head.hash, head.generation, day, everything, sets, _choices())


def _choices() -> dict[str, list[tuple[str, str]]]:
    meetings = public_meetings().values_list("slug", "title", "date")
    return {
        "topic": list(public_topics().values_list("slug", "name")),
        "party": list(public_parties().values_list("slug", "name")),
        "forum": list(public_forums().values_list("slug", "name")),
        "meeting": [(slug, f"{title} ({date})") for slug, title, date in meetings],
    }


def _truths(moment: Moment) -> dict[str, Case]:
    conditions = {flag.value: query(moment) for flag, query in QUERIES.items()}
    conditions[NO_INFORMATION] = no_information_q(moment)
    conditions[TARGET_KNOWN] = Q(**{f"{moment.column('target_last_day')}__isnull": False})
    return {
        f"is_{name}": Case(
            When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        for name, condition in conditions.items()
    }


def _read(moment: Moment, which: Q) -> tuple[int, Sets]:
    """The commitments that are public, and those among them with each value."""
    keys: dict[str, dict[str, list[int]]] = {
        facet: defaultdict(list) for facet in (*_COLUMNS, "flag", NO_INFORMATION, TARGET_KNOWN)
    }
    public = public_commitments(as_of=moment.as_of, known_at=moment.known_at)
    public = public.filter(which).order_by()
    columns = [name if name == "instrument" else moment.column(name) for name in _COLUMNS]
    everything = []
    rows = public.annotate(**_truths(moment)).values_list(
        "pk", *columns, *(f"is_{name}" for name in _TRUTHS)
    )
    for key, *values in rows.iterator(chunk_size=5_000):
        everything.append(key)
        for facet, value in zip(_COLUMNS, values, strict=False):
            keys[facet][value].append(key)
        for name, holds in zip(_TRUTHS, values[len(_COLUMNS) :], strict=True):
            if holds:
                keys["flag" if name in _FLAGS else name][name].append(key)
    sets = {
        facet: {value: from_keys(some) for value, some in values.items()}
        for facet, values in keys.items()
    }
    bits = from_keys(everything)
    # The relations of what is not public are no use; reading all of them is quicker than a join.
    related = Q(commitment__in=public.values("pk")) if which else Q()
    return bits, sets | _related(related, bits, moment)


def _related(which: Q, within: int, moment: Moment) -> Sets:
    topics = Commitment.topics.through._default_manager.filter(which, topic__in=public_topics())
    parties = Commitment.parties.through._default_manager.filter(which, party__in=public_parties())
    updates = StatusUpdate.objects.effective(known=known_seq(moment.known_at))
    updates = updates.filter(which, meeting__isnull=False).order_by()
    if moment.as_of is not None:
        updates = updates.filter(happened_first_day__lte=moment.as_of)
    mentions = updates.values_list("meeting", "commitment").distinct()
    named = {
        pk: (slug, forum)
        for pk, slug, forum in public_meetings().values_list("pk", "slug", "forum__slug").order_by()
    }
    meetings: dict[str, list[int]] = defaultdict(list)
    forums: dict[str, list[int]] = defaultdict(list)
    for meeting, commitment in mentions.iterator(chunk_size=5_000):
        slug, forum = named.get(meeting, ("", None))
        meetings[slug].append(commitment)
        if forum is not None:
            forums[forum].append(commitment)
    return {
        "topic": _grouped(topics.values_list("topic__slug", "commitment"), within),
        "party": _grouped(parties.values_list("party__slug", "commitment"), within),
        "meeting": {value: from_keys(some) & within for value, some in meetings.items()},
        "forum": {value: from_keys(some) & within for value, some in forums.items()},
    }


def _grouped(pairs: QuerySet[Any, Any], within: int) -> dict[str, int]:
    keys: dict[str, list[int]] = defaultdict(list)
    for value, key in pairs.order_by().iterator(chunk_size=5_000):
        keys[value].append(key)
    return {value: from_keys(some) & within for value, some in keys.items()}
