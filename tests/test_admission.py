"""Few requests are made at a time, and what only waits holds up no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from tests import make
from tests.test_costly_answers import Held, get
from tracker.api import waiting
from tracker.dashboard import charts, views
from tracker.exports.extract import Extract
from tracker.lib import costly_work
from tracker.lib.gate import Gate
from tracker.queries.lists import facet_bitsets
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

SENTENCE = "The register is preparing other large answers just now. Try again in a few seconds."


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """One request at a time, and little patience."""
    gate = Gate(1)
    monkeypatch.setattr(costly_work, "REQUESTS", gate)
    monkeypatch.setattr(costly_work, "_PATIENCE", 0.05)
    make.published_commitment()
    return gate


@pytest.mark.parametrize("address", ["/", "/nothing/", "/?stage=signed", "/charts/"])
def test_who_waits_too_long_is_asked_to_come_back(client: Client, gate: Gate, address: str) -> None:
    gate.enter()
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"]
    assert SENTENCE in answer.content.decode()
    gate.leave()
    assert client.get(address).status_code in {200, 404}


@pytest.mark.parametrize("address", ["/api/v1/commitments/", "/changes.atom", "/commitments.csv"])
def test_so_are_programs_of_any_site(client: Client, gate: Gate, address: str) -> None:
    gate.enter()
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["detail"] == SENTENCE


def test_only_few_wait(client: Client, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costly_work, "_PATIENCE", 60)
    queue = threading.BoundedSemaphore(1)
    monkeypatch.setattr(costly_work, "QUEUE", queue)
    gate.enter()
    queue.acquire()
    started = time.monotonic()
    assert client.get("/").status_code == 503
    assert time.monotonic() - started < 10


def test_what_is_cached_needs_no_place(client: Client, gate: Gate) -> None:
    etag = client.get("/").headers["ETag"]
    gate.enter()
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"if-none-match": etag}).status_code == 304


def test_what_may_wait_for_the_database_needs_no_place(client: Client, gate: Gate) -> None:
    User.objects.create_superuser("staff", password="a long password")
    gate.enter()
    assert client.get("/healthz").status_code == 200
    assert client.get("/accounts/login/").status_code == 200
    assert client.get("/favicon.ico").getvalue()
    form = {"login": "staff", "password": "a long password"}
    assert client.post("/accounts/login/", form).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert client.post("/nothing/").status_code == 404


def test_one_that_fails_gives_its_place_back(
    client: Client, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(charts, "charts_of", fail)
    with pytest.raises(ZeroDivisionError):
        client.get("/charts/")
    assert gate.enter(0)


@pytest.mark.parametrize(
    "address",
    ["/", "/charts/", "/?as_of=2026-03-01", "/commitments.csv", "/commitments.xlsx", "/nothing/"],
)
def test_a_place_is_given_back_once(client: Client, gate: Gate, address: str) -> None:
    assert client.get(address).getvalue()
    assert [gate.enter(0), gate.enter(0)] == [True, False]


# -- In several threads ---------------------------------------------------------------------------


@pytest.fixture
def threads(transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def hold(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Held:
    held = Held(getattr(owner, name))

    def stand_in(*args: Any, **kwargs: Any) -> Any:  # a function, which becomes a method of a class
        return held(*args, **kwargs)

    monkeypatch.setattr(owner, name, stand_in)
    return held


@pytest.mark.parametrize(
    ("address", "slow"),
    [
        ("/charts/", (charts, "charts_of")),
        ("/?as_of=2026-03-01", (facet_bitsets, "read")),
        ("/commitments.xlsx", (Extract, "chunks")),
        ("/commitments.csv", (Extract, "chunks")),
    ],
)
def test_costly_work_holds_up_no_page(
    threads: ThreadPoolExecutor,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    slow: tuple[Any, str],
) -> None:
    get("/")
    held = hold(monkeypatch, *slow)
    costly = [threads.submit(get, address) for _ in range(2)]
    assert held.begun.wait(10)
    assert get("/?stage=signed")[0] == 200
    assert get("/nothing/")[0] == 404
    held.may_go_on.set()
    assert 200 in {answer.result(30)[0] for answer in costly}
    assert gate.enter(10)


def test_the_first_pages_of_a_process_wait_for_one_another(
    threads: ThreadPoolExecutor, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each needs what is read of the whole register once, which takes longer than they may wait."""
    held = hold(monkeypatch, facet_bitsets, "read")
    first = [threads.submit(get, f"/?per_page={number}") for number in (10, 25, 50, 100)]
    assert held.begun.wait(10)
    assert get("/nothing/")[0] == 404
    held.may_go_on.set()
    assert [answer.result(30)[0] for answer in first] == [200] * 4
    assert len(held.calls) == 1


def test_a_page_holds_up_another_but_not_for_ever(
    threads: ThreadPoolExecutor, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold(monkeypatch, views, "render")
    first = threads.submit(get, "/methodology/")
    assert held.begun.wait(10)
    assert get("/nothing/")[0] == 503
    monkeypatch.setattr(costly_work, "_PATIENCE", 60)
    second = threads.submit(get, "/nothing/")
    held.may_go_on.set()
    assert (first.result(30)[0], second.result(30)[0]) == (200, 404)


def test_who_waits_for_news_holds_up_no_page(
    threads: ThreadPoolExecutor, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeping, may_wake = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        sleeping.set()
        assert may_wake.wait(60)

    monkeypatch.setattr(waiting, "ROOM", waiting.WaitingRoom(1, sleep=sleep))

    head = log_head().seq

    def wait() -> int:
        try:
            address = f"/api/v1/changes/?after={head}&wait=1"
            return Client().get(address, **{"wsgi.multithread": True}).status_code
        finally:
            connection.close()

    waiter = threads.submit(wait)
    assert sleeping.wait(10)
    assert get("/nothing/")[0] == 404
    may_wake.set()
    assert waiter.result(30) == 200
    assert gate.enter(10)
