"""So many at a time: places that whoever does something costly takes and gives back in any case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack


class Place:
    """One place; given back once, however often and from wherever `leave` is called."""

    def __init__(self, free: threading.Semaphore) -> None:
        self._free, self._lock, self._is_taken = free, threading.Lock(), True

    def leave(self) -> None:
        with self._lock:
            if self._is_taken:
                self._is_taken = False
                self._free.release()


class Places:
    """The places of one process."""

    def __init__(self, most: int) -> None:
        self._free = threading.Semaphore(most)

    def take(self) -> Place | None:
        """A place, or None, at once, where there is none."""
        return Place(self._free) if self._free.acquire(blocking=False) else None


class PartsThatEnd:
    """The parts of a streamed answer, and what must happen at its end; that may be done twice.

    A server closes an answer also when its reader left, or before it was begun; a generator that
    was not begun would run nothing at its end.
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
            for act in self._at_end:
                ending.callback(act)
            close = getattr(self._parts, "close", None)
            if close is not None:
                ending.callback(close)
