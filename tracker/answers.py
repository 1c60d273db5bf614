"""What every public answer has in common: the day it is given on, its ETag and Last-Modified.

Public answers change only when the log's head moves, the day turns or the program is replaced.
So their ETag is made of these and the request, and a conditional request is answered with 304
(RFC 9110, section 13) before any other query. Nothing here depends on who asks.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition, require_safe

from tracker.models import LogHead
from tracker.queries.visibility import log_head

# While developing, a restart stands for a new release: templates may have changed.
_STARTED = f"{time.time()}" if settings.DEVELOPMENT else ""


def today() -> dt.date:
    """The register's day: the one clock that public answers look at."""
    return timezone.localdate()


def now() -> dt.datetime:
    """The instant of the answer: only to tell whether its second may still bring a line."""
    return timezone.now()


def _etag(request: HttpRequest, head: LogHead, day: dt.date, by_headers: Sequence[str]) -> str:
    asked = [request.get_full_path(), *(request.headers.get(name, "") for name in by_headers)]
    parts = (head.hash, day.isoformat(), *asked, settings.RELEASE, _STARTED)
    # Weak, since compression on the way changes the bytes and not the meaning.
    return 'W/"' + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32] + '"'


def _last_modified(head: LogHead) -> dt.datetime | None:
    """When the log last moved; None while that second may still bring another line.

    The header counts whole seconds: of two lines within one, who asked in between would never
    hear of the second (RFC 9110, section 8.8.2.2).
    """
    if head.recorded_at is None or now() - head.recorded_at < dt.timedelta(seconds=1):
        return None
    return head.recorded_at


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
        etag = _etag(request, head, day, by_headers)
        modified = _last_modified(head) if dated is not None and dated(request) else None

        @condition(
            etag_func=lambda request, *args, **kwargs: etag,
            last_modified_func=lambda request, *args, **kwargs: modified,
        )
        def at_this_state(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, today=day, **kwargs)

        response = at_this_state(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            # Shared caches may keep it, and ask each time whether it still holds.
            response["Cache-Control"] = "public, no-cache"
        if by_headers:
            patch_vary_headers(response, by_headers)
        return response

    return require_safe(answer)
