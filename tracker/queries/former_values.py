"""Query conditions and columns as published at an earlier line of the log.

Rows hold today's values; `FormerValue` holds earlier ones. See `as_published` for loaded records.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import (
    BooleanField,
    DateField,
    F,
    Func,
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

from tracker.lib.joined_keys import split_keys
from tracker.lib.partial_date_fields import PartialDateField
from tracker.lib.partial_dates import PartialDate
from tracker.models import Change, FormerValue, Level
from tracker.models.former_values import MANY

_M = TypeVar("_M", bound=Model)


def noun_of(model: type[Model] | Model) -> str:
    return model._meta.model_name or ""


def last_changed_then(known: int | None) -> Combinable:
    """Return when a commitment last changed, up to change `known`, as a column expression."""
    if known is None:
        return F("last_changed_at")
    lines = Change.objects.filter(commitment=OuterRef("pk"), seq__lte=known).order_by("-seq")
    return Subquery(lines.values("recorded_at")[:1])


def last_lines(
    commitments: Iterable[int], known: int
) -> dict[int, tuple[int | None, dt.datetime | None]]:
    """Map commitments to the number and time of their last line up to change `known`."""
    lines = Change.objects.filter(commitment__in=commitments, seq__lte=known)
    last = lines.order_by().values_list("commitment").annotate(Max("seq"), Max("recorded_at"))
    return {key: (seq, at) for key, seq, at in last}


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
    those = records.order_by().values("pk")
    former = _former_by_record(noun, known, field__in=fields, record__in=those)
    for key, *values in rows.iterator():
        if key in former:
            for place, name in enumerate(fields):
                if name in former[key]:
                    values[place] = _value(records.model, name, former[key][name])
        yield (key, *values)


def names_then(records: QuerySet[Any, Any], name: str, known: int | None) -> dict[int, str]:
    """Map the primary keys of records to a text column as published at change `known`."""
    return dict(values_then(records, [name], known))


def restore(
    read: Mapping[str, list[Any]],
    known: int | None,
    *,
    noun: str,
    keys: Sequence[int | None],
    columns: Mapping[str, str],
) -> None:
    """Overwrite what was read of the records with these keys by their values at change `known`.

    `columns` maps the fields of the noun to columns of `read`. Values are put as a `FormerValue`
    stores them. One query; none where `known` is None.
    """
    if known is None:
        return
    those = {key for key in keys if key is not None}
    former = _former_by_record(noun, known, field__in=[*columns], record__in=those)
    if not former:
        return
    for place, key in enumerate(keys):
        if key in former:
            for name, value in former[key].items():
                read[columns[name]][place] = value


def _former_by_record(noun: str, known: int, **where: Any) -> dict[int, dict[str, str]]:
    """Map records to those of their `former_values` that match, by field."""
    former: dict[int, dict[str, str]] = defaultdict(dict)
    rows = former_values(noun, known, **where).values_list("record", "field", "value")
    for key, name, value in rows.iterator():
        former[key][name] = value
    return former


def _value(model: type[Model], name: str, stored: str) -> Any:
    column = model._meta.get_field(name)
    if column.is_relation:
        return next(iter(split_keys(stored)), None)
    return decoded(column, stored)


def decoded(column: Any, stored: str) -> Any:
    """Return the value of a column from the text of a `FormerValue`."""
    if column.name == "level":
        return Level[stored.upper()]
    if isinstance(column, PartialDateField):
        return PartialDate.from_stored(stored) if stored else None
    if isinstance(column, DateField):
        return column.to_python(stored) if stored else None
    if isinstance(column, IntegerField):
        return int(stored) if stored else None
    return stored


def links_then(model: type[Model], name: str, known: int | None) -> dict[int, list[int]]:
    """Map each record whose relation was amended since to its related keys at change `known`."""
    if known is None:
        return {}
    former = former_values(noun_of(model), known, field=name)
    return {
        key: split_keys(value) for key, value in former.values_list("record", "value").iterator()
    }


class _IsAnyOf(Func):
    """Whether a key is one of an array, on PostgreSQL."""

    output_field = BooleanField()
    template = "%(expressions)s"
    arg_joiner = " = ANY "


def keys_q(keys: Iterable[int], *, of: str = "pk") -> Q:
    """Return `pk IN keys` with a single parameter, because databases limit their number.

    `of` names another column.
    """
    listed = ",".join(map(str, keys))
    if connection.vendor == "sqlite":
        return Q(**{f"{of}__in": RawSQL("SELECT value FROM json_each(%s)", [f"[{listed}]"])})
    # An array and not a subquery, of which the planner expects few rows.
    return Q(_IsAnyOf(F(of), RawSQL("CAST(%s AS bigint[])", [f"{{{listed}}}"])))


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
