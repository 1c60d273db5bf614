"""What a record says, read from its model object: as JSON, and as register files have it.

The JSON of each noun is its one public shape, for the log, the feeds, the files and the API. Only
public things are named: whatever a record refers to that is still a draft is left out. Records are
named by reference, slug or code, never by a database key. JSON values are those of
`lib.canonical_json`, so that a payload can be hashed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from operator import attrgetter
from typing import Any

from tracker.lib.partial_dates import PartialDate
from tracker.models import Change, Level, Source
from tracker.models.records import PublicRecord
from tracker.schema import commitments, meetings, notes, parties, records, sources, updates
from tracker.schema.fields import JSON, Field, Noun, Type, Where

Payload = dict[str, Any]
# Many payloads of one shape as columns: the list of values for each field name.
Fields = dict[str, Sequence[Any]]
# Which records a payload names: `queries.drafts.submissions` wants those not public yet, too.
Named = Callable[[PublicRecord], bool]
_PUBLIC: Named = attrgetter("is_public")


def as_payloads(fields: Mapping[str, Sequence[Any]]) -> list[Payload]:
    return [dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True)]


# -- Values -------------------------------------------------------------------------------------


def partial_date(value: PartialDate | None) -> Payload | None:
    """Return `date` in ISO 8601 to the known precision and the `words` of the source, or None."""
    if value is None:
        return None
    return {"date": value.iso or None, "words": value.words, "precision": value.precision.value}


@lru_cache(maxsize=8192)
def stored_date(text: str) -> tuple[Payload | None, str | None]:
    """The payload of a partial date as the database stores it, and its last day.

    The same few dates are in very many rows: the payload is not to be altered.
    """
    date = PartialDate.from_stored(text) if text else None
    return partial_date(date), day(date.last_day) if date else None


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def line(seq: int | None, recorded_at: str | None) -> Payload:
    return {"seq": seq, "recorded_at": recorded_at}


def recorded(seq: int | None, recorded_at: dt.datetime | None) -> Payload:
    """Return the number of a line of the log and its time."""
    if recorded_at is None:
        return line(seq, None)
    return line(seq, instant(recorded_at))


def instant(value: dt.datetime) -> str:
    """Format as RFC 3339, in UTC and to the second."""
    return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def level_name(value: int) -> str:
    return Level(value).name.lower()


def change_id(record: Change) -> str:
    """Return the permanent id of a change: a UUID (RFC 9562, version 5) of its hash, as a URN."""
    return uuid.uuid5(uuid.NAMESPACE_OID, record.hash).urn


def change(record: Change) -> Payload:
    """Return a line of the log: all that its hash covers, the hash, and the permanent id."""
    return {"id": change_id(record), **record.canonical(), "hash": record.hash}


# -- Records ------------------------------------------------------------------------------------

_Read = Callable[[Any, Named], Any]


def values(noun: Noun, where: Where, record: Any, *, named: Named = _PUBLIC) -> dict[str, Any]:
    """Return the values of a record for JSON or a register file, by field name."""
    return {name: read(record, named) for name, read in _readers(noun, where)}


@cache
def _readers(noun: Noun, where: Where) -> list[tuple[str, _Read]]:
    if where is JSON:
        return [(field.name, reader(field, JSON)) for field in noun.in_json]
    return [(field.key, reader(field, where)) for field in noun.in_file]


def reader(field: Field, where: Where) -> _Read:
    """Return a function that reads a field from a model object."""
    found, is_named = _path(field.source), field.if_public
    if field.type is Type.KEY:
        key, nothing = attrgetter(field.named_by), None if where is JSON else ""

        def read_key(record: Any, named: Named) -> str | None:
            other = found(record)
            return nothing if other is None or (is_named and not named(other)) else key(other)

        return read_key
    if field.type is Type.KEYS:
        key = attrgetter(field.named_by)
        return lambda record, named: sorted(
            key(other) for other in found(record).all() if not is_named or named(other)
        )
    if field.record is not None:
        inner = field.record
        if field.type is Type.RECORD:
            return lambda record, named: values(inner, where, found(record), named=named)
        return lambda record, named: [
            values(inner, where, other, named=named)
            for other in found(record).all()
            if not is_named or named(other)
        ]
    write = _written(field, where)
    return lambda record, named: write(found(record))


def _path(source: str) -> Callable[[Any], Any]:
    """Return a function that follows a path of attributes, up to the first None."""
    first, _, rest = source.partition("__")
    get = attrgetter(first)
    if not rest:
        return get
    follow = _path(rest)

    def found(record: Any) -> Any:
        other = get(record)
        return None if other is None else follow(other)

    return found


def _written(field: Field, where: Where) -> Callable[[Any], Any]:
    if field.type is Type.LEVEL:
        return level_name
    if where is JSON and field.type is Type.DATE:
        return partial_date
    if where is JSON and field.type is Type.DAY:
        return day
    if where is JSON and field.type is Type.CHOICE:
        return (lambda value: str(value) or None) if field.is_nullable else str
    return lambda value: value


party = partial(values, parties.PARTY, JSON)
topic = partial(values, commitments.TOPIC, JSON)
forum = partial(values, meetings.FORUM, JSON)
source = partial(values, sources.SOURCE, JSON)
passage = partial(values, sources.PASSAGE, JSON)
meeting = partial(values, meetings.MEETING, JSON)
alias = partial(values, commitments.ALIAS, JSON)
commitment_name = partial(values, commitments.COMMITMENT_NAME, JSON)
commitment = partial(values, commitments.COMMITMENT, JSON)
position = partial(values, commitments.POSITION, JSON)
citation = partial(values, updates.CITATION, JSON)
cited = partial(values, records.CITED, JSON)
update = partial(values, updates.UPDATE, JSON)
revision = partial(values, updates.REVISION, JSON)
note = partial(values, notes.NOTE, JSON)


def logged_source(record: Source, *, named: Named = _PUBLIC) -> Payload:
    """Return a source for the log, with the passages left out if there are any."""
    left_out = [passage(p) for p in record.passages_left_out.all() if named(p)]
    return {**source(record), **({"left_out": left_out} if left_out else {})}
