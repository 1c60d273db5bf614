"""What is answered when an answer fails: a fault of ours, or a database that is busy or away."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tracker.lib.problem_details import problem

# Long enough for most imports to end.
RETRY_SECONDS = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with Retry-After where the database took nothing, and 500 otherwise.

    The pages ask neither the database nor the session, which may be what failed.
    """
    is_busy = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status = 503 if is_busy else 500
    if request.path.startswith("/api/"):
        title = _("The register is busy") if is_busy else _("Something went wrong here")
        detail = _("Nothing was changed. Try again in a moment.")
        response = problem(status=status, title=title, detail=detail)
    else:
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if is_busy:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response
