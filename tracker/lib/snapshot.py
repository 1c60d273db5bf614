"""Read the database in one snapshot, and stream files made from one, even to slow readers."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from django.db import connections
from django.utils import translation

from tracker.lib.replica import carried_on, database
from tracker.lib.room_for_calls import with_room_for_calls

# Bytes handed to the server at a time.
_PART = 64 * 1024

# Neither locks anything: writers continue.
_BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def snapshot() -> Iterator[None]:
    """Make all reads of this thread see one snapshot, taken at the first query. Do not write.

    Inside a transaction this does nothing. `transaction.atomic` is no alternative: on SQLite it
    locks out writers, and on PostgreSQL it sees what others commit meanwhile.
    """
    connection = connections[database()]
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


def parts_of_snapshot(make: Callable[[], Iterable[bytes]]) -> Generator[bytes, None, None]:
    """Yield what `make` yields, all read from one snapshot of the database.

    A separate thread writes it to a temporary file at full speed, from where it is read at the
    reader's speed. So a slow reader does not hold a transaction open, which would stop SQLite from
    truncating its write-ahead log and PostgreSQL from removing dead rows. When the reader leaves,
    the thread stops.
    """
    # The parts are asked for when the view has returned.
    return _parts(make, carried_on())


def _parts(
    make: Callable[[], Iterable[bytes]], as_before: Callable[[], AbstractContextManager[None]]
) -> Generator[bytes, None, None]:
    if connections[database()].in_atomic_block:
        yield from make()
        return
    spool = _Spool(make, translation.get_language(), as_before)
    thread = threading.Thread(target=with_room_for_calls(spool.fill), daemon=True)
    thread.start()
    try:
        yield from spool.parts()
    finally:
        spool.give_up()
        thread.join()


class _GivenUp(Exception):  # noqa: N818 - no error: the reader has left
    pass


class _Spool:
    """A temporary file that one thread fills while another reads it from the start."""

    def __init__(
        self,
        make: Callable[[], Iterable[bytes]],
        language: str | None,
        as_before: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._make, self._language, self._as_before = make, language, as_before
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `give_up`
        self._changed = threading.Condition()
        self._written = 0
        self._has_ended = self._is_given_up = False
        self._error: Exception | None = None

    def fill(self) -> None:
        try:
            parts = _each(self._make)
            language = translation.override(self._language)
            with language, self._as_before(), snapshot(), closing(parts):
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
    """Call `make` only inside the snapshot."""
    yield from make()
