"""Limit how many whole files are made and sent at a time.

A file may contain the whole register. It is costly work while it is made, and occupies a thread
until its reader is done; the limits leave threads for pages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import IO

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tracker.lib.closing_parts import ClosingParts
from tracker.lib.costly_work import BusyError, costly_work, holding_soon, take_place, working_at
from tracker.lib.reader_gone import ReaderGoneError, sending_limit, stop_if_gone
from tracker.lib.snapshot import parts_of_snapshot

FILES = BoundedSemaphore(settings.FILES_AT_ONCE)
# One keeps a processor busy.
WORKBOOKS = BoundedSemaphore(1)
# Seconds in which a reader must take a piece, and the whole file.
_PIECE_SECONDS, _FILE_SECONDS = 30, 1800
_PIECE = 1 << 16

Check = Callable[[], object]


class WholeFile(StreamingHttpResponse):
    """A file that is sent piece by piece, to a reader who takes it in time."""

    def __init__(self, request: HttpRequest, pieces: Iterable[bytes], leaving: ExitStack) -> None:
        self._parts = ClosingParts(_in_time(request, pieces), leaving.close)
        super().__init__(self._parts)

    def discard(self) -> None:
        """Discard a file that is not sent; `close` would end the request and its connection."""
        self._parts.close()


def _in_time(request: HttpRequest, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces; a reader who takes too long for them is sent no more."""
    until = time.monotonic() + _FILE_SECONDS
    with sending_limit(request.META, _PIECE_SECONDS):
        for piece in pieces:
            if time.monotonic() > until:
                raise TimeoutError("The reader took too long for the file.")
            yield piece


def streamed(request: HttpRequest, make: Callable[[], Iterable[bytes]]) -> WholeFile:
    """Return a response of what `make` yields, read from one snapshot and sent while it is made.

    Raises BusyError if too many files are being made or sent.
    """
    with ExitStack() as leaving:
        leaving.enter_context(holding_soon(FILES, files_busy))
        place = take_place()
        leaving.callback(place.give_back)

        def made() -> Iterator[bytes]:
            with working_at(place):  # until it is made, although its reader may not be done
                for piece in make():
                    yield piece
                    place.give_way()

        pieces = parts_of_snapshot(made)
        leaving.callback(pieces.close)
        return WholeFile(request, pieces, leaving.pop_all())


def workbook(request: HttpRequest, make: Callable[[Check], IO[bytes]]) -> HttpResponseBase:
    """Return a response with a file that `make` writes first.

    `make` must call its argument now and then: it raises if the client has disconnected. Raises
    BusyError if too many files are being made or sent.
    """
    with ExitStack() as leaving:
        leaving.enter_context(holding_soon(FILES, files_busy))
        with holding_soon(WORKBOOKS, files_busy), costly_work() as place:

            def check() -> None:
                stop_if_gone(request.META)
                place.give_way()

            try:
                file = leaving.enter_context(make(check))
            except ReaderGoneError:
                # Nobody sees this status; nginx logs it for the same case.
                return HttpResponse(status=499, headers={"Cache-Control": "no-store"})
        size = file.seek(0, 2)
        file.seek(0)
        response = WholeFile(request, iter(lambda: file.read(_PIECE), b""), leaving.pop_all())
    response["Content-Length"] = str(size)
    return response


def files_busy() -> BusyError:
    return BusyError(_("Other files are being made just now. Try again in half a minute."))
