"""Records as they were published at an earlier line of the log: their text and relations.

Rows hold today's values; `FormerValue` holds earlier ones. This module combines the two: on loaded
records, in query conditions, and in columns to sort by.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection
from django.db.models import (
    DateField,
    F,
    ForeignKey,
    IntegerField,
    Max,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce

from tracker.lib.partial_date_fields import EdgeDayField, PartialDateField
from tracker.lib.partial_dates import PartialDate
from tracker.lib.prefetching import prefetched, prefetched_rows
from tracker.models import Change, Commitment, FormerValue, Level
from tracker.models.former_values import MANY, NOUNS, RELATIONS, split_keys
from tracker.models.records import PublicRecord, public_q

_R = TypeVar("_R", bound=Model)
_M = TypeVar("_M", bound=Model)
_Place = tuple[str, int]
_Found = dict[_Place, list[PublicRecord]]


def noun_of(model: type[Model] | Model) -> str:
    return model._meta.model_name or ""


def _model(noun: str) -> Any:
    return apps.get_model("tracker", noun)


def last_changed_then(known: int | None) -> Combinable:
    """Return when a commitment last changed, up to change `known`, as a column expression."""
    if known is None:
        return F("last_changed_at")
    lines = Change.objects.filter(commitment=OuterRef("pk"), seq__lte=known).order_by("-seq")
    return Subquery(lines.values("recorded_at")[:1])


# -- In queries ---------------------------------------------------------------------------------


def former_values(noun: str, known: int, **where: Any) -> QuerySet[FormerValue]:
    """Return the values that fields of a model had at change `known` and no longer have."""
    return FormerValue.objects.filter(
        noun=noun, since__lte=known, until__gt=known, **where
    ).order_by()


def as_published_q(
    model: type[Model], name: str, known: int | None, *, today: Q, then: Q, of: str = ""
) -> Q:
    """Return a condition on the value of a field at change `known`.

    `today` is the condition on the row, for records not amended since; `then` is the condition on
    the `value` of a `FormerValue`. `of` is the path to the record ("meeting__"), which `today`
    must include too.
    """
    if known is None:
        return today
    former = former_values(noun_of(model), known, field=name)
    key = f"{of}pk__in"
    amended = Q(**{key: former.values("record")})
    return (today & ~amended) | Q(**{key: former.filter(then).values("record")})


def equals_q(
    model: type[Model], name: str, known: int | None, values: Sequence[Any], *, of: str = ""
) -> Q:
    """Return the condition that a column had one of these values at change `known`."""
    return as_published_q(
        model,
        name,
        known,
        today=Q(**{f"{of}{name}__in": values}),
        then=Q(value__in=[str(value) for value in values]),
        of=of,
    )


def relates_q(
    model: type[Model], name: str, known: int | None, keys: Iterable[int], *, today: Q, of: str = ""
) -> Q:
    """Return the condition that a record was related to one of these keys at change `known`."""
    then = Q(pk__in=())
    for key in keys:
        then |= Q(value__contains=f" {key} ") if name in MANY else Q(value=str(key))
    return as_published_q(model, name, known, today=today, then=then, of=of)


def on_or_before_q(model: type[Model], name: str, known: int | None, day: Any) -> Q:
    """Return the condition that an edge day was not after `day` at change `known`."""
    then = Q(value__lte=day.isoformat(), value__gt="")
    return as_published_q(model, name, known, today=Q(**{f"{name}__lte": day}), then=then)


def slug_q(model: type[Model], slugs: Iterable[str], known: int | None) -> Q:
    """Return the condition that a record has one of these slugs, or had it at change `known`."""
    wanted = list(slugs)
    if known is None:
        return Q(slug__in=wanted)
    then = former_values(noun_of(model), known, field="slug", value__in=wanted)
    return Q(slug__in=wanted) | Q(pk__in=then.values("record"))


def column_then(model: type[Model], name: str, known: int | None) -> Combinable:
    """Return a text column as published at change `known`, to sort by."""
    if known is None:
        return F(name)
    former = former_values(noun_of(model), known, field=name, record=OuterRef("pk"))
    return Coalesce(Subquery(former.values("value")[:1]), F(name))


def values_then(
    records: QuerySet[Any, Any], names: Sequence[str], known: int | None
) -> Iterator[tuple[Any, ...]]:
    """Yield the primary key and some columns of records as published at change `known`.

    Foreign keys are named by their columns ("forum_id"). Two queries; one where `known` is None.
    """
    rows = records.values_list("pk", *names)
    if known is None:
        yield from rows.iterator()
        return
    fields = [name.removesuffix("_id") for name in names]
    noun = noun_of(records.model)
    former: dict[int, dict[str, str]] = defaultdict(dict)
    rows_then = former_values(
        noun, known, field__in=fields, record__in=records.order_by().values("pk")
    )
    for key, name, value in rows_then.values_list("record", "field", "value").iterator():
        former[key][name] = value
    for key, *values in rows.iterator():
        if key in former:
            for place, name in enumerate(fields):
                if name in former[key]:
                    values[place] = _value(records.model, name, former[key][name])
        yield (key, *values)


def _value(model: type[Model], name: str, stored: str) -> Any:
    column = model._meta.get_field(name)
    if column.is_relation:
        return next(iter(split_keys(stored)), None)
    return _decoded(column, stored)


def links_then(model: type[Model], name: str, known: int | None) -> dict[int, list[int]]:
    """Map each record whose relation was amended since to its related keys at change `known`."""
    if known is None:
        return {}
    former = former_values(noun_of(model), known, field=name)
    return {
        key: split_keys(value) for key, value in former.values_list("record", "value").iterator()
    }


def keys_q(keys: Iterable[int]) -> Q:
    """Return `pk IN keys` with a single parameter, because databases limit their number."""
    listed = json.dumps(list(keys))
    if connection.vendor == "sqlite":
        some = RawSQL("SELECT value FROM json_each(%s)", [listed])
    else:
        some = RawSQL(
            "SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(%s AS jsonb))",
            [listed],
        )
    return Q(pk__in=some)


def find(records: QuerySet[_M], slug: str, known: int | None) -> _M | None:
    """Return the record that had this slug at change `known`, or else the one that has it today."""
    matches = list(records.filter(slug_q(records.model, [slug], known)))
    if known is not None and len(matches) > 1:
        former = former_values(noun_of(records.model), known, field="slug", value=slug)
        had = set(former.values_list("record", flat=True))
        matches.sort(key=lambda record: record.pk not in had)
    return matches[0] if matches else None


def linked_q(record: Model, name: str, known: int | None) -> Q:
    """Return the condition for the related records at change `known`; costs one extra query."""
    if known is not None:
        former = former_values(noun_of(record), known, field=name, record=record.pk).first()
        if former is not None:
            return Q(pk__in=split_keys(former.value))
    return Q(pk__in=getattr(record, name).values("pk"))


# -- On records ---------------------------------------------------------------------------------


def as_published(
    records: Iterable[_R],
    known: int | None,
    *,
    public: Callable[[str], QuerySet[Any]] | None = None,
) -> list[_R]:
    """Return the records, and the relations loaded with them, as published at change `known`.

    Read-only: the records must not be saved. The number of queries is constant; none where `known`
    is None. `public` returns the records of a model that may be shown as related.
    """
    listed = list(records)
    if known is not None and listed:
        _LookBack(known, public or (lambda noun: public_records(noun, known))).show(listed)
    return listed


def public_records(noun: str, known: int | None) -> QuerySet[Any]:
    """Return the records of a model that were public at change `known`."""
    return _model(noun)._default_manager.filter(public_q(known=known))  # type: ignore[no-any-return]


@dataclass(slots=True)
class _LookBack:
    """Set former values on loaded records, once on each."""

    known: int
    public: Callable[[str], QuerySet[Any]]
    _seen: set[int] = field(default_factory=set)

    def show(self, records: Iterable[Model]) -> None:
        found = _by_place(self._walk(records))
        former = self._reword(found)
        related = self._relate(found, former)
        # Records related only at that time get their former text, but no further relations.
        self._reword(_by_place(related))

    def _reword(self, found: _Found) -> dict[_Place, dict[str, str]]:
        self._undo_lines(found)
        former = self._former(found)
        for (noun, _key), values in former.items():
            words = {n: v for n, v in values.items() if n not in RELATIONS.get(noun, {})}
            for record in found[noun, _key]:
                _put(record, words)
        return former

    def _walk(self, records: Iterable[Model]) -> Iterator[Model]:
        """Yield these records and the relations loaded with them, each once."""
        waiting = list(records)
        while waiting:
            record = waiting.pop()
            if id(record) in self._seen:
                continue
            self._seen.add(id(record))
            yield record
            for each in record._meta.concrete_fields:
                if isinstance(each, ForeignKey) and each.is_cached(record):
                    waiting += filter(None, [getattr(record, each.name)])
            for rows in prefetched_rows(record).values():
                waiting += rows

    def _former(self, found: Iterable[_Place]) -> dict[_Place, dict[str, str]]:
        keys: dict[str, list[int]] = defaultdict(list)
        for noun, key in found:
            if noun in NOUNS:
                keys[noun].append(key)
        wanted = Q(pk__in=())
        for noun, some in sorted(keys.items()):
            wanted |= Q(noun=noun, record__in=some)
        if not keys:
            return {}
        rows = FormerValue.objects.filter(wanted, since__lte=self.known, until__gt=self.known)
        former: dict[_Place, dict[str, str]] = defaultdict(dict)
        for noun, key, name, value in rows.values_list("noun", "record", "field", "value"):
            former[noun, key][name] = value
        return former

    def _undo_lines(self, found: _Found) -> None:
        """Clear the loaded columns that hold the number of a line after `known`."""
        moved: list[Commitment] = []
        for records in found.values():
            for record in records:
                # Skip deferred columns: reading one would cost a query per record.
                loaded = record.__dict__
                for name in ("published_seq", "retracted_seq", "fully_recorded_seq"):
                    if (loaded.get(name) or 0) > self.known:
                        setattr(record, name, None)
                last = loaded.get("last_change_seq") or 0
                if isinstance(record, Commitment) and last > self.known:
                    moved.append(record)
        if not moved:
            return
        lines = Change.objects.filter(commitment__in={c.pk for c in moved}, seq__lte=self.known)
        last = lines.order_by().values_list("commitment").annotate(Max("seq"), Max("recorded_at"))
        last_lines = {key: (seq, at) for key, seq, at in last}
        for record in moved:
            record.last_change_seq, record.last_changed_at = last_lines.get(record.pk, (None, None))

    def _relate(self, found: _Found, former: dict[_Place, dict[str, str]]) -> list[Model]:
        """Replace the related records of today by those of change `known`."""
        wanted: dict[str, set[int]] = defaultdict(set)
        changed: list[tuple[_Place, str, str, list[int]]] = []
        for place, values in former.items():
            for name, target in RELATIONS.get(place[0], {}).items():
                if name in values:
                    keys = split_keys(values[name])
                    changed.append((place, name, target, keys))
                    wanted[target].update(keys)
        loaded: dict[str, dict[int, Model]] = {}
        for target, some in sorted(wanted.items()):
            related = self.public(target).filter(pk__in=some)
            loaded[target] = {record.pk: record for record in related}
        for place, name, target, keys in changed:
            there = [record for pk, record in loaded[target].items() if pk in set(keys)]
            for record in found[place]:
                if name not in MANY:
                    setattr(record, name, next(iter(there), None))
                elif name in prefetched_rows(record):
                    prefetched(record, name, there, model=_model(target))
        return [record for records in loaded.values() for record in records.values()]


def _by_place(records: Iterable[Model]) -> _Found:
    """Group public records by model and key; one row may have been loaded several times."""
    found: _Found = defaultdict(list)
    for record in records:
        if isinstance(record, PublicRecord):
            found[noun_of(record), record.pk].append(record)
    return found


def _put(record: Model, values: dict[str, str]) -> None:
    """Set fields from their stored text; edge days are derived from their date."""
    columns = {column.name: column for column in record._meta.concrete_fields}
    for name, value in values.items():
        # The log may name a column that no longer exists.
        column = columns.get(name)
        if column is not None and not isinstance(column, EdgeDayField):
            setattr(record, name, _decoded(column, value))


def _decoded(column: Any, stored: str) -> Any:
    if column.name == "level":
        return Level[stored.upper()]
    if isinstance(column, PartialDateField):
        return PartialDate.from_stored(stored) if stored else None
    if isinstance(column, DateField):
        return column.to_python(stored) if stored else None
    if isinstance(column, IntegerField):
        return int(stored) if stored else None
    return stored
