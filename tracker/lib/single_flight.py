"""Do the same work once for all threads that need it at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import nullcontext
from typing import Generic, TypeVar

from tracker.lib.costly_work import WAITING, holding, stepping_out, too_busy

T = TypeVar("T")

# Seconds to wait for the work of another thread.
_PATIENCE = 30


class SingleFlight(Generic[T]):
    """Work by key. Work with different keys never waits for one another."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Future[T]] = {}
        self._lock = threading.Lock()

    def do(self, key: Hashable, work: Callable[[], T], *, is_costly: bool = False) -> T:
        """Return the result of the work, or raise its error; of another thread's if one is at it.

        Raises BusyError if that takes too long, or if too many threads wait for costly work.
        """
        ours: Future[T] = Future()
        with self._lock:
            theirs = self._under_way.setdefault(key, ours)
        if theirs is ours:
            return self._do(key, work, ours)
        with stepping_out(), holding(WAITING, too_busy) if is_costly else nullcontext():
            try:
                return theirs.result(timeout=_PATIENCE)
            except TimeoutError:
                raise too_busy() from None

    def _do(self, key: Hashable, work: Callable[[], T], ours: Future[T]) -> T:
        try:
            ours.set_result(work())
        except BaseException as error:
            ours.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._under_way[key]
        return ours.result()
