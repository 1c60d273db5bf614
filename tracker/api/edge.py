"""What every answer of the API has in common: methods, conditional answers, and who may read it.

Everything here is public and asks nobody who they are, so any site's script may read it (CORS, as
the Fetch standard has it): `Access-Control-Allow-Origin: *`, and no credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tracker.answers import public_answer
from tracker.api.problems import ALLOWED, as_answer, method_not_allowed

View = Callable[..., HttpResponseBase]

# What a script may read of an answer, beside what the Fetch standard always lets it read.
EXPOSED = "ETag, Link, Location, Retry-After, Wait-Applied"
# What a script may send, and for how many seconds a browser remembers that it may.
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
    """Wrap a view that takes `today`: conditional as every public answer, readable by any site.

    `by_headers` names the request's headers that choose between representations. `before` is
    called ahead of everything, and gives further headers of the answer.
    """
    conditional = public_answer(view, by_headers=by_headers)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers={"Allow": ALLOWED, **_PREFLIGHT})
        elif request.method not in {"GET", "HEAD"}:
            response = as_answer(request, method_not_allowed())
        else:
            headers = before(request)
            response = conditional(request, *args, **kwargs)
            for name, value in headers.items():
                response[name] = value
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = EXPOSED
        return response

    return answer
