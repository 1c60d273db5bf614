"""Long polling: wait for the next line of the log, within limits.

A waiting request occupies a thread of the server. So only some may wait at a time, none for long,
and none at all if a process has a single thread; the others get a response at once that says so. No
connection to PostgreSQL is occupied while waiting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connections
from django.http import HttpRequest

from tracker.lib.costly_work import stepping_out
from tracker.queries.current_reads import public_head

MOST_SECONDS = 25
# Seconds between two reads of the head, which fetch one row by its key.
INTERVAL = 0.5
# Seconds after which a client that may not wait should retry.
COME_BACK = 5


def release_connection() -> None:
    """Close connections that occupy a database server, unless inside a transaction."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            connection.close()


def head_seq() -> int:
    return public_head().seq


@dataclass(slots=True)
class WaitingRoom:
    """The places to wait in one process, with its clock."""

    places: int
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    look: Callable[[], int] = head_seq
    release: Callable[[], None] = release_connection
    _free: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = threading.BoundedSemaphore(self.places)

    def wait(self, after: int, seconds: int) -> bool:
        """Wait until the log moves past line `after`, or the time is up.

        Return False at once if there is nothing to read yet and no place to wait.
        """
        if self.look() != after:
            return True
        if not self._free.acquire(blocking=False):
            return False
        try:
            with stepping_out():
                self._wait(after, until=self.clock() + seconds)
            return True
        finally:
            self._free.release()

    def _wait(self, after: int, *, until: float) -> None:
        while (left := until - self.clock()) > 0:
            self.release()
            self.sleep(min(INTERVAL, left))
            if self.look() != after:
                break


ROOM = WaitingRoom(settings.LONG_POLL_WAITERS)


def wait_headers(request: HttpRequest, after: int, seconds: int) -> Mapping[str, str]:
    """Wait as requested, if possible, and return headers that say how long that could be.

    No cache may store the response: it could not know what was waited for.
    """
    headers = {"Cache-Control": "no-store"}
    if request.META.get("wsgi.multithread") and ROOM.wait(after, seconds):
        return {**headers, "Wait-Applied": str(seconds)}
    return {**headers, "Wait-Applied": "0", "Retry-After": str(COME_BACK)}
