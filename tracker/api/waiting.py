"""Waiting for the next line of the log (long polling), within bounds.

Who waits holds a thread of the server. So only some may wait at a time, nobody for long, and
nobody at all where a process has one thread only; the others are answered at once and told so. A
connection to PostgreSQL is not held while waiting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from tracker.queries.visibility import log_head

MOST_SECONDS = 25
# Seconds between two looks at the head: one row by its key.
INTERVAL = 0.5
# Seconds after which somebody who may not wait should ask again.
COME_BACK = 5


def release_connection() -> None:
    """Give the connection back where one costs its server something, save inside a transaction."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


def head_seq() -> int:
    return log_head().seq


@dataclass(slots=True)
class WaitingRoom:
    """The places of one process, and the clock of those who wait."""

    places: int
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    look: Callable[[], int] = head_seq
    release: Callable[[], None] = release_connection
    _free: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = threading.BoundedSemaphore(self.places)

    def wait(self, after: int, seconds: int) -> bool:
        """Until the log goes on from line `after`, its last, or the time is up.

        False, at once, where there is nothing to read yet and no place to wait.
        """
        if self.look() != after:
            return True
        if not self._free.acquire(blocking=False):
            return False
        try:
            end = self.clock() + seconds
            while (left := end - self.clock()) > 0:
                self.release()
                self.sleep(min(INTERVAL, left))
                if self.look() != after:
                    break
            return True
        finally:
            self._free.release()


ROOM = WaitingRoom(settings.LONG_POLL_WAITERS)


def waited(request: HttpRequest, after: int, seconds: int) -> Mapping[str, str]:
    """Wait as asked, if that can be, and say for how long it could: the headers of the answer.

    No cache may keep an answer that was waited for: it could not know for what.
    """
    headers = {"Cache-Control": "no-store"}
    if request.META.get("wsgi.multithread") and ROOM.wait(after, seconds):
        return {**headers, "Wait-Applied": str(seconds)}
    return {**headers, "Wait-Applied": "0", "Retry-After": str(COME_BACK)}
