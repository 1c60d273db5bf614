"""Limit how much this process computes at a time, so that cached pages are returned beside it.

Python computes in one thread of a process at a time, and each further one that computes slows the
others. So there are few places for requests that no cache answers, and few others for costly work,
which gives up its place among the requests. Few threads wait for either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from tracker.lib.gate import Gate

REQUESTS = Gate(settings.ANSWERS_AT_ONCE)
PLACES = Gate(settings.COSTLY_ANSWERS_AT_ONCE)
# The requests that may wait, each in a thread that does nothing else: to be made, and for costly
# work, be it a place for it or the work of another. Clients that are refused at once, and ask again
# at once, cost more than those that wait.
QUEUE = threading.BoundedSemaphore(12)
WAITING = threading.BoundedSemaphore(12)
# Seconds to wait for a place among the requests, and for costly work.
_PATIENCE = 5
_PATIENCE_FOR_COSTLY_WORK = 0.5

_this_thread = threading.local()


@dataclass(eq=False)
class BusyError(Exception):
    """Raised when a response must be asked for again, after some seconds."""

    detail: str
    retry_seconds: int = 30


def too_busy() -> BusyError:
    return BusyError(
        _("The register is preparing other large answers just now. Try again in a few seconds."),
        retry_seconds=5,
    )


@contextmanager
def holding(places: threading.BoundedSemaphore, busy: Callable[[], BusyError]) -> Iterator[None]:
    """Hold one of some places; raise `busy()` if none is free."""
    if not places.acquire(blocking=False):
        raise busy()
    try:
        yield
    finally:
        places.release()


def _take(
    take: Callable[[float], bool],
    waiting: threading.BoundedSemaphore,
    patience: float,
    busy: Callable[[], BusyError] = too_busy,
) -> None:
    """Raises BusyError if nothing can be taken soon, or too many threads wait already."""
    if not take(0):
        with holding(waiting, busy):
            if not take(patience):
                raise busy()


@contextmanager
def admitted() -> Iterator[None]:
    """Hold a place among the requests that are made, or raise BusyError."""
    gate = REQUESTS
    _take(gate.enter, QUEUE, _PATIENCE)
    _this_thread.gate = gate
    try:
        yield
    finally:
        _this_thread.gate = None
        gate.leave()


@contextmanager
def stepping_out() -> Iterator[None]:
    """Let another request be made while this one waits, or does costly work."""
    gate: Gate | None = getattr(_this_thread, "gate", None)
    if gate is None:
        yield
        return
    _this_thread.gate = None
    gate.leave()
    try:
        yield
    finally:
        gate.enter()
        _this_thread.gate = gate


@contextmanager
def holding_soon(
    places: threading.BoundedSemaphore, busy: Callable[[], BusyError]
) -> Iterator[None]:
    """Hold one of some places for costly work; raise `busy()` if none becomes free soon."""

    def take(seconds: float) -> bool:
        return places.acquire(timeout=seconds)

    with stepping_out():
        _take(take, WAITING, _PATIENCE_FOR_COSTLY_WORK, busy)
    try:
        yield
    finally:
        places.release()


@dataclass(eq=False)
class Place:
    """A place for costly work, for any thread."""

    _gate: Gate
    _is_held: threading.Lock = field(default_factory=threading.Lock)

    def give_way(self) -> None:
        """Let other costly work go first; call it now and then in work of many seconds."""
        self._gate.give_way()

    def give_back(self) -> None:
        """Give the place back; a second time does nothing."""
        if self._is_held.acquire(blocking=False):
            self._gate.leave()


def take_place() -> Place:
    """Take a place for costly work, or raise BusyError."""
    gate = PLACES
    with stepping_out():
        _take(gate.enter, WAITING, _PATIENCE_FOR_COSTLY_WORK)
    return Place(gate)


@contextmanager
def working_at(place: Place) -> Iterator[Place]:
    """Use a place, which another thread may have taken, for costly work of this thread."""
    _this_thread.place = place
    try:
        yield place
    finally:
        _this_thread.place = None
        place.give_back()


@contextmanager
def costly_work() -> Iterator[Place]:
    """Hold a place for costly work of this thread, which needs only one, or raise BusyError."""
    place: Place | None = getattr(_this_thread, "place", None)
    if place is not None:
        yield place
        return
    with stepping_out(), working_at(take_place()) as place:
        yield place
