"""Places are handed on in the order of arrival."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.gate import Gate


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def waiting(gate: Gate, count: int) -> None:
    """Return once so many threads wait."""
    until = time.monotonic() + 10
    while len(gate._waiting) != count:
        assert time.monotonic() < until
        threading.Event().wait(0.001)


@given(st.integers(1, 5), st.integers(0, 9))
def test_as_many_as_there_are_places_enter(places: int, wanted: int) -> None:
    gate = Gate(places)
    entered = [gate.enter(0) for _ in range(wanted)]
    assert sum(entered) == min(places, wanted)
    for _ in range(sum(entered)):
        gate.leave()
    assert [gate.enter(0) for _ in range(places + 1)] == [*[True] * places, False]


def test_who_came_first_enters_first(threads: ThreadPoolExecutor) -> None:
    gate, order = Gate(1), []
    assert gate.enter()

    def go_in(name: int) -> None:
        gate.enter()
        order.append(name)
        gate.leave()

    going = []
    for name in range(6):
        going.append(threads.submit(go_in, name))
        waiting(gate, name + 1)
    # A place that is handed on is never free for others meanwhile.
    gate.leave()
    for each in going:
        each.result(10)
    assert order == [0, 1, 2, 3, 4, 5]
    assert gate.enter(0)


def test_who_waited_in_vain_takes_no_place(threads: ThreadPoolExecutor) -> None:
    gate = Gate(1)
    assert gate.enter()
    assert not threads.submit(gate.enter, 0.01).result(10)
    gate.leave()
    assert gate.enter(0)


def test_no_place_is_lost_or_made_by_those_who_give_up(threads: ThreadPoolExecutor) -> None:
    gate = Gate(2)

    def go_in_often() -> None:
        for _ in range(200):
            if gate.enter(0.0001):
                gate.give_way()
                gate.leave()

    for each in [threads.submit(go_in_often) for _ in range(8)]:
        each.result(60)
    assert [gate.enter(0) for _ in range(3)] == [True, True, False]


def test_giving_way_lets_all_go_first_who_wait(threads: ThreadPoolExecutor) -> None:
    gate, order = Gate(1), []
    assert gate.enter()
    gate.give_way()  # to nobody

    def go_in(name: str) -> None:
        gate.enter()
        order.append(name)
        gate.leave()

    going = []
    for count, name in enumerate(("first", "second"), 1):
        going.append(threads.submit(go_in, name))
        waiting(gate, count)
    gate.give_way()
    assert order == ["first", "second"]
    assert not gate.enter(0)
    gate.leave()
    for each in going:
        each.result(10)
