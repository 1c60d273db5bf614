"""The body of a streamed response, with callbacks at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack


class ClosingParts:
    """The parts of a body; its callbacks are called once, although it may be closed twice.

    A server also closes a response if its client left before the first part; a generator that was
    never started would run nothing then.
    """

    def __init__(self, parts: Iterable[bytes], *at_end: Callable[[], object]) -> None:
        self._parts, self._ending = iter(parts), ExitStack()
        for callback in at_end:
            self._ending.callback(callback)
        close = getattr(self._parts, "close", None)
        if close is not None:
            self._ending.callback(close)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        finally:
            self.close()

    def close(self) -> None:
        self._ending.close()
