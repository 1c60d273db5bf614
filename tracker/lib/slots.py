"""Limit how many costly tasks run at a time in one process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack


class Slot:
    """A slot that was taken; any thread may release it, and repeated calls are harmless."""

    def __init__(self, free: threading.Semaphore) -> None:
        self._free, self._lock, self._is_taken = free, threading.Lock(), True

    def release(self) -> None:
        with self._lock:
            if self._is_taken:
                self._is_taken = False
                self._free.release()


class Slots:
    """A fixed number of slots, for the threads of one process."""

    def __init__(self, most: int) -> None:
        self._free = threading.Semaphore(most)

    def take(self) -> Slot | None:
        """Take a slot; return None at once if all are taken."""
        return Slot(self._free) if self._free.acquire(blocking=False) else None


class ClosingParts:
    """The parts of a streamed response, with callbacks at its end, which may be called twice.

    A server also closes a response if its client left before the first part; a generator that was
    never started would run nothing then.
    """

    def __init__(self, parts: Iterable[bytes], *at_end: Callable[[], object]) -> None:
        self._parts, self._at_end = iter(parts), at_end

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        finally:
            self.close()

    def close(self) -> None:
        with ExitStack() as ending:
            for callback in self._at_end:
                ending.callback(callback)
            close = getattr(self._parts, "close", None)
            if close is not None:
                ending.callback(close)
