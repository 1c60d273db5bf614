"""The bitsets of each facet value, read from the database for all or some commitments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from tracker.lib.bit_sets import from_keys
from tracker.lib.tallies import keys_by
from tracker.models import Commitment, Position, StatusUpdate
from tracker.queries.flags import QUERIES, as_bits
from tracker.queries.former_values import former_values, links_then, values_then
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
# Facets whose values do not depend on `as_of`.
LINKED = ("topic", "party")

# A bitset of primary keys, by facet and then by value.
Sets = dict[str, dict[str, int]]


def _mask(viewpoint: Viewpoint) -> Combinable:
    """Return a column with a bit for each of `_TRUTHS` that holds."""
    flags = [query(viewpoint) for query in QUERIES.values()]
    delivered = Position.delivered_q(viewpoint.at)
    no_information = Position.no_information_q(viewpoint.day, viewpoint.at)
    target_known = Q(**{f"{viewpoint.column('target_last_day')}__isnull": False})
    return as_bits([*flags, delivered, no_information, target_known])


def read(
    viewpoint: Viewpoint, which: Q, *, linked: Mapping[str, Mapping[str, int]] | None = None
) -> tuple[int, Sets]:
    """Return the bitset of public commitments that meet a condition, and that of each value.

    `linked` are the sets of topics and parties, with others that are not public then, if known.
    """
    public = public_commitments(viewpoint)
    public = public.filter(which).order_by()
    columns = [name if name == "instrument" else viewpoint.column(name) for name in _COLUMNS]
    rows = public.annotate(mask=_mask(viewpoint)).values_list("pk", *columns, "mask")
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    instruments, place = _instruments(viewpoint), _COLUMNS.index("instrument")
    for key, *values in rows.iterator(chunk_size=5_000):
        if key in instruments:
            values[place] = instruments[key]
        alike[tuple(values)].append(key)
    everything, sets = _by_value(alike)
    # Without a condition, reading all relations is quicker than a join; others are masked out.
    related = Q(commitment__in=public.values("pk")) if which else Q()
    sets |= _mentioned(related, everything, viewpoint)
    if linked is None:
        return everything, sets | _links(related, everything, viewpoint)
    for facet in LINKED:
        within = {value: bits & everything for value, bits in linked[facet].items()}
        sets[facet] = {value: bits for value, bits in within.items() if bits}
    return everything, sets


def _by_value(alike: Mapping[tuple[Any, ...], list[int]]) -> tuple[int, Sets]:
    """Return the bitset of all keys and that of each value, from keys grouped by equal values."""
    everything = 0
    sets: Sets = {facet: defaultdict(int) for facet in (*_COLUMNS, "flag", *_OTHERS)}
    for (*values, mask), keys in alike.items():
        bits = from_keys(keys)
        everything |= bits
        for facet, value in zip(_COLUMNS, values, strict=True):
            sets[facet][value] |= bits
        for place, name in enumerate(_TRUTHS):
            if mask >> place & 1:
                sets["flag" if name in _FLAGS else name][name] |= bits
    return everything, {facet: dict(values) for facet, values in sets.items()}


def _instruments(viewpoint: Viewpoint) -> dict[int, str]:
    """Return the instrument at the viewpoint of commitments amended since, by key."""
    known = viewpoint.known
    if known is None:
        return {}
    former = former_values("commitment", known, field="instrument")
    return dict(former.values_list("record", "value"))


def _mentioned(which: Q, within: int, viewpoint: Viewpoint) -> Sets:
    meetings = mentions(which, within, viewpoint)
    return {"meeting": meetings, "forum": by_forum(meetings, viewpoint)}


def _links(which: Q, within: int, viewpoint: Viewpoint) -> Sets:
    return {
        "topic": _linked("topics", public_topics(viewpoint), which, within, viewpoint),
        "party": _linked("parties", public_parties(viewpoint), which, within, viewpoint),
    }


def _linked(
    relation: str, public: QuerySet[Any], which: Q, within: int, viewpoint: Viewpoint
) -> dict[str, int]:
    """Return the commitments of `within` that had each topic or party, by slug."""
    known = viewpoint.known
    column, through = public.model._meta.model_name, getattr(Commitment, relation).through
    pairs = through.objects.filter(which, **{f"{column}__in": public.order_by()})
    bitsets = _grouped(pairs, str(column), within)
    former = links_then(Commitment, relation, known)
    amended = from_keys(former)
    bitsets = {key: bits & ~amended for key, bits in bitsets.items()}
    then: dict[int, list[int]] = defaultdict(list)
    for commitment, keys in former.items():
        for key in keys:
            then[key].append(commitment)
    for key, commitments in then.items():
        bitsets[key] = bitsets.get(key, 0) | from_keys(commitments) & within
    return _by_address(bitsets, public, known)


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


def mentions(which: Q, within: int, viewpoint: Viewpoint) -> dict[str, int]:
    """Return the commitments of `within` that each meeting mentioned; `which` filters updates."""
    known = viewpoint.known
    updates = StatusUpdate.objects.effective(known=known)
    updates = updates.filter(which, meeting__isnull=False)
    if viewpoint.as_of is not None:
        updates = updates.filter(happened_first_day__lte=viewpoint.as_of)
    return _by_address(_grouped(updates, "meeting", within), public_meetings(viewpoint), known)


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
