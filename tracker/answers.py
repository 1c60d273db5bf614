"""What every public answer has in common: the day it is given on, its ETag, and being kept.

Public answers change only when the log's head moves, the day turns or the program is replaced.
So their ETag is made of these and the request, and a conditional request is answered with 304
(RFC 9110, section 13) before any other query. Whole answers are kept under the same name, so that
one which no longer holds is never found, in whichever process. Nothing here depends on who asks.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe

from tracker.models import LogHead
from tracker.queries.visibility import log_head

# A compressed answer larger than this, in bytes, is made anew each time.
_LARGEST = 256 * 1024
# Who makes an answer holds one of these; the others wait for it so many seconds.
_MAKING = [threading.Lock() for _ in range(64)]
_PATIENCE = 10

# While developing, a restart stands for a new release: templates may have changed.
_STARTED = f"{time.time()}" if settings.DEVELOPMENT else ""


def today() -> dt.date:
    """The register's day: the one clock that public answers look at."""
    return timezone.localdate()


def now() -> dt.datetime:
    """The instant of the answer: only to tell whether its second may still bring a line."""
    return timezone.now()


def head_of(request: HttpRequest) -> LogHead:
    """The head of the log that the answer to this request tells of."""
    head: LogHead | None = getattr(request, "log_head", None)
    return head if head is not None else log_head()


def _key(request: HttpRequest, head: LogHead, day: dt.date, by_headers: Sequence[str]) -> str:
    """All that an answer depends on, hashed: two that differ in anything differ in this."""
    asked = [request.get_full_path(), *(request.headers.get(name, "") for name in by_headers)]
    # Pages name themselves in full.
    where = f"{request.scheme}://{request.get_host()}"
    state = (head.hash, str(head.generation), day.isoformat(), get_language() or "", where)
    parts = (*state, *asked, settings.RELEASE, _STARTED)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _last_modified(head: LogHead) -> dt.datetime | None:
    """When the log last moved; None while that second may still bring another line.

    The header counts whole seconds: of two lines within one, who asked in between would never
    hear of the second (RFC 9110, section 8.8.2.2).
    """
    if head.recorded_at is None or now() - head.recorded_at < dt.timedelta(seconds=1):
        return None
    return head.recorded_at


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it may be given again: compressed once, without what is said of each anew."""

    compressed: bytes
    headers: tuple[tuple[str, str], ...]

    def answer(self, request: HttpRequest) -> HttpResponse:
        if takes_gzip(request.headers.get("Accept-Encoding", "")):
            response = HttpResponse(self.compressed, headers={"Content-Encoding": "gzip"})
        else:
            response = HttpResponse(gzip.decompress(self.compressed))
        for name, value in self.headers:
            response[name] = value
        response["Content-Length"] = str(len(response.content))
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding takes gzip (RFC 9110, section 12.5.3)."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


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
        and not getattr(getattr(request, "session", None), "accessed", False)
    )


def _keep(key: str, response: HttpResponse) -> _Kept | None:
    # 5 compresses pages as well as 9, in half the time; a fixed time makes the bytes repeatable.
    compressed = gzip.compress(response.content, compresslevel=5, mtime=0)
    if len(compressed) > _LARGEST:
        return None
    kept = _Kept(compressed, tuple(response.items()))
    caches["answers"].set(key, kept)
    return kept


def _kept_or_made(
    view: Callable[..., HttpResponseBase], key: str, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """The kept answer; else the view's, made once however many ask for it at the same time."""
    kept: _Kept | None = caches["answers"].get(key)
    if kept is not None:
        return kept.answer(request)
    making = _MAKING[int(key[:4], 16) % len(_MAKING)]
    # Who has waited so long makes it too, rather than fail for somebody's slow page.
    mine = making.acquire(timeout=_PATIENCE)
    try:
        kept = caches["answers"].get(key)
        if kept is not None:
            return kept.answer(request)
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        if isinstance(response, HttpResponse) and _may_be_kept(request, response):
            kept = _keep(key, response)
        return kept.answer(request) if kept is not None else response
    finally:
        if mine:
            making.release()


def public_answer(
    view: Callable[..., HttpResponseBase],
    *,
    by_headers: Sequence[str] = (),
    dated: Callable[[HttpRequest], bool] | None = None,
) -> Callable[..., HttpResponseBase]:
    """Give a view the day as `today`, refuse all but GET and HEAD, and answer conditionally.

    `by_headers` names headers of the request by which the view chooses a representation. `dated`
    says of a request whether its answer rests on the log alone; Last-Modified is then the time
    of the log's last line.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        day, head = today(), log_head()
        request.log_head = head  # type: ignore[attr-defined]
        key = _key(request, head, day, by_headers)
        # Weak, since compression on the way changes the bytes and not the meaning.
        etag = f'W/"{key[:32]}"'
        modified = _last_modified(head) if dated is not None and dated(request) else None

        @condition(
            etag_func=lambda request, *args, **kwargs: etag,
            last_modified_func=lambda request, *args, **kwargs: modified,
        )
        def at_this_state(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _kept_or_made(view, key, request, *args, today=day, **kwargs)

        response = at_this_state(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            # Shared caches may keep it, and ask each time whether it still holds.
            response["Cache-Control"] = "public, no-cache"
        if by_headers:
            patch_vary_headers(response, by_headers)
        return response

    return require_safe(answer)
