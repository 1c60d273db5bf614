"""Errors of the API as Problem Details (RFC 9457): one exception, one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from tracker import error_pages
from tracker.lib.costly_work import BusyError
from tracker.lib.problem_details import Errors, problem


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818 - not a bug: a response
    """Raised to respond with an error; `kind` is the anchor of its explanation in the docs."""

    status: int
    kind: str
    _: KW_ONLY
    title: str
    detail: str
    errors: Errors | None = None
    members: Mapping[str, object] | None = None


def bad_parameters(errors: Errors) -> Refused:
    return Refused(
        400,
        "bad-parameters",
        title=_("This cannot be answered as asked"),
        detail=_("The address has parameters that cannot be followed, so there is no answer."),
        errors=errors,
    )


def not_found(detail: str = "") -> Refused:
    return Refused(
        404,
        "not-found",
        title=_("There is nothing here"),
        detail=detail or _("Nothing that is public has this address."),
    )


def method_not_allowed() -> Refused:
    return Refused(
        405,
        "method-not-allowed",
        title=_("The API only answers questions"),
        detail=_("Use GET or HEAD. Nothing can be changed here."),
    )


def not_acceptable(available: Sequence[str]) -> Refused:
    return Refused(
        406,
        "not-acceptable",
        title=_("There is no such representation"),
        detail=_("The header Accept asks for none of what there is: %(available)s.")
        % {"available": ", ".join(available)},
        members={"available": list(available)},
    )


def explanation(request: HttpRequest, kind: str) -> str:
    """Return the address at which the documentation explains a kind of error."""
    return request.build_absolute_uri(f"{reverse('api-docs')}#{kind}")


def busy(request: HttpRequest, error: BusyError) -> HttpResponse:
    return error_pages.busy(request, error, explanation(request, "busy"))


def as_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    return problem(
        status=refused.status,
        title=refused.title,
        detail=refused.detail,
        kind=explanation(request, refused.kind),
        errors=refused.errors,
        members=refused.members,
    )


def as_problem(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Return the response to an exception, as DRF's handler; None for a bug, which is raised."""
    match error:
        case Refused():
            refused = error
        case Http404():
            refused = not_found()
        case exceptions.NotAcceptable():
            renderers = context["view"].get_renderers()
            refused = not_acceptable([renderer.media_type for renderer in renderers])
        case exceptions.APIException():
            status = error.status_code
            refused = Refused(status, "refused", title=_("Refused"), detail=str(error.detail))
        case _:
            return None
    return as_response(context["request"]._request, refused)
