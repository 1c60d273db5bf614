"""Limit how much costly work goes on in this process at a time, so that pages go on beside it.

Python computes in one thread of a process at a time, and each further one that computes slows the
pages. So the work has few places, and few threads wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

PLACES = threading.BoundedSemaphore(settings.COSTLY_ANSWERS_AT_ONCE)
# The threads that may wait, each doing nothing else: for a place, or for the work of another.
WAITING = threading.BoundedSemaphore(8)
# Seconds to wait for a place.
_PATIENCE = 0.5

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


def take_place() -> Callable[[], None]:
    """Take a place for costly work and return what gives it back, once, from any thread.

    Raises BusyError if none becomes free soon, or too many threads wait already.
    """
    places = PLACES
    if not places.acquire(blocking=False):
        with holding(WAITING, too_busy):
            if not places.acquire(timeout=_PATIENCE):
                raise too_busy()
    is_first = threading.Lock()

    def give_back() -> None:
        if is_first.acquire(blocking=False):
            places.release()

    return give_back


@contextmanager
def costly_work() -> Iterator[None]:
    """Hold a place for costly work of this thread, which needs only one; see `take_place`."""
    if getattr(_this_thread, "has_place", False):
        yield
        return
    give_back = take_place()
    _this_thread.has_place = True
    try:
        yield
    finally:
        _this_thread.has_place = False
        give_back()
