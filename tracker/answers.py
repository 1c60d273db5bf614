"""Wrap public views: give them the day, answer conditional requests, and cache whole responses.

Public responses change only when the log's head moves, the day turns, or the program or its
settings change. So their ETag is made of these and the request, and a request that names it gets
304 (RFC 9110, section 13) before any other query. Whole responses are cached under the same key, so
a stale one is never found, in any process. Nothing here depends on who the reader is.

Only responses with status 200 have validators, since preconditions apply to nothing else (section
13.2.1). So an ETag in a request was given with a 200, and is valid; any other condition is
evaluated once the response exists.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_etags
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tracker import error_pages
from tracker.fingerprint import fingerprint
from tracker.lib.address_kinds import is_public
from tracker.lib.costly_work import BusyError, costly_work
from tracker.lib.lru_cache import LRUCache
from tracker.lib.query_strings import normalise
from tracker.lib.room_for_calls import with_room_for_calls
from tracker.models import LogHead
from tracker.queries.current_reads import public_head, read_current
from tracker.response_cache import CachedResponse, cached_or_made
from tracker.whole_files import WholeFile


def today() -> dt.date:
    """Return the register's day, the only clock that public responses use."""
    return timezone.localdate()


def now() -> dt.datetime:
    """Return the current instant, only to tell whether this second may still add a line."""
    return timezone.now()


def head_of(request: Any) -> LogHead:
    """Return the head of the log for this request, read once per request.

    The request is Django's, or the API's, which wraps Django's.
    """
    head: LogHead | None = getattr(request, "log_head", None)
    if head is None:
        head = request.log_head = public_head()
    return head


# All that a response depends on besides the request.
State = tuple[str, int, dt.date, str, str]
# Parameters of responses that may read the whole history.
_LOOKING_BACK = frozenset({"as_of", "known_at"})
# The absolute URL in parts: pages contain their own.
Address = tuple[str, str, str]


def _state(head: LogHead, day: dt.date) -> State:
    return head.hash, head.generation, day, get_language() or "", fingerprint()


def _address(request: HttpRequest) -> Address:
    return request.scheme or "", request.get_host(), request.get_full_path()


def _key(state: State, address: Address, chosen_by: Sequence[str]) -> str:
    """Hash everything that a response depends on."""
    parts = (*(str(part) for part in state), *address, *chosen_by)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _last_modified(head: LogHead) -> dt.datetime | None:
    """Return when the log last moved; None while that second may still add another line.

    The header has a resolution of one second: a client that asked between two lines of the same
    second would never see the second one (RFC 9110, section 8.8.2.2).
    """
    if head.recorded_at is None or now() - head.recorded_at < dt.timedelta(seconds=1):
        return None
    return head.recorded_at


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


def _not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """Return 304 if If-None-Match is the only condition and names the ETag."""
    if _CONDITIONS.intersection(request.META) != {"HTTP_IF_NONE_MATCH"}:
        return None
    # Weak comparison: a proxy may have removed the prefix (section 13.1.2).
    known = {tag.removeprefix("W/") for tag in parse_etags(request.META["HTTP_IF_NONE_MATCH"])}
    return HttpResponseNotModified() if etag.removeprefix("W/") in known else None


def public_answer(
    view: Callable[..., HttpResponseBase],
    *,
    by_headers: Sequence[str] = (),
    dated: Callable[[HttpRequest], bool] | None = None,
    is_costly: bool = False,
    is_file: bool = False,
    busy: Callable[[HttpRequest, BusyError], HttpResponse] = error_pages.busy,
) -> Callable[..., HttpResponseBase]:
    """Pass the day to a view as `today`, allow only GET and HEAD, and answer conditional requests.

    `by_headers` names the request headers by which the view chooses a representation. `dated`
    says whether the response to a request depends on the log alone; Last-Modified is then the
    time of the log's last line. Few responses of views that are `is_costly` are made at a time.
    One that `is_file` is neither cached nor waited for. `busy` renders the error of those that find
    no place.
    """

    def respond(
        key: str, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> tuple[HttpResponseBase, CachedResponse | None]:
        def make() -> HttpResponseBase:
            with costly_work() if is_costly else nullcontext():
                return read_current(
                    head_of(request), lambda: _rendered(view(request, *args, **kwargs))
                )

        looks_back = not _LOOKING_BACK.isdisjoint(request.GET.keys())
        return cached_or_made(
            key, request, make, is_costly=is_costly or looks_back, is_file=is_file
        )

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        day, head = today(), head_of(request)
        state, address = _state(head, day), _address(request)
        key = _key(state, address, [request.headers.get(name, "") for name in by_headers])
        # Weak, since compression changes the bytes and not the meaning.
        etag = f'W/"{key[:32]}"'
        is_dated = dated is not None and dated(request)
        modified = _last_modified(head) if is_dated else None
        response: HttpResponseBase | None = _not_modified(request, etag)
        cached = None
        if response is None:
            try:
                response, cached = respond(key, request, *args, today=day, **kwargs)
            except BusyError as error:
                response = busy(request, error)
        # Shared caches may store it, and must revalidate each time.
        response.setdefault("Cache-Control", "public, no-cache")
        patch_vary_headers(response, ["Accept-Encoding", *by_headers])
        if response.status_code not in {200, 304}:
            return response
        response["ETag"] = etag
        if modified is not None:
            response["Last-Modified"] = http_date(modified.timestamp())
        if response.status_code == 304:
            return response
        if cached is not None and not by_headers and (modified is not None or not is_dated):
            response.cache_entry = cached, state, address  # type: ignore[attr-defined]
        last_modified = int(modified.timestamp()) if modified is not None else None
        conditional: Any = get_conditional_response(
            request,
            etag=etag,
            last_modified=last_modified,
            response=response,  # type: ignore[arg-type]  # it may as well be streamed
        )
        if conditional is not response and isinstance(response, WholeFile):
            response.discard()
        patch_vary_headers(conditional, ["Accept-Encoding", *by_headers])
        return cast(HttpResponseBase, conditional)

    return require_safe(answer)


@dataclass(frozen=True, slots=True)
class _Finished:
    """A cached response with all headers that the middleware added, and its state."""

    cached: CachedResponse
    state: State
    etag: str
    headers: dict[str, str]
    headers_of_304: dict[str, str]

    @classmethod
    def of(cls, response: HttpResponseBase, cached: CachedResponse, state: State) -> _Finished:
        # These depend on how each body is sent.
        headers = {
            name: value
            for name, value in response.items()
            if name not in {"Content-Encoding", "Content-Length"}
        }
        # RFC 9110, section 15.4.5: a 304 omits the headers that describe the body.
        about_the_body = {"Content-Type", "Content-Disposition", "Content-Language", "Link"}
        bare = {name: value for name, value in headers.items() if name not in about_the_body}
        return cls(cached, state, headers["ETag"], headers, bare)

    def answer(self, request: HttpRequest) -> HttpResponseBase | None:
        """Return the response; None if the request has other conditions than If-None-Match."""
        conditions = _CONDITIONS.intersection(request.META)
        if not conditions:
            return self.cached.with_headers(request, self.headers)
        if conditions == {"HTTP_IF_NONE_MATCH"} and request.META["HTTP_IF_NONE_MATCH"] == self.etag:
            response = HttpResponse(status=304, headers=self.headers_of_304)
            del response["Content-Type"]
            return response
        return None


_CONDITIONS = frozenset(
    f"HTTP_IF_{name}" for name in ("NONE_MATCH", "MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
)
_FINISHED: LRUCache[_Finished] = LRUCache(most=settings.KEPT_ANSWERS)


class ResponseCacheMiddleware:
    """The outermost middleware: return cached responses before any other middleware runs.

    This is safe because only responses that used neither session nor cookies are cached. They are
    looked up by URL alone, so responses that headers choose are not among them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = with_room_for_calls(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"} and is_public(request.path):
            finished = _finished(request)
            if finished is not None and finished.state == _state(head_of(request), today()):
                response = finished.answer(request)
                if response is not None:
                    return response
        response = self.get_response(request)
        entry: tuple[CachedResponse, State, Address] | None = getattr(response, "cache_entry", None)
        if entry is not None and "Cookie" not in response.get("Vary", ""):
            cached, state, address = entry
            _FINISHED.put(address, _Finished.of(response, cached, state))
        return response


def _finished(request: HttpRequest) -> _Finished | None:
    try:
        normalise(request)
        return _FINISHED.get(_address(request))
    except SuspiciousOperation:
        return None  # refused by the view layer, where error responses get our headers
