"""Writing many rows, each its own values, by one statement that is prepared once and run for each.

Like `bulk_create` and `bulk_update`, which say the same as one long statement and spend several
times as long on making it, these send no signals and validate nothing.
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

# Rows whose values are in memory at a time.
_AT_ONCE = 2_000
# Fields whose values both databases take as Python has them. Foreign keys here lead to such.
_TAKEN_AS_THEY_ARE = frozenset(
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
    """What is to be made of the values at some places; the others stay as they are."""
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, field in enumerate(fields):
        if type(field) in _TAKEN_AS_THEY_ARE:
            continue
        convert: Callable[[Any], Any] = partial(field.get_db_prep_save, connection=connection)
        # The same few days and times come again and again; JSON cannot be looked up.
        is_json = isinstance(field, models.JSONField)
        found.append((place, convert if is_json else lru_cache(maxsize=4_096)(convert)))
    return found


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
            for place, convert in conversions:
                values[place] = convert(values[place])
            yield values

    waiting = converted()
    with connection.cursor() as cursor:
        while some := list(islice(waiting, _AT_ONCE)):
            cursor.executemany(statement, some)


def _values(rows: Iterable[models.Model], fields: Sequence[models.Field[Any, Any]]) -> Any:
    """The values of each row in the order of the fields, of which there are at least two."""
    return map(attrgetter(*(field.attname for field in fields)), rows)


def write_values(model: type[models.Model], names: Sequence[str], rows: Iterable[_Values]) -> None:
    """Save the fields `names` of saved rows, each given by their values and the primary key."""
    connection, key = _database(model), model._meta.pk
    fields = _fields(model, tuple(names))
    places = ", ".join(f"{_column(field, connection)} = %s" for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"UPDATE {table} SET {places} WHERE {_column(key, connection)} = %s"  # noqa: S608 - our names
    _run(statement, [*fields, key], connection, rows)


def write_each(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Save the fields `names` of saved rows of one model, by primary key."""
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
    """Insert rows given by the values of the fields `names`; the other fields get no value.

    With `or_update`, a row whose key is there already takes the place of that one.
    """
    connection, fields = _database(model), _fields(model, tuple(names))
    columns = ", ".join(_column(field, connection) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - our names
    if or_update:
        key = model._meta.pk
        others = (_column(field, connection) for field in fields if field is not key)
        values = ", ".join(f"{column} = excluded.{column}" for column in others)
        statement += f" ON CONFLICT ({_column(key, connection)}) DO UPDATE SET {values}"
    _run(statement, fields, connection, rows)


def insert_each(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert new rows whose keys nobody needs to know: the database gives them, or they are set."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    insert_values(model, [field.name for field in fields], _values(rows, fields))


def insert_with_keys(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert new rows and give each its key, rising in the order of the rows.

    Call it in a transaction that writes: on SQLite nobody else may insert in between.
    """
    connection, fields = _database(model), model._meta.concrete_fields
    _take_over_keys(rows, fields)
    for row, key in zip(rows, _next_keys(model, len(rows), connection), strict=True):
        row.pk = key
    insert_values(model, [field.name for field in fields], _values(rows, fields))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _take_over_keys(rows: Sequence[models.Model], fields: Iterable[models.Field[Any, Any]]) -> None:
    """Let rows name the keys that what they refer to has got since it was assigned."""
    for field in fields:
        if not isinstance(field, models.ForeignKey):
            continue
        for row in rows:
            if getattr(row, field.attname) is None:
                named = field.get_cached_value(row, default=None)
                if named is not None:
                    setattr(row, field.name, named)


def _next_keys(
    model: type[models.Model], count: int, connection: BaseDatabaseWrapper
) -> Sequence[int]:
    """So many keys that no row of the model has or will be given."""
    table = model._meta.db_table
    if not count:
        return ()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, str(model._meta.pk.column), count],
            )
            return [key for (key,) in cursor.fetchall()]
        # SQLite moves its own count of keys when rows come with theirs.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    first = (last[0] if last else 0) + 1
    return range(first, first + count)
