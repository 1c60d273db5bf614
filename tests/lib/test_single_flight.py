"""The same work is done once at a time; other work waits for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

import pytest

from tracker.lib import single_flight
from tracker.lib.costly_work import BusyError
from tracker.lib.single_flight import SingleFlight


@pytest.fixture
def threads() -> Any:
    with ThreadPoolExecutor(9) as pool:
        yield pool


class Slow:
    """Work that goes on until it may end, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.times = threading.Event(), threading.Event(), 0

    def __call__(self) -> str:
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(10)
        return "done"


def at_once(pool: ThreadPoolExecutor, act: Callable[[], str], count: int) -> list[Future[str]]:
    """Begin in so many threads; all have called `act` before this returns."""
    called = threading.Barrier(count + 1)

    def run() -> str:
        called.wait(10)
        return act()

    futures = [pool.submit(run) for _ in range(count)]
    called.wait(10)
    return futures


def test_what_many_need_at_once_is_done_once(threads: ThreadPoolExecutor) -> None:
    flight: SingleFlight[str] = SingleFlight()
    slow = Slow()
    first = threads.submit(flight.do, "a", slow)
    assert slow.begun.wait(10)
    others = at_once(threads, lambda: flight.do("a", lambda: "theirs"), 6)
    assert not any(other.done() for other in others)
    slow.may_end.set()
    assert first.result(10) == "done"
    # Whoever came just too late did it anew.
    assert {other.result(10) for other in others} <= {"done", "theirs"}
    assert slow.times == 1
    assert flight.do("a", lambda: "later") == "later"


def test_other_keys_wait_for_nothing(threads: ThreadPoolExecutor) -> None:
    flight: SingleFlight[str] = SingleFlight()
    slow = Slow()
    threads.submit(flight.do, "a", slow)
    assert slow.begun.wait(10)
    assert [flight.do(key, lambda: "quick") for key in range(1_000)] == ["quick"] * 1_000
    slow.may_end.set()


def test_an_error_is_raised_in_all_and_forgotten(threads: ThreadPoolExecutor) -> None:
    flight: SingleFlight[str] = SingleFlight()
    slow = Slow()

    def failing() -> str:
        slow()
        raise ZeroDivisionError

    first = threads.submit(flight.do, "a", failing)
    assert slow.begun.wait(10)
    others = at_once(threads, lambda: flight.do("a", failing), 3)
    slow.may_end.set()
    for future in (first, *others):
        with pytest.raises(ZeroDivisionError):
            future.result(10)
    assert flight.do("a", lambda: "later") == "later"


def test_few_threads_wait_for_costly_work(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = BoundedSemaphore(2)
    monkeypatch.setattr(single_flight, "WAITING", waiting)
    flight: SingleFlight[str] = SingleFlight()
    slow = Slow()
    first = threads.submit(flight.do, "a", slow, is_costly=True)
    assert slow.begun.wait(10)
    others = at_once(threads, lambda: flight.do("a", slow, is_costly=True), 5)
    refused = 0
    while refused < 3:
        refused = sum(other.done() for other in others)
    slow.may_end.set()
    assert first.result(10) == "done"
    answers = [other.exception(10) for other in others]
    assert sum(isinstance(answer, BusyError) for answer in answers) == 3
    assert waiting.acquire(blocking=False)
    assert waiting.acquire(blocking=False)


def test_nobody_waits_for_ever(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_flight, "_PATIENCE", 0.01)
    flight: SingleFlight[str] = SingleFlight()
    slow = Slow()
    threads.submit(flight.do, "a", slow)
    assert slow.begun.wait(10)
    with pytest.raises(BusyError):
        flight.do("a", slow)
    slow.may_end.set()
