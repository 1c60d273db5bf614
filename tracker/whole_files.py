"""What all whole files have in common, whoever asks for them: few are made at a time.

A file may hold the whole register. Each holds a thread for as long as its reader takes, and a
workbook a processor for minutes; pages go on beside them because files never have all threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import IO

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tracker.lib.places import PartsThatEnd, Places
from tracker.lib.problem_details import problem
from tracker.lib.reader_gone import ReaderGoneError, stop_if_gone

FILES = Places(settings.FILES_AT_ONCE)
# One fills a processor.
WORKBOOKS = Places(1)
# Seconds after which to ask again.
COME_BACK = 30
_PIECE = 1 << 16

Check = Callable[[], object]


class WholeFile(StreamingHttpResponse):
    """A file that is made while it is sent."""

    def __init__(self, parts: PartsThatEnd) -> None:
        super().__init__(parts)
        self._parts = parts

    def discard(self) -> None:
        """End a file that is not sent, where `close` would end the request and its connection."""
        self._parts.close()


def streamed(parts: Iterable[bytes]) -> WholeFile | None:
    """An answer that is made while it is sent; None where too many are."""
    place = FILES.take()
    return None if place is None else WholeFile(PartsThatEnd(parts, place.leave))


def workbook(request: HttpRequest, make: Callable[[Check], IO[bytes]]) -> HttpResponseBase | None:
    """An answer from a file that `make` writes before it is sent; None where too many are made.

    `make` is given what it must call now and then: it raises when nobody waits any more.
    """
    place, making = FILES.take(), WORKBOOKS.take()
    with ExitStack() as leaving:
        for taken in filter(None, (place, making)):
            leaving.callback(taken.leave)
        if place is None or making is None:
            return None
        try:
            file = make(lambda: stop_if_gone(request.META))
        except ReaderGoneError:
            # Nobody sees this status; nginx writes it for the same.
            return HttpResponse(status=499, headers={"Cache-Control": "no-store"})
        making.leave()
        leaving.pop_all()
    size = file.seek(0, 2)
    file.seek(0)
    pieces = iter(lambda: file.read(_PIECE), b"")
    answer = WholeFile(PartsThatEnd(pieces, place.leave, file.close))
    answer["Content-Length"] = str(size)
    return answer


def busy_sentence() -> str:
    return _("Other files are being made just now. Try again in half a minute.")


def busy_answer(kind: str = "about:blank") -> HttpResponse:
    """503 as Problem Details, with the time after which to ask again (RFC 9110, 10.2.3)."""
    answer = problem(
        status=503, title=_("Busy with other files"), detail=busy_sentence(), kind=kind
    )
    answer["Retry-After"] = str(COME_BACK)
    answer["Cache-Control"] = "no-store"
    return answer
