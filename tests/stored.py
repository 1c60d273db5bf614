"""What lies in the database: every row, putting rows back, and working without the triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from tracker.migrations import _triggers

Rows = dict[type[models.Model], list[tuple[Any, ...]]]


def _models() -> list[type[models.Model]]:
    """Every model of the register, with the tables between them."""
    return list(apps.get_app_config("tracker").get_models(include_auto_created=True))


def stored_rows() -> Rows:
    """Every row of every table, as the database returns it, so that two moments can be compared."""
    rows: Rows = {}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in _models():
            columns = ", ".join(quote(f.column) for f in model._meta.local_concrete_fields)
            table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY {key}")  # noqa: S608 - our names
            rows[model] = cursor.fetchall()
    return rows


def put_back(rows: Rows) -> None:
    """Insert rows that `stored_rows` returned, as they were, into tables without them."""
    quote = connection.ops.quote_name
    with without_triggers(), connection.cursor() as cursor:
        for model, values in rows.items():
            fields = model._meta.local_concrete_fields
            columns = ", ".join(quote(f.column) for f in fields)
            places = ", ".join(["%s"] * len(fields))
            table = quote(model._meta.db_table)
            insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - our names
            cursor.executemany(insert, values)
        # Explicit keys do not move PostgreSQL's sequences.
        for statement in connection.ops.sequence_reset_sql(no_style(), list(rows)):
            cursor.execute(statement)


def forget_everything() -> None:
    """Empty every table of the register, in whatever transaction is open."""
    with without_triggers(), connection.cursor() as cursor:
        for model in _models():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


@contextmanager
def without_triggers() -> Iterator[None]:
    """Lift the database's refusal to rewrite what is published, as a vandal with rights might."""
    with transaction.atomic():
        # PostgreSQL alters no table whose foreign keys are still to be checked.
        connection.check_constraints()
        editor = connection.schema_editor()
        _triggers.drop(editor)
        yield
        connection.check_constraints()
        _triggers.create(editor)
