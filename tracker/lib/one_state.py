"""Reading one state of the database, and files that are of one, however slowly they are read."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager

from django.db import connection, connections
from django.utils import translation

# Bytes that are handed to the server at a time.
_PART = 64 * 1024

# Nothing is locked by either: writers go on meanwhile.
_BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def one_state() -> Iterator[None]:
    """Have this thread read the database as it was at its first query in here; nothing is written.

    Within a transaction it is the caller who has decided what is seen. `transaction.atomic` is of
    no use: it would keep SQLite's writers out, and others would see what is committed meanwhile.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
    try:
        yield
    finally:
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")


def parts_of_one_state(make: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """What `make` makes, all of it of one state of the database.

    A thread of its own writes it to a temporary file, as fast as it can be made, and it is handed
    on from there as fast as it is taken. So a slow reader holds no transaction open, which would
    keep SQLite's write-ahead log and PostgreSQL's dead rows from being cleared away. What is no
    longer taken is no longer made.
    """
    if connection.in_atomic_block:
        yield from make()
        return
    spool = _Spool(make, translation.get_language())
    thread = threading.Thread(target=spool.fill, daemon=True)
    thread.start()
    try:
        yield from spool.parts()
    finally:
        spool.give_up()
        thread.join()


class _GivenUp(Exception):  # noqa: N818 - no error: nobody wants the rest
    pass


class _Spool:
    """A temporary file that one thread fills while another reads it from its beginning."""

    def __init__(self, make: Callable[[], Iterable[bytes]], language: str | None) -> None:
        self._make, self._language = make, language
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `give_up`
        self._changed = threading.Condition()
        self._written = 0
        self._has_ended = self._is_given_up = False
        self._error: Exception | None = None

    def fill(self) -> None:
        try:
            parts = _each(self._make)
            with translation.override(self._language), one_state(), closing(parts):
                for part in parts:
                    self._add(part)
        except _GivenUp:
            pass
        except Exception as error:  # raised where the parts are read
            self._error = error
        finally:
            connections.close_all()  # those of this thread
            with self._changed:
                self._has_ended = True
                self._changed.notify_all()

    def _add(self, part: bytes) -> None:
        with self._changed:
            if self._is_given_up:
                raise _GivenUp
            self._file.seek(self._written)
            self._written += self._file.write(part)
            self._changed.notify_all()

    def parts(self) -> Iterator[bytes]:
        read = 0
        while part := self._next(read):
            read += len(part)
            yield part
        if self._error is not None:
            raise self._error

    def _next(self, read: int) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._written > read or self._has_ended)
            self._file.seek(read)
            return self._file.read(_PART)

    def give_up(self) -> None:
        with self._changed:
            self._is_given_up = True
            self._file.close()


def _each(make: Callable[[], Iterable[bytes]]) -> Generator[bytes, None, None]:
    """Called only within the state, and closed with it."""
    yield from make()
