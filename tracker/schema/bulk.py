"""What very many records say, read from columns of the database and not from model objects.

Speed is the reason: whole files are made of this, and tests compare it with `payloads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from tracker.lib.iso_sql import IsoDay, StoredText
from tracker.schema.fields import Field, Type
from tracker.schema.payloads import stored_date


def expression(field: Field, path: str = "") -> Combinable:
    """Return the SQL expression of a field, from its own path or the given one."""
    path = path or field.source
    if field.type is Type.DATE:
        return StoredText(path)
    if field.type is Type.DAY:
        return IsoDay(path)
    return F(f"{path}__{field.named_by}" if field.type is Type.KEY else path)


def rows_of(records: QuerySet[Any], columns: Mapping[str, Any]) -> QuerySet[Any, tuple[Any, ...]]:
    """Return rows of some columns, given as paths or expressions."""
    read = {f"read_{name}": F(c) if isinstance(c, str) else c for name, c in columns.items()}
    found: QuerySet[Any, tuple[Any, ...]] = records.annotate(**read).values_list(*read)
    return found


def columns_of(names: Iterable[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """Return the values of rows by column; there must be at least one row."""
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def as_json(field: Field, values: Sequence[Any]) -> Sequence[Any]:
    """Convert values read by `expression` to JSON values."""
    if field.type is Type.DATE:
        return [stored_date(value)[0] for value in values]
    if field.type is Type.CHOICE and field.is_nullable:
        return [value or None for value in values]
    return values
