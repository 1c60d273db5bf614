"""The bitsets of each facet value, read from the database for all or some commitments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from django.db.models import Max, Q, QuerySet
from django.db.models.expressions import Combinable

from tracker.lib.bit_sets import from_keys
from tracker.lib.bit_sets import keys as keys_of
from tracker.lib.tallies import keys_alike, keys_by
from tracker.models import Commitment, Position, Revision, StatusUpdate
from tracker.queries.flags import QUERIES, as_bits
from tracker.queries.former_values import former_values, keys_q, links_then, values_then
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    public_commitments,
    public_forums,
    public_meetings,
    public_parties,
    public_topics,
)
from tracker.schema.vocabulary import Flag

_COLUMNS = ("stage", "assessment", "firmness", "instrument")
_FLAGS = tuple(flag.value for flag in QUERIES)
# Not facets, but needed by the headline and the sort order.
DELIVERED, NO_INFORMATION, TARGET_KNOWN = "delivered", "no_information", "target_known"
_OTHERS = (DELIVERED, NO_INFORMATION, TARGET_KNOWN)
_TRUTHS = (*_FLAGS, *_OTHERS)
# The relation of each, and its public records.
_LINKED: dict[str, tuple[str, Callable[[Viewpoint], QuerySet[Any]]]] = {
    "topic": ("topics", public_topics),
    "party": ("parties", public_parties),
}

# A bitset of primary keys, by facet and then by value.
Sets = dict[str, dict[str, int]]
_V = TypeVar("_V")


class Today(NamedTuple):
    """The bitset of all public commitments of today, and those of each value."""

    everything: int
    sets: Mapping[str, Mapping[str, int]]


def _mask(viewpoint: Viewpoint) -> Combinable:
    """Return a column with a bit for each of `_TRUTHS` that holds."""
    flags = [query(viewpoint) for query in QUERIES.values()]
    delivered = Position.delivered_q(viewpoint.at)
    no_information = Position.no_information_q(viewpoint.day, viewpoint.at)
    target_known = Q(**{f"{viewpoint.column('target_last_day')}__isnull": False})
    return as_bits([*flags, delivered, no_information, target_known])


def read(viewpoint: Viewpoint, which: Q, *, today: Today | None = None) -> tuple[int, Sets]:
    """Return the bitset of public commitments that meet a condition, and that of each value.

    Looking back, most of what `today` has is read from it.
    """
    public = public_commitments(viewpoint)
    public = public.filter(which).order_by()
    columns = [name if name == "instrument" else viewpoint.column(name) for name in _COLUMNS]
    rows = public.annotate(mask=_mask(viewpoint))
    everything, sets = _by_value(keys_alike(rows, *columns, "mask"))
    sets["instrument"] = _instruments(sets["instrument"], everything, viewpoint)
    # Without a condition, reading all relations is quicker than a join; others are masked out.
    related = Q(commitment__in=public.values("pk")) if which else Q()
    meetings = mentions(related, everything, viewpoint, today=today)
    sets |= {"meeting": meetings, "forum": by_forum(meetings, viewpoint)}
    for facet in _LINKED:
        sets[facet] = _linked(facet, related, everything, viewpoint, today=today)
    return everything, sets


def _by_value(alike: Iterable[tuple[tuple[str, ...], list[int]]]) -> tuple[int, Sets]:
    """Return the bitset of all keys and that of each value, from keys grouped by equal values."""
    everything = 0
    sets: Sets = {facet: defaultdict(int) for facet in (*_COLUMNS, "flag", *_OTHERS)}
    for (*values, mask), keys in alike:
        bits = from_keys(keys)
        everything |= bits
        for facet, value in zip(_COLUMNS, values, strict=True):
            sets[facet][value] |= bits
        for place, name in enumerate(_TRUTHS):
            if int(mask) >> place & 1:
                sets["flag" if name in _FLAGS else name][name] |= bits
    return everything, {facet: dict(values) for facet, values in sets.items()}


def _instruments(today: Mapping[str, int], within: int, viewpoint: Viewpoint) -> dict[str, int]:
    """Return the commitments of each instrument at the viewpoint, from those of today."""
    known = viewpoint.known
    if known is None:
        return dict(today)
    former = former_values("commitment", known, field="instrument")
    then = {key: [value] for key, value in former.values_list("record", "value")}
    return _put_back(today, then, within)


def _put_back(today: Mapping[_V, int], then: Mapping[int, list[_V]], within: int) -> dict[_V, int]:
    """Return today's bitsets with the amended commitments at the values that they had then."""
    amended = from_keys(then)
    bitsets = {value: bits & ~amended for value, bits in today.items()}
    had: dict[_V, list[int]] = defaultdict(list)
    for key, values in then.items():
        for value in values:
            had[value].append(key)
    for value, keys in had.items():
        bitsets[value] = bitsets.get(value, 0) | from_keys(keys) & within
    return bitsets


def _linked(
    facet: str, which: Q, within: int, viewpoint: Viewpoint, *, today: Today | None
) -> dict[str, int]:
    """Return the commitments of `within` that had each topic or party, by slug."""
    relation, records = _LINKED[facet]
    public, through = records(viewpoint), getattr(Commitment, relation).through
    bitsets: dict[int, int] = {}
    if today is None:
        which &= Q(**{f"{facet}__in": public.order_by()})
    else:
        bitsets, others = _unchanged(public, today.sets[facet], (), within)
        # Retracted since, or whatever else only the past has.
        gone = keys_q(keys_of(within & ~today.everything), of="commitment")
        which = Q(**{f"{facet}__in": others}) | (gone & Q(**{f"{facet}__in": [*bitsets]}))
    for key, bits in _grouped(through.objects.filter(which), facet, within).items():
        bitsets[key] = bitsets.get(key, 0) | bits
    bitsets = _put_back(bitsets, links_then(Commitment, relation, viewpoint.known), within)
    return _by_address(bitsets, public, viewpoint.known)


def _unchanged(
    public: QuerySet[Any], today: Mapping[str, int], changed: Container[int], within: int
) -> tuple[dict[int, int], list[int]]:
    """Return today's bitsets of records by key, and the keys of those to be read instead."""
    unchanged: dict[int, int] = {}
    others: list[int] = []
    for key, slug in public.order_by().values_list("pk", "slug"):
        if slug in today and key not in changed:
            unchanged[key] = today[slug] & within
        else:
            others.append(key)
    return unchanged, others


def _by_address(
    bitsets: Mapping[int, int], public: QuerySet[Any], known: int | None
) -> dict[str, int]:
    """Replace keys by slugs: today's, and the one at the viewpoint."""
    rows = public.order_by()
    # Today's first, so that a slug of then wins where two share one.
    addresses = [*rows.values_list("pk", "slug")]
    if known is not None:
        addresses += [(key, slug) for key, slug in values_then(rows, ["slug"], known)]
    return {slug: bitsets[key] for key, slug in addresses if key in bitsets}


def mentions(
    which: Q, within: int, viewpoint: Viewpoint, *, today: Today | None = None
) -> dict[str, int]:
    """Return the commitments of `within` that each meeting mentioned; `which` filters updates."""
    known, public = viewpoint.known, public_meetings(viewpoint)
    bitsets: dict[int, int] = {}
    if today is not None:
        changed = _mentions_changed(within & ~today.everything, viewpoint)
        bitsets, others = _unchanged(public, today.sets["meeting"], changed, within)
        which &= keys_q(others, of="meeting")
    updates = StatusUpdate.objects.effective(known=known)
    updates = updates.filter(which, meeting__isnull=False)
    if viewpoint.as_of is not None:
        updates = updates.filter(happened_first_day__lte=viewpoint.as_of)
    return _by_address(bitsets | _grouped(updates, "meeting", within), public, known)


def _mentions_changed(gone: int, viewpoint: Viewpoint) -> set[int]:
    """Return the meetings that mentioned others at the viewpoint than today.

    `gone` are the commitments that only the past has.
    """
    as_of, known = viewpoint.as_of, viewpoint.known
    updates = StatusUpdate.objects.published().filter(meeting__isnull=False).order_by()
    # From an index alone, which has no text but these.
    last = updates.values_list("meeting").annotate(Max("happened_first_day"), Max("published_seq"))
    changed = {
        meeting
        for meeting, day, seq in last
        if (as_of is not None and day > as_of) or (known is not None and seq > known)
    }
    theirs = updates.filter(keys_q(keys_of(gone), of="commitment"))
    changed |= set(theirs.values_list("meeting", flat=True).distinct())
    if known is not None:
        revised = Revision.objects.filter(seq__gt=known, update__meeting__isnull=False)
        changed |= set(revised.values_list("update__meeting", flat=True).distinct())
    return changed


def by_forum(meetings: Mapping[str, int], viewpoint: Viewpoint) -> dict[str, int]:
    """Combine the bitsets of meetings by forum."""
    known = viewpoint.known
    held = public_meetings(viewpoint).order_by()
    forums: dict[int, int] = defaultdict(int)
    for _key, slug, forum in values_then(held, ["slug", "forum_id"], known):
        if forum is not None:
            forums[forum] |= meetings.get(slug, 0)
    return _by_address(forums, public_forums(viewpoint), known)


def flagged(flag: Flag, viewpoint: Viewpoint) -> int:
    """Return the public commitments that have a flag."""
    public = public_commitments(viewpoint).order_by()
    return from_keys(public.filter(QUERIES[flag](viewpoint)).values_list("pk", flat=True))


def _grouped(pairs: QuerySet[Any], value: str, within: int) -> dict[Any, int]:
    return {found: from_keys(keys) & within for found, keys in keys_by(pairs, value)}
