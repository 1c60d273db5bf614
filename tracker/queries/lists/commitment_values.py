"""Payloads of commitments, built from rows of values instead of model objects.

One query for the rows, and what many rows share is built once. A test compares it with the
payloads of model objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from tracker.lib.iso_sql import IsoDay, IsoInstant
from tracker.lib.joined_keys import joined_keys, split_keys
from tracker.models import Commitment, Forum, Meeting, Party, Position, Topic
from tracker.queries.flags import QUERIES, as_bits
from tracker.queries.former_values import last_lines, names_then, restore
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_aliases, public_commitments
from tracker.schema.bulk import as_json, columns_of, expression, rows_of
from tracker.schema.commitments import ALIAS, COMMITMENT, POSITION
from tracker.schema.fields import Type
from tracker.schema.payloads import Fields, Payload, day, line, recorded, stored_date
from tracker.schema.records import COMMITMENT_RECORD

Values = tuple[Any, ...]

_NO_INFORMATION = 1 << len(QUERIES)
_NONE: list[Payload] = []
_KEY = [field for field in COMMITMENT.in_json if field.type is Type.KEY]
# Read as slugs by a join, which saves a query; as keys where both key and slug may be former ones.
_NAMED_BY_SLUG: dict[str, type[Meeting | Forum]] = {"first_stated_at": Meeting, "series": Forum}
_KEYS = [field for field in COMMITMENT.in_json if field.type is Type.KEYS]
_PLAIN = [f for f in COMMITMENT.in_json if f.type not in (Type.KEY, Type.KEYS, Type.RECORDS)]
_AMENDED = {field.name: field.name for field in (*_KEY, *_KEYS, *_PLAIN)}


# -- What is read -------------------------------------------------------------------------------


def _columns(viewpoint: Viewpoint) -> dict[str, Any]:
    """Return the columns to read by field name, and those that other fields are built from."""
    return {
        "pk": "pk",
        **{field.name: expression(field) for field in _PLAIN},
        **{field.name: f"{field.name}_id" for field in _KEY},
        **{name: f"{name}__slug" for name in _NAMED_BY_SLUG if viewpoint.known is None},
        "topics": _keys(Commitment.topics, "topic"),
        "parties": _keys(Commitment.parties, "party"),
        "related": _keys(Commitment.related, "to_commitment", by="from_commitment"),
        "aliases": joined_keys(public_aliases(viewpoint), by="commitment", of="pk"),
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
        known = viewpoint.known
        self.topics = _names(names_then(Topic.objects.public(known=known), "slug", known))
        self.parties = _names(names_then(Party.objects.public(known=known), "code", known))

    def fields(self, rows: Sequence[Values]) -> Fields:
        """Return the fields of rows in their order, in a constant number of queries.

        Rows share objects, so the result must not be modified.
        """
        read, known = columns_of(self.names, rows), self.viewpoint.known
        restore(read, known, noun="commitment", keys=read["pk"], columns=_AMENDED)
        if known is not None:
            for name, model in _NAMED_BY_SLUG.items():
                read[name] = _slugs_then(model, read[name], known)
        commitments = _references(read, self.viewpoint)
        aliases = _aliases(read["aliases"], self.viewpoint)
        flags = [_flags(bits) for bits in read["flags"]]
        made: Fields = {
            "topics": [*map(self.topics, read["topics"])],
            "parties": [*map(self.parties, read["parties"])],
            "related": [*map(_names(commitments), read["related"])],
            "part_of": _named(commitments, read["part_of"]),
            "supersedes": _named(commitments, read["supersedes"]),
            "aliases": [aliases.get(key, _NONE) for key in read["pk"]],
            "last_checked_on": _days_by(read["last_checked_on"], day(self.viewpoint.as_of)),
            "target_last_day": [stored_date(target)[1] for target in read["target"]],
            "flags": [names for names, _is_unknown in flags],
            "no_information": [is_unknown for _names, is_unknown in flags],
            "last_change": _last_changes(read, known),
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


def _named(names: Mapping[int, str], keys: Iterable[int | str | None]) -> list[str | None]:
    """Return the name of each key, or None; a former key is a text."""
    return [names.get(int(key)) if key else None for key in keys]


def _slugs_then(
    model: type[Meeting | Forum], keys: Sequence[int | str | None], known: int
) -> list[str | None]:
    """Return the slugs that the records with these keys had at change `known`."""
    public = model.objects.public(known=known).filter(pk__in={int(key) for key in keys if key})
    return _named(names_then(public, "slug", known), keys)


@cache
def _flags(bits: int) -> tuple[Sequence[str], bool]:
    """Return the flags in their order, and `no_information`."""
    flags = [flag.value for place, flag in enumerate(QUERIES) if bits >> place & 1]
    return flags, bool(bits & _NO_INFORMATION)


def _days_by(days: Iterable[str | None], last: str | None) -> list[str | None]:
    """Return the days, without those after the last."""
    return [day if day and (last is None or day <= last) else None for day in days]


def _references(read: Mapping[str, Sequence[Any]], viewpoint: Viewpoint) -> dict[int, str]:
    """Return the references of the related commitments, public and stated by then, by key."""
    keys = {key for some in read["related"] for key in split_keys(some)}
    keys |= {int(key) for name in ("part_of", "supersedes") for key in read[name] if key}
    public = public_commitments(viewpoint).filter(pk__in=keys).order_by()
    return dict(public.values_list("pk", "reference"))


def _aliases(joined: Iterable[str | None], viewpoint: Viewpoint) -> dict[int, list[Payload]]:
    """Return the aliases in their order, by the key of the commitment."""
    keys = {key for some in joined for key in split_keys(some)}
    by_commitment: dict[int, list[Payload]] = defaultdict(list)
    columns = {"commitment": "commitment", **{f.name: expression(f) for f in ALIAS.in_json}}
    names = [field.name for field in ALIAS.in_json]
    public = public_aliases(viewpoint).filter(pk__in=keys)
    for commitment, *values in rows_of(public, columns):
        by_commitment[commitment].append(dict(zip(names, values, strict=True)))
    return by_commitment


def _last_changes(read: Mapping[str, Sequence[Any]], known: int | None) -> list[Payload]:
    """Return the last line about each commitment, up to change `known`."""
    if known is None:
        return [*map(line, read["seq"], read["recorded_at"])]
    rows = [*zip(read["pk"], read["seq"], read["recorded_at"], strict=True)]
    earlier = last_lines([key for key, seq, _at in rows if (seq or 0) > known], known)
    return [
        recorded(*earlier.get(key, (None, None))) if (seq or 0) > known else line(seq, at)
        for key, seq, at in rows
    ]
