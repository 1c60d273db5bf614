"""Which commitments have which value, read from the database: all of them, or some."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.db.models.expressions import Combinable

from tracker.lib.bit_sets import from_keys
from tracker.models import Commitment, StatusUpdate
from tracker.queries.flags import QUERIES, Flag, as_bits, no_information_q
from tracker.queries.moments import Moment
from tracker.queries.visibility import (
    known_seq,
    public_commitments,
    public_meetings,
    public_parties,
    public_topics,
)

_COLUMNS = ("stage", "assessment", "firmness", "instrument")
_FLAGS = tuple(flag.value for flag in QUERIES)
# Not facets, but asked for by the headline and the order.
NO_INFORMATION, TARGET_KNOWN = "no_information", "target_known"
_TRUTHS = (*_FLAGS, NO_INFORMATION, TARGET_KNOWN)

# By facet, then by value, a bit set of primary keys.
Sets = dict[str, dict[str, int]]


def _mask(moment: Moment) -> Combinable:
    """Which of the truths hold of a row."""
    target_known = Q(**{f"{moment.column('target_last_day')}__isnull": False})
    flags = (query(moment) for query in QUERIES.values())
    return as_bits([*flags, no_information_q(moment), target_known])


def read(moment: Moment, which: Q) -> tuple[int, Sets]:
    """The public commitments that meet a condition, and those among them with each value."""
    public = public_commitments(as_of=moment.as_of, known_at=moment.known_at)
    public = public.filter(which).order_by()
    columns = [name if name == "instrument" else moment.column(name) for name in _COLUMNS]
    rows = public.annotate(mask=_mask(moment)).values_list("pk", *columns, "mask")
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for key, *values in rows.iterator(chunk_size=5_000):
        alike[tuple(values)].append(key)
    everything, sets = _by_value(alike)
    # The relations of what is not public are no use; reading all of them is quicker than a join.
    related = Q(commitment__in=public.values("pk")) if which else Q()
    return everything, sets | _related(related, everything, moment)


def _by_value(alike: Mapping[tuple[Any, ...], list[int]]) -> tuple[int, Sets]:
    """All keys, and those with each value, from the keys that have all values in common."""
    everything = 0
    sets: Sets = {
        facet: defaultdict(int) for facet in (*_COLUMNS, "flag", NO_INFORMATION, TARGET_KNOWN)
    }
    for (*values, mask), keys in alike.items():
        bits = from_keys(keys)
        everything |= bits
        for facet, value in zip(_COLUMNS, values, strict=True):
            sets[facet][value] |= bits
        for place, name in enumerate(_TRUTHS):
            if mask >> place & 1:
                sets["flag" if name in _FLAGS else name][name] |= bits
    return everything, {facet: dict(values) for facet, values in sets.items()}


def _related(which: Q, within: int, moment: Moment) -> Sets:
    topics = Commitment.topics.through._default_manager.filter(which, topic__in=public_topics())
    parties = Commitment.parties.through._default_manager.filter(which, party__in=public_parties())
    meetings = mentions(which, within, moment)
    return {
        "topic": _grouped(topics.values_list("topic__slug", "commitment"), within),
        "party": _grouped(parties.values_list("party__slug", "commitment"), within),
        "meeting": meetings,
        "forum": by_forum(meetings),
    }


def mentions(which: Q, within: int, moment: Moment) -> dict[str, int]:
    """By meeting, those of `within` that it mentioned; `which` narrows the updates."""
    updates = StatusUpdate.objects.effective(known=known_seq(moment.known_at))
    updates = updates.filter(which, meeting__isnull=False)
    pairs = updates.values_list("meeting", "commitment").distinct()
    if moment.as_of is not None:
        # A condition on each group, so that the index of mentions answers and not that of days.
        pairs = pairs.annotate(first=Min("happened_first_day")).filter(first__lte=moment.as_of)
        pairs = pairs.values_list("meeting", "commitment")
    named = dict(public_meetings().order_by().values_list("pk", "slug"))
    return {named[key]: bits for key, bits in _grouped(pairs, within).items() if key in named}


def by_forum(meetings: Mapping[str, int]) -> dict[str, int]:
    """The same by forum, from the sets of their meetings."""
    held = public_meetings().filter(forum__isnull=False).values_list("slug", "forum__slug")
    forums: dict[str, int] = defaultdict(int)
    for slug, forum in held.order_by():
        forums[forum] |= meetings.get(slug, 0)
    return dict(forums)


def flagged(flag: Flag, moment: Moment) -> int:
    """The public commitments of which one flag holds."""
    public = public_commitments(as_of=moment.as_of, known_at=moment.known_at).order_by()
    return from_keys(public.filter(QUERIES[flag](moment)).values_list("pk", flat=True))


def _grouped(pairs: QuerySet[Any, Any], within: int) -> dict[Any, int]:
    keys: dict[Any, list[int]] = defaultdict(list)
    for value, key in pairs.order_by().iterator(chunk_size=5_000):
        keys[value].append(key)
    return {value: from_keys(some) & within for value, some in keys.items()}
