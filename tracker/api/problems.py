"""Errors of the API as Problem Details (RFC 9457): one exception, one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from tracker.lib.problem_details import problem
from tracker.whole_files import COME_BACK, busy_sentence

Errors = Mapping[str, Sequence[object]]


class Refused(Exception):  # noqa: N818 - not a bug: a response
    """Raised to respond with an error; `kind` is the anchor of its explanation in the docs."""

    def __init__(
        self,
        status: int,
        kind: str,
        *,
        title: str,
        detail: str,
        errors: Errors | None = None,
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail
        self.errors, self.members, self.headers = errors, members, headers


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


def busy() -> Refused:
    return Refused(
        503,
        "busy",
        title=_("Busy with other files"),
        detail=busy_sentence(),
        headers={"Retry-After": str(COME_BACK), "Cache-Control": "no-store"},
    )


def method_not_allowed() -> Refused:
    return Refused(
        405,
        "method-not-allowed",
        title=_("The API only answers questions"),
        detail=_("Use GET or HEAD. Nothing can be changed here."),
        headers={"Allow": ALLOWED},
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


ALLOWED = "GET, HEAD, OPTIONS"


def as_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    explained = request.build_absolute_uri(f"{reverse('api-docs')}#{refused.kind}")
    response = problem(
        status=refused.status,
        title=refused.title,
        detail=refused.detail,
        kind=explained,
        errors=refused.errors,
        members=refused.members,
    )
    for name, value in (refused.headers or {}).items():
        response[name] = value
    return response


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
