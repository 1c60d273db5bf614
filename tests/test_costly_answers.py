"""Costly answers have few places, and no other answer waits for one."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tracker.dashboard import charts
from tracker.exports.extract import Extract
from tracker.lib import costly_work
from tracker.lib.costly_work import BusyError
from tracker.lib.gate import Gate
from tracker.queries.lists import facet_bitsets

pytestmark = pytest.mark.django_db

COSTLY = (
    *("/charts/", "/charts/?stage=signed", "/compare/?from=2026-01-01&to=2026-06-01"),
    *("/?as_of=2026-03-01", "/?known_at=2026-11-21", "/api/v1/commitments/?as_of=2026-03-01"),
    *("/commitments.csv", "/updates.json", "/commitments.xlsx", "/calendar.ics"),
    "/api/v1/changes/?format=ndjson",
)
FOR_PROGRAMS = (".csv", ".json", ".xlsx", ".ics", "/api/")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """No place is free."""
    make.published_commitment()
    places = Gate(1)
    assert places.enter(0)
    monkeypatch.setattr(costly_work, "PLACES", places)
    return places


@pytest.mark.parametrize("address", COSTLY)
def test_without_a_place_it_says_so_soon(client: Client, full: Gate, address: str) -> None:
    client.get("/nothing/")  # the first request of all pays for imports
    started = time.monotonic()
    answer = client.get(address)
    assert time.monotonic() - started < 2  # half a second, on a quiet machine
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert "Content-Disposition" not in answer.headers
    sentence = "The register is preparing other large answers just now. Try again in a few seconds."
    if any(part in address for part in FOR_PROGRAMS):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "The register is busy"
        assert answer.json()["detail"] == sentence
        assert answer.json()["status"] == 503
    else:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<h1>The register is busy</h1>" in answer.content.decode()
        assert sentence in answer.content.decode()
    full.leave()
    again = client.get(address)
    assert again.status_code == 200
    assert again.getvalue()


def test_the_api_explains_and_any_site_may_read_it(client: Client, full: Gate) -> None:
    answer = client.get("/api/v1/commitments/?as_of=2026-03-01")
    assert answer.json()["type"] == "http://testserver/api/docs/#busy"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


QUICK = (
    *("/", "/?stage=signed", "/?q=agreement", "/matrix/", "/meetings/", "/changes/"),
    *("/changes.atom", "/api/v1/commitments/", "/api/v1/changes/", "/healthz", "/data/"),
)


@pytest.mark.parametrize("address", QUICK)
def test_pages_of_today_need_no_place(client: Client, full: Gate, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", COSTLY[:6])
def test_what_is_cached_needs_no_place(client: Client, full: Gate, address: str) -> None:
    full.leave()
    etag = client.get(address).headers["ETag"]
    assert full.enter(0)
    assert client.get(address).status_code == 200
    assert client.get(address, headers={"if-none-match": etag}).status_code == 304


def test_other_pages_of_a_day_that_is_cached_need_no_place(client: Client, full: Gate) -> None:
    full.leave()
    client.get("/?as_of=2026-03-01")
    assert full.enter(0)
    assert client.get("/?as_of=2026-03-01&stage=signed").status_code == 200
    # A later line is read by itself.
    make.published_commitment()
    assert client.get("/?as_of=2026-03-01&stage=signed").status_code == 200


@pytest.mark.parametrize("address", COSTLY)
def test_a_place_is_given_back(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    make.published_commitment()
    places = Gate(1)
    monkeypatch.setattr(costly_work, "PLACES", places)
    for _again in range(2):
        facet_bitsets.forget()
        assert client.get(address, {"q": "a"} if "?" not in address else None).getvalue()
        assert places.enter(0)
        places.leave()


def test_an_answer_that_fails_gives_its_place_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.published_commitment()
    places = Gate(1)
    monkeypatch.setattr(costly_work, "PLACES", places)

    def fail(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(charts, "charts_of", fail)
    for _again in range(2):
        with pytest.raises(ZeroDivisionError):
            client.get("/charts/?stage=announced")
    assert places.enter(0)


def test_charts_of_a_past_day_take_one_place(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.published_commitment()
    monkeypatch.setattr(costly_work, "PLACES", Gate(1))
    assert client.get("/charts/?as_of=2026-03-01").status_code == 200


def test_few_threads_wait_for_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costly_work, "PLACES", Gate(1))
    monkeypatch.setattr(costly_work, "WAITING", threading.BoundedSemaphore(1))
    place = costly_work.take_place()
    assert costly_work.WAITING.acquire(blocking=False)
    started = time.monotonic()
    with pytest.raises(BusyError):
        costly_work.take_place()
    assert time.monotonic() - started < 0.5  # the patience of those who wait
    place.give_back()
    place.give_back()
    costly_work.take_place()


# -- In several threads ---------------------------------------------------------------------------


@pytest.fixture
def threads(transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def get(address: str) -> Any:
    try:
        answer = Client().get(address)
        return answer.status_code, answer.getvalue()
    finally:
        connection.close()


class Held:
    """A function that stands in for another, and goes on once it may."""

    def __init__(self, usual: Any) -> None:
        self.usual, self.calls = usual, []
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls.append(args)
        self.begun.set()
        assert self.may_go_on.wait(60)
        return self.usual(*args, **kwargs)


def test_readers_of_one_day_have_it_read_once(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.published_commitment()
    get("/")
    held = Held(facet_bitsets.read)
    monkeypatch.setattr(facet_bitsets, "read", held)
    addresses = [f"/?as_of=2026-03-01&per_page={n}" for n in (10, 25, 50, 100)]
    waiting = [threads.submit(get, address) for address in addresses for _ in range(2)]
    assert held.begun.wait(10)
    held.may_go_on.set()
    assert [answer.result(20)[0] for answer in waiting] == [200] * 8
    assert len(held.calls) == 1


def test_another_day_waits_for_nobody(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lock for all days let eight readers wait for one another."""
    make.published_commitment()
    usual = facet_bitsets.read
    held = Held(usual)

    def read(viewpoint: Any, *args: Any, **kwargs: Any) -> Any:
        is_first = viewpoint.as_of == dt.date(2026, 3, 1)
        return (held if is_first else usual)(viewpoint, *args, **kwargs)

    monkeypatch.setattr(facet_bitsets, "read", read)
    slow = threads.submit(get, "/?as_of=2026-03-01")
    assert held.begun.wait(10)
    for address in ("/", "/?as_of=2026-03-02", "/?known_at=2026-11-02"):
        assert get(address)[0] == 200
    held.may_go_on.set()
    assert slow.result(20)[0] == 200


@pytest.mark.parametrize("address", ["/commitments.xlsx", "/commitments.csv"])
def test_no_page_waits_for_a_file(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """A workbook held one of sixty-four locks, for which an unrelated page waited ten seconds."""
    make.published_commitment()
    usual = Extract.chunks
    held = Held(usual)

    def chunks(extract: Extract) -> Any:
        return held(extract)

    monkeypatch.setattr(Extract, "chunks", chunks)
    file = threads.submit(get, address)
    assert held.begun.wait(10)
    for number in range(100):
        started = time.monotonic()
        assert get(f"/changes.json?q=word{number}")[0] == 200
        assert time.monotonic() - started < 5
    # The same workbook is refused, not waited for.
    if address.endswith("xlsx"):
        assert get(address)[0] == 503
    held.may_go_on.set()
    assert file.result(60)[0] == 200


def test_pages_that_cannot_be_cached_are_made_for_each(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.published_commitment()
    begun, asked = threading.Barrier(4), []

    def charts_of(*args: object) -> list[Any]:
        asked.append(1)
        return []

    monkeypatch.setattr(charts, "charts_of", charts_of)

    def ask() -> HttpResponse:
        begun.wait(10)
        return get("/charts/?unknown=1")

    answers = [threads.submit(ask) for _ in range(4)]
    assert [answer.result(20)[0] for answer in answers] == [200] * 4
    assert len(asked) == 4


def test_a_304_is_given_while_all_places_are_taken(client: Client, full: Gate) -> None:
    etag = client.get("/").headers["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/", headers={"if-none-match": etag}).status_code == 304
    assert len(queries) == 1
