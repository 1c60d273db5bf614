"""Middleware for every response: security headers, and bodies for errors.

`CSPMiddleware`, `SafetyHeaders` and `XFrameOptionsMiddleware` come before any middleware that may
refuse a request, so that those responses have the headers, too.
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
from tracker.lib.address_kinds import is_for_any_site, is_for_programs, is_public
from tracker.lib.costly_work import BusyError, admitted
from tracker.lib.query_strings import normalise

Answer = Callable[[HttpRequest], HttpResponseBase]


class SafetyHeaders(SecurityMiddleware):
    """Django's security headers, and Cross-Origin-Resource-Policy.

    Data and embeddable pages may be loaded by any site, other pages only by this one. Django's own
    middleware comes later and redirects to HTTPS; its responses pass through here.
    """

    def process_request(self, request: HttpRequest) -> None:
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        policy = "cross-origin" if is_for_any_site(request.path) else "same-origin"
        response.setdefault("Cross-Origin-Resource-Policy", policy)
        return super().process_response(request, response)


class AdmissionGate:
    """Let few requests of readers be made at a time; refuse those that wait for too long.

    Responses that `ResponseCacheMiddleware` returns and static files do not come this far. What may
    wait for a lock of the database needs no place: forms, and the health check, which writes.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_safe = request.method in {"GET", "HEAD"}
        if not is_safe or not is_public(request.path) or request.path == "/healthz":
            return self.get_response(request)
        try:
            with admitted():
                return self.get_response(request)
        except BusyError as error:
            response = error_pages.busy(request, error)
            if is_for_programs(request.path):
                response["Access-Control-Allow-Origin"] = "*"
            return response


class NormalAddress:
    """Normalise the query strings of public URLs, so that equivalent ones are cached once."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_public(request.path):
            normalise(request)
        return self.get_response(request)


class ErrorBodies:
    """Add a body to error responses that have only a status."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        render = _BODIES.get(response.status_code)
        if render is None or getattr(response, "content", None):
            return response
        full = render(request)
        for name, value in response.items():
            if not name.startswith("Content-"):
                full[name] = value
        full["Content-Length"] = str(len(full.content))
        return full


_BODIES = {
    405: error_pages.method_not_allowed,
    412: error_pages.precondition_failed,
}
