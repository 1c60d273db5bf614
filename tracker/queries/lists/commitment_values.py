"""Payloads of commitments, built from rows of values instead of model objects.

Used for whole files without `known_at`: one query for the rows, and values that many rows share are
built once. A test compares it with `bulk.plain_commitment_chunks`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.expressions import Combinable

from tracker.lib.iso_sql import IsoDay, IsoInstant
from tracker.lib.joined_keys import joined_keys, split_keys
from tracker.models import Commitment, Party, Position, Standing, Topic
from tracker.models.records import public_q
from tracker.queries.flags import QUERIES, as_bits
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_aliases, public_commitments
from tracker.schema.bulk import as_json, columns_of, expression, rows_of
from tracker.schema.commitments import ALIAS, COMMITMENT, POSITION
from tracker.schema.fields import Type
from tracker.schema.payloads import Fields, Payload, line, stored_date
from tracker.schema.records import COMMITMENT_RECORD

Values = tuple[Any, ...]

_NO_INFORMATION = 1 << len(QUERIES)
_NONE: list[Payload] = []
_PLAIN = [f for f in COMMITMENT.in_json if f.type not in (Type.KEYS, Type.RECORDS)]


# -- What is read -------------------------------------------------------------------------------


def _columns(viewpoint: Viewpoint) -> dict[str, Any]:
    """Return the columns to read by field name, and those that other fields are built from."""
    aliases = public_aliases(viewpoint)
    return {
        "pk": "pk",
        **{field.name: expression(field) for field in _PLAIN},
        "topics": _keys(Commitment.topics, "topic"),
        "parties": _keys(Commitment.parties, "party"),
        "part_of": _if_there("part_of", viewpoint),
        "supersedes": _if_there("supersedes", viewpoint),
        "related": _keys(Commitment.related, "to_commitment", by="from_commitment"),
        "aliases": joined_keys(aliases, by="commitment", of="pk"),
        "last_checked_on": _checked(viewpoint),
        **{
            field.name: expression(field, viewpoint.column(field.name))
            for field in POSITION.in_json
        },
        "flags": _flag_bits(viewpoint),
        "last_update_day": IsoDay(viewpoint.column("last_update_day")),
        "seq": "last_change_seq",
        "recorded_at": IsoInstant("last_changed_at"),
    }


def values_of(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> QuerySet[Commitment, Values]:
    """Return rows of `public_commitments`, for `CommitmentValues`."""
    return rows_of(commitments, _columns(viewpoint))


def _if_there(name: str, viewpoint: Viewpoint) -> Case:
    """Return the reference of a related commitment if it is public and was stated by then."""
    there = public_q(of=f"{name}__")
    if viewpoint.as_of is not None:
        # EXISTS is checked row by row; a join would read the others first.
        stated = Standing.objects.at(viewpoint.as_of).filter(commitment=OuterRef(f"{name}_id"))
        there &= Q(Exists(stated.order_by()))
    return Case(When(there, then=F(f"{name}__reference")))


def _checked(viewpoint: Viewpoint) -> Any:
    if viewpoint.as_of is None:
        return IsoDay("last_checked_on")
    by_then = Case(When(last_checked_on__lte=viewpoint.as_of, then=F("last_checked_on")))
    return IsoDay(by_then)


def _keys(relation: Any, of: str, *, by: str = "commitment") -> Any:
    return joined_keys(relation.through._default_manager.all(), by=by, of=of)


def _flag_bits(viewpoint: Viewpoint) -> Combinable:
    """Return a bit for each flag that holds, and one for `no_information`."""
    flags = [query(viewpoint) for query in QUERIES.values()]
    return as_bits([*flags, Position.no_information_q(viewpoint.day, viewpoint.at)])


# -- Payloads -----------------------------------------------------------------------------------


class CommitmentValues:
    """Builds payloads from the rows of `values_of`; topics and parties are read once."""

    def __init__(self, viewpoint: Viewpoint) -> None:
        self.viewpoint = viewpoint
        self.names = [*_columns(viewpoint)]
        self.topics = _names(dict(Topic.objects.public().values_list("pk", "slug")))
        self.parties = _names(dict(Party.objects.public().values_list("pk", "code")))

    def fields(self, rows: Sequence[Values]) -> Fields:
        """Return the fields of rows in their order; at most two queries, for names and relations.

        Rows share objects, so the result must not be modified.
        """
        read = columns_of(self.names, rows)
        related = _names(_references(read["related"], self.viewpoint))
        aliases = _aliases(read["aliases"])
        flags = [_flags(bits) for bits in read["flags"]]
        made: Fields = {
            "topics": [*map(self.topics, read["topics"])],
            "parties": [*map(self.parties, read["parties"])],
            "related": [*map(related, read["related"])],
            "aliases": [aliases.get(key, _NONE) for key in read["pk"]],
            "target_last_day": [stored_date(target)[1] for target in read["target"]],
            "flags": [names for names, _is_unknown in flags],
            "no_information": [is_unknown for _names, is_unknown in flags],
            "last_change": [*map(line, read["seq"], read["recorded_at"])],
        }
        return {
            field.name: made[field.name] if field.name in made else as_json(field, read[field.name])
            for field in COMMITMENT_RECORD.in_json
            if field.type is not Type.ADDRESS  # added by the caller, which knows the request
        }


def _names(named: Mapping[int, str]) -> Callable[[str | None], Sequence[str]]:
    """Return a function from joined keys to sorted names, without those that are not public.

    It caches its results, because the same combinations recur.
    """

    @lru_cache(maxsize=4096)
    def names(keys: str | None) -> Sequence[str]:
        return sorted(named[key] for key in split_keys(keys) if key in named)

    return names


@cache
def _flags(bits: int) -> tuple[Sequence[str], bool]:
    """Return the flags in their order, and `no_information`."""
    flags = [flag.value for place, flag in enumerate(QUERIES) if bits >> place & 1]
    return flags, bool(bits & _NO_INFORMATION)


def _references(joined: Iterable[str | None], viewpoint: Viewpoint) -> dict[int, str]:
    """Return the references of the public commitments stated by then, by key."""
    keys = {key for some in joined for key in split_keys(some)}
    public = public_commitments(viewpoint).filter(pk__in=keys).order_by()
    return dict(public.values_list("pk", "reference"))


def _aliases(joined: Iterable[str | None]) -> dict[int, list[Payload]]:
    """Return the aliases in their order, by the key of the commitment."""
    keys = {key for some in joined for key in split_keys(some)}
    by_commitment: dict[int, list[Payload]] = defaultdict(list)
    columns = {"commitment": "commitment", **{f.name: expression(f) for f in ALIAS.in_json}}
    names = [field.name for field in ALIAS.in_json]
    for commitment, *values in rows_of(public_aliases().filter(pk__in=keys), columns):
        by_commitment[commitment].append(dict(zip(names, values, strict=True)))
    return by_commitment
