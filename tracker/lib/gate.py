"""Places for few threads at a time, handed on in the order of arrival."""

from __future__ import annotations

import threading
from collections import deque


class Gate:
    """A semaphore that is fair: nobody takes the place of a thread that has waited longer."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def enter(self, patience: float | None = None) -> bool:
        """Take a place; return False if none becomes free in so many seconds."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if patience == 0:
                return False
            turn = self._queue()
        if turn.acquire(timeout=-1 if patience is None else patience):
            return True
        with self._lock:
            if turn not in self._waiting:
                return True  # handed over at the last moment
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Hand a place to the thread that has waited longest; any thread may do so."""
        with self._lock:
            self._hand_on()

    def give_way(self) -> None:
        """Let all go first who wait now; return with a place again."""
        with self._lock:
            if not self._waiting:
                return
            turn = self._queue()
            self._hand_on()
        turn.acquire()

    def _queue(self) -> threading.Lock:
        turn = threading.Lock()
        turn.acquire()
        self._waiting.append(turn)
        return turn

    def _hand_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._free += 1
