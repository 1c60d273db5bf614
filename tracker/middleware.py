"""What every answer has, whoever makes it: our headers, and a body where it is an error.

`CSPMiddleware`, `SafetyHeaders` and `XFrameOptionsMiddleware` stand before whatever may refuse a
request, so that refusals pass through them as well.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.middleware.security import SecurityMiddleware

from tracker import error_pages
from tracker.lib.address_kinds import is_for_any_site, is_public
from tracker.lib.query_strings import normalise

Answer = Callable[[HttpRequest], HttpResponseBase]


class SafetyHeaders(SecurityMiddleware):
    """The headers of Django's, and Cross-Origin-Resource-Policy: who may load an answer.

    What programs and other sites are meant to read is open to all; pages are ours alone. Django's
    own stands further in: it leads to HTTPS, and what it refuses passes through here.
    """

    def process_request(self, request: HttpRequest) -> None:
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        policy = "cross-origin" if is_for_any_site(request.path) else "same-origin"
        response.setdefault("Cross-Origin-Resource-Policy", policy)
        return super().process_response(request, response)


class NormalAddress:
    """Answer each question of a public address once, however it is spelled."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_public(request.path):
            normalise(request)
        return self.get_response(request)


class ErrorBodies:
    """Say what is wrong where Django answers with a status alone."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        say = _SAID_BY_STATUS.get(response.status_code)
        if say is None or getattr(response, "content", None):
            return response
        told = say(request)
        for name, value in response.items():
            if not name.startswith("Content-"):
                told[name] = value
        told["Content-Length"] = str(len(told.content))
        return told


_SAID_BY_STATUS = {
    405: error_pages.method_not_allowed,
    412: error_pages.precondition_failed,
}
