"""Few whole files are made at a time, and none for a reader who has left."""

from __future__ import annotations

import gc
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from tests.admin.browsing import Browser
from tests.make import published_commitment
from tracker import whole_files
from tracker.exports.extract import Extract
from tracker.lib import costly_work
from tracker.lib.closing_parts import ClosingParts
from tracker.lib.gate import Gate
from tracker.lib.reader_gone import reader_is_gone
from tracker.spreadsheets import writing
from tracker.spreadsheets.tables import Table

pytestmark = pytest.mark.django_db

FILES = (
    *("/commitments.csv", "/updates.json", "/commitments.xlsx", "/calendar.ics"),
    "/api/v1/changes/?format=ndjson",
)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> BoundedSemaphore:
    """One file at a time."""
    places = BoundedSemaphore(1)
    monkeypatch.setattr(whole_files, "FILES", places)
    monkeypatch.setattr(whole_files, "WORKBOOKS", BoundedSemaphore(1))
    return places


def read(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def taken(places: BoundedSemaphore) -> BoundedSemaphore:
    assert places.acquire(blocking=False)
    return places


@pytest.mark.parametrize("address", FILES)
def test_beyond_them_a_program_is_asked_to_come_back(
    client: Client, few: BoundedSemaphore, address: str
) -> None:
    published_commitment()
    place = taken(few)
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Disposition" not in answer.headers
    assert answer.json()["detail"] == (
        "Other files are being made just now. Try again in half a minute."
    )
    # Pages and heads of files need no place.
    assert client.get("/").status_code == client.head(address).status_code == 200
    place.release()
    assert read(client.get(address))


@pytest.mark.parametrize("address", FILES)
def test_a_file_gives_its_place_back_read_or_not(
    client: Client, few: BoundedSemaphore, address: str
) -> None:
    published_commitment()
    for _again in range(2):
        answer = client.get(address)
        assert not few.acquire(blocking=False)
        assert read(answer)
        taken(few).release()


@pytest.mark.parametrize("address", FILES)
@pytest.mark.parametrize("condition", ["*", '"x", {tag}'])
def test_a_304_keeps_no_place(
    client: Client, few: BoundedSemaphore, address: str, condition: str
) -> None:
    published_commitment()
    whole = client.get(address)
    tag = whole.headers["ETag"].removeprefix("W/")
    assert read(whole)
    asked = {"if-none-match": condition.format(tag=tag)}
    collected = gc.isenabled()
    gc.disable()  # garbage collection would give it back, at some time
    try:
        assert [client.get(address, headers=asked).status_code for _ in range(3)] == [304] * 3
    finally:
        if collected:
            gc.enable()


def test_an_answer_that_was_never_begun_ends_all_the_same() -> None:
    places, ended = BoundedSemaphore(1), []
    parts = ClosingParts(iter([b"a", b"b"]), taken(places).release, lambda: ended.append("file"))
    parts.close()
    parts.close()
    taken(places).release()
    assert ended == ["file"]


def test_a_reader_who_leaves_midway_ends_what_is_made() -> None:
    ended = []

    def made() -> Iterator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            ended.append("making")

    parts = ClosingParts(made(), lambda: ended.append("place"))
    assert next(iter(parts)) == b"a"
    parts.close()
    assert ended[:2] == ["making", "place"]


def test_a_place_is_given_back_once() -> None:
    places = BoundedSemaphore(1)
    parts = ClosingParts([], taken(places).release)
    parts.close()
    parts.close()
    assert places.acquire(blocking=False)
    assert not places.acquire(blocking=False)


def test_a_file_that_cannot_be_made_gives_its_place_back(
    client: Client, few: BoundedSemaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(extract: Extract) -> Iterator[Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(Extract, "chunks", fail)
    with pytest.raises(ZeroDivisionError):
        client.get("/commitments.xlsx")
    taken(few).release()
    assert whole_files.WORKBOOKS.acquire(blocking=False)


def test_one_workbook_is_made_at_a_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    published_commitment()
    meanwhile: list[int] = []
    usual = Extract.chunks

    def chunks(extract: Extract) -> Iterator[Any]:
        for chunk in usual(extract):
            meanwhile.append(Client().get("/updates.xlsx").status_code)
            yield chunk

    monkeypatch.setattr(whole_files, "WORKBOOKS", BoundedSemaphore(1))
    monkeypatch.setattr(Extract, "chunks", chunks)
    read(client.get("/commitments.xlsx"))
    assert meanwhile == [503]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def hung_up() -> Iterator[socket.socket]:
    """The connection of a reader who has left, as gunicorn hands it on."""
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        yield ours


@pytest.mark.parametrize("address", ["/commitments.xlsx", "/updates.xlsx"])
def test_no_workbook_is_made_for_a_reader_who_has_left(
    client: Client, few: BoundedSemaphore, scratch: Path, hung_up: socket.socket, address: str
) -> None:
    published_commitment()
    answer = client.get(address, **{"gunicorn.socket": hung_up})
    assert answer.status_code == 499
    assert list(scratch.iterdir()) == []
    taken(few).release()


@pytest.fixture
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end of a connection, and that of a reader who may leave."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("address", ["/commitments.xlsx", "/updates.xlsx"])
def test_a_workbook_is_left_off_when_its_reader_leaves(
    few: BoundedSemaphore,
    scratch: Path,
    connected: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    """Six of them went on for minutes after the clients had left."""
    published_commitment()
    made: list[int] = []
    usual = Extract.chunks

    def chunks(extract: Extract) -> Iterator[Any]:
        for chunk in usual(extract):
            for number in range(1, 6):
                made.append(number)
                if number == 2:
                    connected[1].close()
                yield chunk

    monkeypatch.setattr(Extract, "chunks", chunks)
    answer = Client().get(address, **{"gunicorn.socket": connected[0]})
    assert (answer.status_code, made) == (499, [1, 2])
    assert list(scratch.iterdir()) == []
    taken(few).release()
    assert whole_files.WORKBOOKS.acquire(blocking=False)


def test_that_of_staff_is_left_off_too(
    few: BoundedSemaphore,
    scratch: Path,
    connected: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _number in range(5):
        published_commitment()
    browser = Browser(User.objects.create_superuser("staff", password="a long password"))
    made: list[int] = []
    usual = Table.cells

    def cells(table: Table, record: Any) -> list[str]:
        made.append(len(made) + 1)
        if len(made) == 2:
            connected[1].close()
        return usual(table, record)

    monkeypatch.setattr(writing, "_ROWS_AT_A_TIME", 1)
    monkeypatch.setattr(Table, "cells", cells)
    answer = browser.client.get(
        "/admin/tracker/commitment/export.xlsx", **{"gunicorn.socket": connected[0]}
    )
    assert (answer.status_code, made) == (499, [1, 2])
    assert list(scratch.iterdir()) == []
    taken(few).release()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/commitments.csv", "/updates.json", "/calendar.ics"])
def test_a_slow_reader_holds_no_place_for_making(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for _number in range(3):
        published_commitment()
    places = Gate(1)
    monkeypatch.setattr(costly_work, "PLACES", places)
    answer = client.get(address)
    assert not places.enter(0)
    reading: Any = iter(answer.streaming_content)
    assert next(reading)
    # It is made at full speed, whether or not anybody reads on.
    until = time.monotonic() + 20
    while not places.enter(0):  # it gives way to who waits
        assert time.monotonic() < until
    assert list(reading) is not None


def test_a_reader_who_takes_too_long_is_sent_no_more(
    client: Client, few: BoundedSemaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_commitment()
    monkeypatch.setattr(whole_files, "_FILE_SECONDS", -1)
    with pytest.raises(TimeoutError):
        read(client.get("/commitments.csv"))
    taken(few).release()


@pytest.mark.parametrize("address", ["/commitments.csv", "/commitments.xlsx"])
def test_sixteen_readers_who_take_nothing_give_their_places_back(
    client: Client, few: BoundedSemaphore, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """As gunicorn sends: piece after piece, to a client that reads nothing or a byte at a time."""
    published_commitment()
    monkeypatch.setattr(whole_files, "_PIECE_SECONDS", 0.05)
    for number in range(16):
        ours, theirs = socket.socketpair()

        def send(answer: Any, ours: socket.socket, theirs: socket.socket, taken: int) -> None:
            for part in answer.streaming_content:
                ours.sendall(part + bytes(10_000_000))
                theirs.recv(taken)

        with ours, theirs:
            answer = client.get(address, **{"gunicorn.socket": ours})
            with pytest.raises(TimeoutError):
                send(answer, ours, theirs, number % 2)
            answer.discard()
            assert ours.gettimeout() is None
        taken(few).release()


def test_whoever_waits_is_not_taken_for_gone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        environ = {"gunicorn.socket": ours}
        assert not reader_is_gone(environ)
        theirs.sendall(b"the next request")
        assert not reader_is_gone(environ)
        assert ours.recv(100) == b"the next request"
        theirs.close()
        assert reader_is_gone(environ)
    assert not reader_is_gone({})


def test_a_workbook_leaves_no_temporary_file(client: Client, scratch: Path) -> None:
    published_commitment()
    answer = client.get("/commitments.xlsx")
    assert answer.headers["Content-Length"] == str(len(read(answer)))
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_staff_are_asked_to_try_again(few: BoundedSemaphore, ending: str) -> None:
    browser = Browser(User.objects.create_superuser("staff", password="a long password"))
    place = taken(few)
    answer = browser.client.get(f"/admin/tracker/commitment/export.{ending}", follow=True)
    assert "Other files are being made just now." in answer.content.decode()
    place.release()
    assert read(browser.client.get(f"/admin/tracker/commitment/export.{ending}"))


@pytest.mark.sqlite_only
def test_each_connection_keeps_few_pages() -> None:
    """Sixteen threads have a connection each: what one may keep counts sixteen times."""
    with connection.cursor() as cursor:
        [size] = cursor.execute("PRAGMA cache_size").fetchone()
    assert -8_000 <= size < 0
