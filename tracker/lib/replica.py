"""Read from a streaming replica of the database, for as long as a caller says so.

`DATABASE_REPLICA_URL` names it. Without `reading_replica` everything is read from the primary,
which also has all writes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models import Model

logger = logging.getLogger(__name__)

REPLICA = "replica"
# Only our own tables: sessions and accounts are always read from the primary.
_APP = __name__.partition(".")[0]
# After a failure a database is left alone for so many times as long as it took to fail, in seconds
# at most: one that refuses connections costs nothing, and one that is cut off costs seconds.
_REST_FACTOR, _MOST_REST = 10, 30

# Says whether a connection of this thread sees what the caller must see.
IsCurrent = Callable[[], bool]
_reading: ContextVar[IsCurrent | None] = ContextVar("reading the replica", default=None)


class Router:
    """Django's database router."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return database() if model._meta.app_label == _APP else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return DEFAULT_DB_ALIAS if model._meta.app_label == _APP else None

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        # Both databases have the same rows.
        return True if {one._meta.app_label, other._meta.app_label} == {_APP} else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None


def is_configured() -> bool:
    return REPLICA in connections.settings


def database() -> str:
    """Return the alias of the database that is read here and now."""
    return DEFAULT_DB_ALIAS if _reading.get() is None else REPLICA


@contextmanager
def reading_replica(is_current: IsCurrent = lambda: True) -> Iterator[None]:
    """Read from the replica inside the block, in this thread.

    `is_current` is for other threads that go on with this one's work: see `carried_on`.
    """
    token = _reading.set(is_current)
    try:
        yield
    finally:
        _reading.reset(token)


def carried_on() -> Callable[[], AbstractContextManager[None]]:
    """Return what makes another thread read where this one reads now.

    The other thread has a connection of its own. Should that lead to a replica that has restarted
    at an earlier state, or to none, the thread reads from the primary.
    """
    is_current = _reading.get()

    @contextmanager
    def as_before() -> Iterator[None]:
        token = _reading.set(is_current if is_current is not None and is_current() else None)
        try:
            yield
        finally:
            _reading.reset(token)

    return as_before


@dataclass(slots=True)
class Availability:
    """Whether a database answers, for all threads of a process."""

    alias: str
    clock: Callable[[], float] = time.monotonic
    _not_before: float = 0
    _is_failing: bool = False

    def may_be_asked(self) -> bool:
        return self.clock() >= self._not_before

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note whether the block raises an error of the database, which it still does."""
        started = self.clock()
        try:
            yield
        except Error as error:
            ended = self.clock()
            self._not_before = ended + min(_REST_FACTOR * (ended - started), _MOST_REST)
            if not self._is_failing:
                logger.warning("The %s database does not answer: %s", self.alias, error)
            self._is_failing = True
            connections[self.alias].close()
            raise
        if self._is_failing:
            logger.warning("The %s database answers again.", self.alias)
        self._is_failing = False
