"""Whole answers, kept compressed under the state of the register that they tell of.

In each process, and where `ANSWERS_CACHE_URL` names one, in a cache that processes share. What is
kept never changes: another state has another name.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from tracker.lib.recent import Recent

# A compressed answer larger than this, in bytes, is made anew each time.
_LARGEST = 256 * 1024
# Who makes an answer holds one of these; the others wait for it so many seconds.
_MAKING = [threading.Lock() for _ in range(64)]
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it may be given again: compressed once, without what is said of each anew."""

    compressed: bytes
    headers: tuple[tuple[str, str], ...]

    def answer(self, request: HttpRequest) -> HttpResponse:
        response = self.with_headers(request, dict(self.headers))
        patch_vary_headers(response, ["Accept-Encoding"])
        return response

    def with_headers(self, request: HttpRequest, headers: Mapping[str, str]) -> HttpResponse:
        """The body as the request takes it, with these headers and those that tell how it is."""
        if takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            body, coding = self.compressed, {"Content-Encoding": "gzip"}
        else:
            body, coding = gzip.decompress(self.compressed), {}
        return HttpResponse(body, headers={**coding, **headers, "Content-Length": str(len(body))})


_IN_THIS_PROCESS: Recent[Kept] = Recent(most=settings.KEPT_ANSWERS)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding takes gzip (RFC 9110, section 12.5.3)."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _find(key: str) -> Kept | None:
    kept = _IN_THIS_PROCESS.get(key)
    if kept is None:
        kept = caches["answers"].get(key)
        if kept is not None:
            _IN_THIS_PROCESS.keep(key, kept)
    return kept


def _keep(key: str, response: HttpResponse) -> Kept | None:
    # 5 compresses pages as well as 9, in half the time; a fixed time makes the bytes repeatable.
    compressed = gzip.compress(response.content, compresslevel=5, mtime=0)
    if len(compressed) > _LARGEST:
        return None
    kept = Kept(compressed, tuple(response.items()))
    caches["answers"].set(key, kept)
    return _IN_THIS_PROCESS.keep(key, kept)


def _may_be_kept(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Only what is the same for everybody: no cookie, no token against forgery, no session."""
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Content-Encoding")
        and "no-store" not in response.get("Cache-Control", "")
        and "private" not in response.get("Cache-Control", "")
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        # Without end, and none of them says anything else than the page without them.
        and not getattr(request.GET, "ignored", ())
        and not getattr(getattr(request, "session", None), "accessed", False)
    )


def kept_or_made(
    key: str, request: HttpRequest, make: Callable[[], HttpResponseBase]
) -> tuple[HttpResponseBase, Kept | None]:
    """The answer of that name, and as what it is kept: made once, however many ask at once.

    What `make` returns has been rendered.
    """
    kept = _find(key)
    if kept is not None:
        return kept.answer(request), kept
    making = _MAKING[int(key[:4], 16) % len(_MAKING)]
    # Who has waited so long makes it too, rather than fail for somebody's slow page.
    mine = making.acquire(timeout=_PATIENCE)
    try:
        kept = _find(key)
        if kept is not None:
            return kept.answer(request), kept
        response = make()
        if isinstance(response, HttpResponse) and _may_be_kept(request, response):
            kept = _keep(key, response)
        return (response, None) if kept is None else (kept.answer(request), kept)
    finally:
        if mine:
            making.release()
