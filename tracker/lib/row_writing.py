"""Write many rows with one prepared statement that is run for each.

Several times as fast as `bulk_create` and `bulk_update`, which build one long statement. Like
those, these functions send no signals and validate nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from tracker.lib.line_fields import LineField

_Values = Sequence[Any]

# Rows held in memory at a time.
_BATCH = 2_000
# Fields whose Python values both databases accept. Foreign keys here refer to such fields.
_NEEDS_NO_CONVERSION = frozenset(
    {
        *(models.AutoField, models.BigAutoField, models.ForeignKey, models.OneToOneField),
        *(models.CharField, LineField, models.SlugField, models.URLField, models.TextField),
        *(models.IntegerField, models.BigIntegerField, models.BooleanField),
        models.PositiveSmallIntegerField,
        models.PositiveIntegerField,
        models.PositiveBigIntegerField,
    }
)


def _database(model: type[models.Model]) -> BaseDatabaseWrapper:
    return connections[router.db_for_write(model)]


@lru_cache
def _fields(model: type[models.Model], names: tuple[str, ...]) -> list[models.Field[Any, Any]]:
    fields = model._meta.concrete_fields
    by_name = {name: field for field in fields for name in (field.name, field.attname)}
    return [by_name[name] for name in names]


def _column(field: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> str:
    return connection.ops.quote_name(str(field.column))


def _conversions(
    fields: Sequence[models.Field[Any, Any]], connection: BaseDatabaseWrapper
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Return the index and the conversion of each value that needs one."""
    conversions: list[tuple[int, Callable[[Any], Any]]] = []
    for index, field in enumerate(fields):
        if type(field) in _NEEDS_NO_CONVERSION:
            continue
        convert: Callable[[Any], Any] = partial(field.get_db_prep_save, connection=connection)
        # Cached, because the same few dates recur; JSON values are not hashable.
        is_json = isinstance(field, models.JSONField)
        conversions.append((index, convert if is_json else lru_cache(maxsize=4_096)(convert)))
    return conversions


def _run(
    statement: str,
    fields: Sequence[models.Field[Any, Any]],
    connection: BaseDatabaseWrapper,
    rows: Iterable[_Values],
) -> None:
    conversions = _conversions(fields, connection)

    def converted() -> Iterator[_Values]:
        for row in rows:
            values = list(row)
            for index, convert in conversions:
                values[index] = convert(values[index])
            yield values

    pending = converted()
    with connection.cursor() as cursor:
        while batch := list(islice(pending, _BATCH)):
            cursor.executemany(statement, batch)


def _values(rows: Iterable[models.Model], fields: Sequence[models.Field[Any, Any]]) -> Any:
    """Return the values of each row in the order of the fields, which must be two or more."""
    return map(attrgetter(*(field.attname for field in fields)), rows)


def write_values(model: type[models.Model], names: Sequence[str], rows: Iterable[_Values]) -> None:
    """Update the fields `names`; each row is given as their values and the primary key."""
    connection, key = _database(model), model._meta.pk
    fields = _fields(model, tuple(names))
    assignments = ", ".join(f"{_column(field, connection)} = %s" for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"UPDATE {table} SET {assignments} WHERE {_column(key, connection)} = %s"  # noqa: S608 - our names
    _run(statement, [*fields, key], connection, rows)


def write_each(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Update the fields `names` of saved rows of one model, by primary key."""
    rows = list(rows)
    if rows:
        model = type(rows[0])
        fields = [*_fields(model, tuple(names)), model._meta.pk]
        write_values(model, names, _values(rows, fields))


def insert_values(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[_Values],
    *,
    or_update: bool = False,
) -> None:
    """Insert rows given as the values of the fields `names`; other columns are not set.

    With `or_update`, a row whose primary key exists replaces the existing one.
    """
    connection, fields = _database(model), _fields(model, tuple(names))
    columns = ", ".join(_column(field, connection) for field in fields)
    placeholders = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({placeholders})"  # noqa: S608 - our names
    if or_update:
        key = model._meta.pk
        others = (_column(field, connection) for field in fields if field is not key)
        values = ", ".join(f"{column} = excluded.{column}" for column in others)
        statement += f" ON CONFLICT ({_column(key, connection)}) DO UPDATE SET {values}"
    _run(statement, fields, connection, rows)


def insert_each(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert new rows without reading back the keys that the database assigns."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    insert_values(model, [field.name for field in fields], _values(rows, fields))
