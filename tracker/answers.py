"""What every public answer has in common: the day it is given on, its ETag, and being cached.

Public answers change only when the log's head moves, the day turns, or the program or its settings
are replaced. So their ETag is made of these and the request, and a request that names it is
answered with 304 (RFC 9110, section 13) before any other query. Whole answers are cached under the
same key, so that one which no longer holds is never found, in whichever process. Nothing here
depends on who asks.

Only an answer with status 200 has validators, since preconditions are about nothing else (section
13.2.1). An ETag that a request brings along was therefore given with a 200, and holds; any other
condition is looked at once the answer is there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
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

from tracker.fingerprint import fingerprint
from tracker.kept_answers import Kept, kept_or_made
from tracker.lib.address_kinds import is_public
from tracker.lib.query_strings import normalise
from tracker.lib.recent import Recent
from tracker.models import LogHead
from tracker.queries.visibility import log_head
from tracker.whole_files import WholeFile


def today() -> dt.date:
    """The register's day: the one clock that public answers look at."""
    return timezone.localdate()


def now() -> dt.datetime:
    """The instant of the answer: only to tell whether its second may still bring a line."""
    return timezone.now()


def head_of(request: Any) -> LogHead:
    """The head of the log that the answer to this request tells of: read once for each.

    The request is Django's, or that of the API, which stands for Django's.
    """
    head: LogHead | None = getattr(request, "log_head", None)
    if head is None:
        head = request.log_head = log_head()
    return head


# All that answers rest on, beside what is asked.
State = tuple[str, int, dt.date, str, str]
# Which page is meant. Pages name themselves in full.
Address = tuple[str, str, str]


def _state(head: LogHead, day: dt.date) -> State:
    return head.hash, head.generation, day, get_language() or "", fingerprint()


def _address(request: HttpRequest) -> Address:
    return request.scheme or "", request.get_host(), request.get_full_path()


def _key(state: State, address: Address, chosen_by: Sequence[str]) -> str:
    """All that an answer depends on, hashed: two that differ in anything differ in this."""
    parts = (*(str(part) for part in state), *address, *chosen_by)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _last_modified(head: LogHead) -> dt.datetime | None:
    """When the log last moved; None while that second may still bring another line.

    The header counts whole seconds: of two lines within one, who asked in between would never
    hear of the second (RFC 9110, section 8.8.2.2).
    """
    if head.recorded_at is None or now() - head.recorded_at < dt.timedelta(seconds=1):
        return None
    return head.recorded_at


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


def _given_before(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 for a request whose only condition is that it does not have this very answer."""
    if _CONDITIONS.intersection(request.META) != {"HTTP_IF_NONE_MATCH"}:
        return None
    # Compared weakly: a server on the way may have taken the mark off (section 13.1.2).
    known = {tag.removeprefix("W/") for tag in parse_etags(request.META["HTTP_IF_NONE_MATCH"])}
    return HttpResponseNotModified() if etag.removeprefix("W/") in known else None


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
        day, head = today(), head_of(request)
        state, address = _state(head, day), _address(request)
        key = _key(state, address, [request.headers.get(name, "") for name in by_headers])
        # Weak, since compression on the way changes the bytes and not the meaning.
        etag = f'W/"{key[:32]}"'
        is_dated = dated is not None and dated(request)
        modified = _last_modified(head) if is_dated else None
        response: HttpResponseBase | None = _given_before(request, etag)
        kept = None
        if response is None:
            response, kept = kept_or_made(
                key, request, lambda: _rendered(view(request, *args, today=day, **kwargs))
            )
        # Shared caches may keep it, and ask each time whether it still holds.
        response.setdefault("Cache-Control", "public, no-cache")
        patch_vary_headers(response, ["Accept-Encoding", *by_headers])
        if response.status_code not in {200, 304}:
            return response
        response["ETag"] = etag
        if modified is not None:
            response["Last-Modified"] = http_date(modified.timestamp())
        if response.status_code == 304:
            return response
        if kept is not None and not by_headers and (modified is not None or not is_dated):
            response.at_the_door = kept, state, address  # type: ignore[attr-defined]
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
    """A kept answer with all headers that the middleware gave it, and the state it tells of."""

    kept: Kept
    state: State
    etag: str
    headers: dict[str, str]
    of_a_304: dict[str, str]

    @classmethod
    def of(cls, response: HttpResponseBase, kept: Kept, state: State) -> _Finished:
        # How the body is sent is told with each body.
        headers = {
            name: value
            for name, value in response.items()
            if name not in {"Content-Encoding", "Content-Length"}
        }
        # RFC 9110, section 15.4.5: what describes a body that is not sent is left away.
        about_the_body = {"Content-Type", "Content-Disposition", "Content-Language", "Link"}
        bare = {name: value for name, value in headers.items() if name not in about_the_body}
        return cls(kept, state, headers["ETag"], headers, bare)

    def answer(self, request: HttpRequest) -> HttpResponseBase | None:
        """None where the request makes conditions that are not the usual one."""
        asked = _CONDITIONS.intersection(request.META)
        if not asked:
            return self.kept.with_headers(request, self.headers)
        if asked == {"HTTP_IF_NONE_MATCH"} and request.META["HTTP_IF_NONE_MATCH"] == self.etag:
            response = HttpResponse(status=304, headers=self.of_a_304)
            del response["Content-Type"]
            return response
        return None


_CONDITIONS = frozenset(
    f"HTTP_IF_{name}" for name in ("NONE_MATCH", "MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
)
_FINISHED: Recent[_Finished] = Recent(most=settings.KEPT_ANSWERS)


class AnswerAtTheDoor:
    """The outermost middleware: what is kept is given before sessions and all else are thought of.

    That is allowed because whatever is kept asked for none of them when it was made. It is given
    by the address alone, so an answer that headers choose is none of them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"} and is_public(request.path):
            finished = _finished(request)
            if finished is not None and finished.state == _state(head_of(request), today()):
                response = finished.answer(request)
                if response is not None:
                    return response
        response = self.get_response(request)
        told: tuple[Kept, State, Address] | None = getattr(response, "at_the_door", None)
        if told is not None and "Cookie" not in response.get("Vary", ""):
            kept, state, address = told
            _FINISHED.keep(address, _Finished.of(response, kept, state))
        return response


def _finished(request: HttpRequest) -> _Finished | None:
    try:
        normalise(request)
        return _FINISHED.get(_address(request))
    except SuspiciousOperation:
        return None  # refused further in, where refusals get our headers
