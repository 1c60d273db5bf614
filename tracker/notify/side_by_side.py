"""Run functions in the calling thread, or a bounded number of them in threads of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


class _AtOnce(Executor):
    """Runs each function before `submit` returns."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _InThreads(ThreadPoolExecutor):
    """Closes the database connection that a function may have opened in its thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def run() -> T:
            try:
                return fn(*args, **kwargs)
            finally:
                connection.close()

        return super().submit(run)


def executor(most: int) -> Executor:
    """Return what runs up to `most` functions at a time; for one, in the calling thread."""
    return _AtOnce() if most == 1 else _InThreads(most, thread_name_prefix="Sending")
