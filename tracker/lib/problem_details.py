"""Error responses for programs: Problem Details for HTTP APIs (RFC 9457)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tracker.lib.json_text import to_json

CONTENT_TYPE = "application/problem+json"

Errors = dict[str, list[str]]


def parameter_errors(
    params: Iterable[str],
    known: Collection[str],
    invalid: Mapping[str, Iterable[object]] | None = None,
) -> Errors:
    """Return sentences by parameter: for the `invalid` values of a form, and for unknown names."""
    errors = {name: [str(error) for error in given] for name, given in (invalid or {}).items()}
    for name in params:
        if name not in known:
            errors[name] = [_("There is no parameter “%s” here.") % name[:60]]
    return errors


def problem(
    *,
    status: int,
    title: str,
    detail: str,
    kind: str = "about:blank",
    errors: Mapping[str, Iterable[object]] | None = None,
    members: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Return an error response with the members of RFC 9457.

    `kind` becomes `type`: a URL that explains this kind of error to a developer. `errors` maps the
    name of a parameter to sentences about it; each becomes one object of the extension member
    `errors` (section 3.2 of the RFC). `members` are further extension members.
    """
    payload: dict[str, object] = {"type": kind, "title": title, "status": status, "detail": detail}
    payload |= members or {}
    if errors is not None:
        payload["errors"] = [
            {"parameter": name, "detail": str(sentence)}
            for name, sentences in errors.items()
            for sentence in sentences
        ]
    return HttpResponse(
        to_json(payload, indent=2) + "\n",
        status=status,
        content_type=CONTENT_TYPE,
    )
