"""Limit how many whole files are generated at a time.

A file may contain the whole register. Each occupies a thread until its reader is done, and a
workbook occupies a processor for minutes; the limit leaves threads for pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import IO

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tracker.lib.closing_parts import ClosingParts
from tracker.lib.problem_details import problem
from tracker.lib.reader_gone import ReaderGoneError, stop_if_gone

FILES = BoundedSemaphore(settings.FILES_AT_ONCE)
# One keeps a processor busy.
WORKBOOKS = BoundedSemaphore(1)
# Seconds for Retry-After.
COME_BACK = 30
_PIECE = 1 << 16

Check = Callable[[], object]


class WholeFile(StreamingHttpResponse):
    """A file that is streamed while it is generated."""

    def __init__(self, parts: ClosingParts) -> None:
        super().__init__(parts)
        self._parts = parts

    def discard(self) -> None:
        """Discard a file that is not sent; `close` would end the request and its connection."""
        self._parts.close()


def streamed(parts: Iterable[bytes]) -> WholeFile | None:
    """Return a streamed response; None if too many files are being sent."""
    if not FILES.acquire(blocking=False):
        return None
    return WholeFile(ClosingParts(parts, FILES.release))


def workbook(request: HttpRequest, make: Callable[[Check], IO[bytes]]) -> HttpResponseBase | None:
    """Return a response with a file that `make` writes first; None if too many are being made.

    `make` must call its argument now and then: it raises if the client has disconnected.
    """
    if not FILES.acquire(blocking=False):
        return None
    with ExitStack() as leaving:
        leaving.callback(FILES.release)
        if not WORKBOOKS.acquire(blocking=False):
            return None
        try:
            file = make(lambda: stop_if_gone(request.META))
        except ReaderGoneError:
            # Nobody sees this status; nginx logs it for the same case.
            return HttpResponse(status=499, headers={"Cache-Control": "no-store"})
        finally:
            WORKBOOKS.release()
        leaving.pop_all()
    size = file.seek(0, 2)
    file.seek(0)
    pieces = iter(lambda: file.read(_PIECE), b"")
    response = WholeFile(ClosingParts(pieces, FILES.release, file.close))
    response["Content-Length"] = str(size)
    return response


def busy_sentence() -> str:
    return _("Other files are being made just now. Try again in half a minute.")


def busy_answer(kind: str = "about:blank") -> HttpResponse:
    """Return 503 as Problem Details, with Retry-After (RFC 9110, section 10.2.3)."""
    response = problem(
        status=503, title=_("Busy with other files"), detail=busy_sentence(), kind=kind
    )
    response["Retry-After"] = str(COME_BACK)
    response["Cache-Control"] = "no-store"
    return response
