"""What all responses of the API share: methods, conditional requests, and who may read them.

Everything is public and needs no authentication, so the scripts of any site may read it (CORS, in
the Fetch standard): `Access-Control-Allow-Origin: *`, and no credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tracker.answers import public_answer
from tracker.api.problems import as_response, busy, method_not_allowed

View = Callable[..., HttpResponseBase]

# Response headers that scripts may read, beside those that the Fetch standard always allows.
EXPOSED = "ETag, Link, Location, Retry-After, Wait-Applied"
ALLOWED = "GET, HEAD, OPTIONS"
# What scripts may send, and for how many seconds browsers cache the permission.
_PREFLIGHT = {
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def api_answer(
    view: View,
    *,
    by_headers: tuple[str, ...] = (),
    before: Callable[[HttpRequest], Mapping[str, str]] = lambda request: {},
) -> View:
    """Wrap a view that takes `today`: conditional like every public page, readable by any site.

    `by_headers` names the request headers that choose between representations. `before` is called
    first, and returns further headers of the response.
    """
    conditional = public_answer(view, by_headers=by_headers, busy=busy)

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers={"Allow": ALLOWED, **_PREFLIGHT})
        elif request.method not in {"GET", "HEAD"}:
            response = as_response(request, method_not_allowed())
            response["Allow"] = ALLOWED
        else:
            headers = before(request)
            response = conditional(request, *args, **kwargs)
            for name, value in headers.items():
                response[name] = value
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = EXPOSED
        return response

    return wrapper
