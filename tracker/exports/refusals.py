"""Errors of a file request: each parameter that is unknown or invalid, in a sentence.

A page can show beside a field that it was ignored, but a file that silently held every row would be
believed. So every doubt is an error here.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.filters import CommitmentFilter
from tracker.lib.problem_details import problem

# Paging and display of pages; a file holds everything.
_PAGE_PARAMETERS = ("page", "per_page", "show")


def faults(filterset: CommitmentFilter) -> dict[str, list[str]]:
    """Return error sentences by parameter; empty if the file can be written."""
    errors = {name: [str(e) for e in given] for name, given in filterset.errors.items()}
    for name in filterset.params:
        if name in _PAGE_PARAMETERS:
            errors[name] = [_("A file holds every row and every column; leave “%s” out.") % name]
        elif name not in filterset.filters:
            errors[name] = [_("There is no parameter “%s” here.") % name[:60]]
    return errors


def refusal(
    request: HttpRequest, *, detail: str, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """Return 400 as Problem Details, with a link to the help on files and parameters."""
    explained = request.build_absolute_uri(f"{reverse('data-dictionary')}#errors")
    return problem(
        status=400,
        title=_("This file cannot be made as asked for"),
        detail=detail,
        kind=explained,
        errors=errors,
    )
