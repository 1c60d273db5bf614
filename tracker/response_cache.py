"""Cache whole responses, compressed, under a key that includes the state of the register.

In each process, and in a cache that processes share if `ANSWERS_CACHE_URL` names one. Entries
never change: another state has another key.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from tracker.lib.lru_cache import LRUCache
from tracker.lib.single_flight import SingleFlight

# A compressed response larger than this, in bytes, is not cached.
_LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response to return again: its compressed body and headers."""

    compressed: bytes
    headers: tuple[tuple[str, str], ...]

    def answer(self, request: HttpRequest) -> HttpResponse:
        response = self.with_headers(request, dict(self.headers))
        patch_vary_headers(response, ["Accept-Encoding"])
        return response

    def with_headers(self, request: HttpRequest, headers: Mapping[str, str]) -> HttpResponse:
        """Return the body, compressed if the request accepts it, with these headers."""
        if takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            body, coding = self.compressed, {"Content-Encoding": "gzip"}
        else:
            body, coding = gzip.decompress(self.compressed), {}
        return HttpResponse(body, headers={**coding, **headers, "Content-Length": str(len(body))})


_IN_THIS_PROCESS: LRUCache[CachedResponse] = LRUCache(most=settings.KEPT_ANSWERS)
_MAKING: SingleFlight[CachedResponse | None] = SingleFlight()


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header accepts gzip (RFC 9110, section 12.5.3)."""
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _find(key: str) -> CachedResponse | None:
    cached = _IN_THIS_PROCESS.get(key)
    if cached is None:
        cached = caches["answers"].get(key)
        if cached is not None:
            _IN_THIS_PROCESS.put(key, cached)
    return cached


def _store(key: str, response: HttpResponse) -> CachedResponse | None:
    # Level 5 compresses pages as well as 9, in half the time; a fixed mtime makes the bytes stable.
    compressed = gzip.compress(response.content, compresslevel=5, mtime=0)
    if len(compressed) > _LARGEST:
        return None
    cached = CachedResponse(compressed, tuple(response.items()))
    caches["answers"].set(key, cached)
    return _IN_THIS_PROCESS.put(key, cached)


def _may_be_cached(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the response is the same for everybody: no cookie, no CSRF token, no session."""
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Content-Encoding")
        and "no-store" not in response.get("Cache-Control", "")
        and "private" not in response.get("Cache-Control", "")
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        # Unknown parameters could vary without limit, and do not change the response.
        and not getattr(request.GET, "ignored", ())
        and not getattr(getattr(request, "session", None), "accessed", False)
    )


def cached_or_made(
    key: str,
    request: HttpRequest,
    make: Callable[[], HttpResponseBase],
    *,
    is_costly: bool = False,
    is_file: bool = False,
) -> tuple[HttpResponseBase, CachedResponse | None]:
    """Return the response for a key, and its cache entry; make it once for concurrent requests.

    `make` returns a rendered response. Each request makes its own if it cannot be cached. Few
    requests wait for a costly one: BusyError is raised in the others. A file is never cached, so
    nobody waits for it.
    """
    if is_file:
        return make(), None
    own: list[HttpResponseBase] = []

    def cached_or_own() -> CachedResponse | None:
        cached = _find(key)
        if cached is None:
            own.append(response := make())
            if isinstance(response, HttpResponse) and _may_be_cached(request, response):
                cached = _store(key, response)
        return cached

    cached = _find(key)
    if cached is None:
        cached = _MAKING.do((key, request.method), cached_or_own, is_costly=is_costly)
    if cached is not None:
        return cached.answer(request), cached
    return own[0] if own else make(), None
