"""Render errors outside views: as a page, or as Problem Details for programs.

The request itself may be invalid, so only its path is used, and no error depends on the user.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Hashable
from functools import lru_cache

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.context import register
from tracker.lib.address_kinds import is_for_programs, is_image
from tracker.lib.costly_work import BusyError
from tracker.lib.problem_details import problem
from tracker.lib.query_strings import MOST_PARAMETERS

# Long enough for most imports to end.
RETRY_SECONDS = 30

# Messages of SQLite and PostgreSQL when a disk or a server cannot be written.
_UNWRITABLE = re.compile(
    r"disk is full|disk I/O error|No space left|readonly database|read-only transaction"
    r"|stores nothing",
    re.IGNORECASE,
)

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = _("Check the address and try again.")
    if isinstance(exception, RequestDataTooBig):
        detail = _("The address or form is too long. Choose fewer values and try again.")
    elif isinstance(exception, TooManyFieldsSent):
        detail = _(
            "The address or form holds too many values; an address may hold %(most)d. "
            "Choose fewer and try again."
        ) % {"most": MOST_PARAMETERS}
    return _answer(request, 400, title=_("The request could not be read"), detail=detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    title = _("You may not see this")
    detail = _("Sign in with an account that may, or go back to the public pages.")
    return _answer(request, 403, title=title, detail=detail)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without its token: from another site, too old, or sent without cookies."""
    title = _("The form could not be sent")
    detail = _(
        "It was open for too long, or cookies are switched off. Go back, load the page again, and "
        "send the form once more: the form needs one cookie, which holds nothing about you."
    )
    return _answer(request, 403, title=title, detail=detail)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    title = _("There is nothing at this address")
    detail = _("Check the address, or look for what you want among the commitments.")
    return _answer(request, 404, title=title, detail=detail, template="404.html")


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    title = _("This address cannot be used in this way")
    detail = _("Open the page before it and use its links and forms, or start from the first page.")
    return _answer(request, 405, title=title, detail=detail)


def precondition_failed(request: HttpRequest) -> HttpResponse:
    title = _("The page has changed")
    detail = _("The request asks for a version that is not the current one. Load the page again.")
    return _answer(request, 412, title=title, detail=detail)


def busy(request: HttpRequest, error: BusyError, kind: str = "about:blank") -> HttpResponse:
    """Return 503 with Retry-After (RFC 9110, section 10.2.3); `kind` is for programs."""
    title = _("The register is busy")
    response = _answer(request, 503, title=title, detail=error.detail, kind=kind)
    response["Retry-After"] = str(error.retry_seconds)
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 503 with Retry-After if the database is unavailable, and 500 otherwise.

    Uses neither the database nor the session, which may have failed.
    """
    error = sys.exc_info()[1]
    is_unwritable = bool(_UNWRITABLE.search(str(error))) and isinstance(error, DatabaseError)
    is_busy = is_unwritable or isinstance(error, (OperationalError, InterfaceError))
    title = _("The register is busy") if is_busy else _("Something went wrong here")
    detail = _("The error has been recorded. Nothing was changed. Try again in a moment.")
    if is_busy:
        detail = _(
            "The database did not answer in time, most often because something large is being "
            "saved. Nothing was changed. Wait half a minute, then try again; your browser’s “Back” "
            "brings what you typed."
        )
    if is_unwritable:
        title = _("Nothing can be saved just now")
        detail = _(
            "The register can be read, but its disk is full or it is being looked after. Nothing "
            "was changed. Try again later; your browser’s “Back” brings what you typed."
        )
    status = 503 if is_busy else 500
    try:
        response = _answer(request, status, title=title, detail=detail)
    except Exception:
        logger.exception("The page that reports an error failed, too.")
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if is_busy:
        response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _answer(
    request: HttpRequest,
    status: int,
    *,
    title: str,
    detail: str,
    template: str = "error.html",
    kind: str = "about:blank",
) -> HttpResponse:
    if is_for_programs(request.path):
        return problem(status=status, title=title, detail=detail, kind=kind)
    if is_image(request.path):
        text = f"{title}\n\n{detail}\n"
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    context = {"title": title, "detail": detail, **register(request)}
    return HttpResponse(_page(template, get_language(), **context), status=status)


@lru_cache(maxsize=64)
def _page(template: str, language: str | None, **context: Hashable) -> str:
    """Render an error page, which depends on these alone: many may be asked for at once."""
    return render_to_string(template, context)
