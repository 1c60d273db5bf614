"""One state of the database, for whoever reads slowly."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import translation

from tests.make import make_topic
from tracker.lib.snapshot import parts_of_snapshot, snapshot
from tracker.models import Topic

pytestmark = pytest.mark.django_db(transaction=True)


def in_another_thread(act: object) -> None:
    def run() -> None:
        act()  # type: ignore[operator]
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_what_is_written_meanwhile_is_not_seen() -> None:
    make_topic(slug="one")
    with snapshot():
        assert Topic.objects.count() == 1
        in_another_thread(lambda: make_topic(slug="two"))
        assert Topic.objects.count() == 1
    assert Topic.objects.count() == 2
    make_topic(slug="three")  # the connection writes again


def test_a_reader_gets_everything_as_it_was_at_the_start() -> None:
    make_topic(slug="one")
    begun = threading.Event()
    go_on = threading.Event()

    def slowly_made() -> Iterator[bytes]:
        yield b"%d " % Topic.objects.count()
        begun.set()
        assert go_on.wait(10)
        yield b"%d " % Topic.objects.count()
        yield (translation.get_language() or "").encode()

    with translation.override("ko"):
        parts = parts_of_snapshot(slowly_made)
        first = next(parts)
    assert begun.wait(10)
    make_topic(slug="two")
    go_on.set()
    assert first + b"".join(parts) == b"1 1 ko"


def test_a_slow_reader_holds_no_state_open() -> None:
    make_topic(slug="one")
    ended = threading.Event()

    def made() -> Iterator[bytes]:
        yield b"%d" % Topic.objects.count()
        yield b"x" * 1_000_000
        ended.set()

    parts = parts_of_snapshot(made)
    assert next(parts)[:1] == b"1"
    assert ended.wait(10), "it is made although nobody reads on"
    make_topic(slug="two")
    if connection.vendor == "sqlite":
        for _ in range(100):
            with connection.cursor() as cursor:
                busy, _log, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                break
            threading.Event().wait(0.05)  # the thread closes its connection a moment later
        assert not busy
    assert len(b"".join(parts)) > 900_000


def test_what_nobody_reads_on_is_not_made() -> None:
    made = []

    def without_end() -> Iterator[bytes]:
        try:
            while True:
                made.append(1)
                yield b"x" * 100_000
        finally:
            made.append(0)

    before = threading.active_count()
    parts = parts_of_snapshot(without_end)
    assert next(parts)
    parts.close()
    assert threading.active_count() == before
    assert made[-1] == 0


def test_an_error_reaches_the_reader() -> None:
    def failing() -> Iterator[bytes]:
        yield b"some"
        raise ValueError("a fault")

    parts = parts_of_snapshot(failing)
    assert next(parts) == b"some"
    with pytest.raises(ValueError, match="a fault"):
        next(parts)


def test_nothing_is_made_before_it_is_read() -> None:
    made = []
    parts_of_snapshot(lambda: made.append(1) or ())  # type: ignore[func-returns-value]
    assert made == []
