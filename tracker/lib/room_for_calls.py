"""Room for deep calls in one piece of memory.

CPython keeps the frames of functions in chunks of 16 kB. Where a loop calls to and fro across the
end of one, memory is mapped and unmapped at each call (python/cpython, issue 142183, mended in
later releases of 3.13 and 3.14). Templates do so: it took up to a third of a page's time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
# Of 8 bytes. CPython allots the next power of two, of which this leaves half to whatever is called.
_SLOTS = 2**14


def with_room_for_calls(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the function with a frame whose chunk has 128 kB left for the frames of its calls."""

    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=_SLOTS)
    return wraps(function)(call)
