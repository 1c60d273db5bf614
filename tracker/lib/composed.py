"""Queries that are composed once and run often, each time with other values.

To make a statement of a queryset takes Django some ten times as long as the database takes to read
a few rows by it. A page that reads ten things about one record asks the same ten statements each
time, so each is kept as it was first composed. What it reads is what the queryset would: the same
records, made by Django in the same way.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

T = TypeVar("T")
_Values = dict[str, Any]


class _Place(Expression):
    """Where a value goes; it stands for the value while the statement is composed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class _Statement:
    """One statement with its places, and how the rows that it gives are read."""

    def __init__(self, queryset: QuerySet[Any], using: str) -> None:
        if getattr(queryset, "_prefetch_related_lookups", ()):
            raise ValueError("a composed query prefetches nothing: compose one for each relation")
        self._queryset = queryset
        self._compiler: SQLCompiler = queryset.query.get_compiler(using)
        try:
            self._sql, self._params = self._compiler.as_sql()
        except EmptyResultSet:
            self._sql, self._params = "", ()
        # It belongs to the thread that composed.
        del self._compiler.connection

    def ask(self, values: _Values, using: str) -> Answer[Any]:
        compiler = copy.copy(self._compiler)
        compiler.connection = connections[using]
        if not self._sql:
            return Answer((), self._queryset, compiler, using)
        with compiler.connection.cursor() as cursor:
            cursor.execute(self._sql, tuple(self._filled(values, compiler.connection)))
            rows = tuple(cursor.fetchall())
        if compiler.has_extra_select:  # columns that it is only sorted by
            rows = tuple(row[: compiler.col_count] for row in rows)
        return Answer(rows, self._queryset, compiler, using)

    def _filled(self, values: _Values, connection: Any) -> Iterable[Any]:
        for param in self._params:
            given = values[param.name] if isinstance(param, _Place) else param
            # As fields would give them to the database, which has no dates of its own on SQLite.
            if isinstance(given, dt.datetime):
                given = connection.ops.adapt_datetimefield_value(given)
            elif isinstance(given, dt.date):
                given = connection.ops.adapt_datefield_value(given)
            yield given


class Answer(Generic[T]):
    """What the database gave: `rows` as they came, and the records that they are of.

    Two answers with the same rows are of the same records, so that what is said of these may be
    kept under the rows, and need not be made to find it again.
    """

    def __init__(
        self, rows: tuple[Any, ...], queryset: QuerySet[Any], compiler: SQLCompiler, using: str
    ) -> None:
        self.rows = rows
        # What Django's iterables look at of a queryset, and of the compiler of its statement.
        self.db, self.model, self.query = using, queryset.model, self
        self._fields = queryset._fields  # type: ignore[attr-defined]
        self._known_related_objects: dict[Any, Any] = {}
        self._iterable_class: Any = queryset._iterable_class
        self._compiler = compiler
        compiler.execute_sql = lambda *args, **kwargs: [rows]  # type: ignore[method-assign,assignment]

    def get_compiler(self, using: str) -> SQLCompiler:
        return self._compiler

    def records(self) -> list[T]:
        """Made anew each time."""
        return list(self._iterable_class(self))


class Composed(Generic[T]):
    """Composed by `make` the first time that it is called, and kept for the whole process.

    `make` takes the arguments of a call by their names and returns a queryset that compares columns
    with them; it may ask whether one is None and nothing else, for all others are places for
    values. Relations come with `select_related`; `prefetched` puts what another query read into
    its place.
    """

    def __init__(self, make: Callable[..., QuerySet[Any]]) -> None:
        self._make = make
        self._statements: dict[tuple[str, frozenset[str]], _Statement] = {}

    def __call__(self, **values: Any) -> list[T]:
        return self.ask(**values).records()

    def ask(self, **values: Any) -> Answer[T]:
        """Put the question, and make nothing of the answer yet."""
        using = router.db_for_read(Model)
        given = frozenset(name for name, value in values.items() if value is not None)
        key = using, given
        statement = self._statements.get(key)
        if statement is None:
            places = {name: _Place(name) if name in given else None for name in values}
            statement = self._statements[key] = _Statement(self._make(**places), using)
        return statement.ask(values, using)


def padded(values: Sequence[Any], *, to: int) -> dict[str, Any]:
    """Each value under a name of its own, the last as often as makes a multiple of `to`.

    For `column__in=list(places.values())`: one statement serves lists of about one length.
    """
    if not values:
        raise ValueError("nothing to ask for")
    number = -(-len(values) // to) * to
    return {f"place_{n}": values[min(n, len(values) - 1)] for n in range(number)}


def prefetched(record: Model, name: str, rows: list[Any], *, model: type[Model]) -> None:
    """Put rows where `prefetch_related(name)` leaves what it read, for `record.name.all()`."""
    found: Any = QuerySet(model)
    found._result_cache, found._prefetch_done = rows, True
    record.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found


def prefetched_rows(record: Model) -> dict[str, list[Any]]:
    """What was prefetched for a record, by the name of the relation."""
    kept: dict[str, Any] = record.__dict__.get("_prefetched_objects_cache", {})
    return {name: list(rows) for name, rows in kept.items()}
