"""Writing many rows, each its own values, by one statement that is prepared once and run for each.

Like `bulk_create` and `bulk_update`, which say the same as one long statement and spend several
times as long on making it, these send no signals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

# Rows whose values are in memory at a time.
_AT_ONCE = 2_000


def _database(model: type[models.Model]) -> BaseDatabaseWrapper:
    return connections[router.db_for_write(model)]


def _run(model: type[models.Model], statement: str, values: Iterator[list[Any]]) -> None:
    some: list[list[Any]] = []
    with _database(model).cursor() as cursor:
        for each in values:
            some.append(each)
            if len(some) == _AT_ONCE:
                cursor.executemany(statement, some)
                some = []
        if some:
            cursor.executemany(statement, some)


def write_each(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Save the fields `names` of saved rows of one model, by primary key."""
    rows = list(rows)
    if not rows:
        return
    model = type(rows[0])
    connection = _database(model)
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields, key = [by_name[name] for name in names], model._meta.pk
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    table, where = quote(model._meta.db_table), f"{quote(str(key.column))} = %s"
    values = (
        [
            *(field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields),
            key.get_db_prep_value(row.pk, connection),
        ]
        for row in rows
    )
    _run(model, f"UPDATE {table} SET {columns} WHERE {where}", values)  # noqa: S608 - our names


def insert_each(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert new rows whose keys nobody needs to know: the database gives them, or they are set."""
    connection = _database(model)
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    values = (
        [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
        for row in rows
    )
    _run(model, f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608 - ours
