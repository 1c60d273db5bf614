"""Why a file is not written: each parameter that means nothing or has a bad value, in words.

A page can say beside a field that it was ignored; a file that silently held everything would be
believed. So here every doubt is an error.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.filters import CommitmentFilter
from tracker.lib.problem_details import problem

# How a page is cut and shown; a file is whole.
_OF_PAGES = ("page", "per_page", "show")


def faults(found: CommitmentFilter) -> dict[str, list[str]]:
    """Sentences by parameter; none when the file can be written."""
    told = {name: [str(e) for e in errors] for name, errors in found.errors.items()}
    for name in found.params:
        if name in _OF_PAGES:
            told[name] = [_("A file holds every row and every column; leave “%s” out.") % name]
        elif name not in found.filters:
            told[name] = [_("There is no parameter “%s” here.") % name[:60]]
    return told


def refusal(
    request: HttpRequest, *, detail: str, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """400 as Problem Details, with the address that explains files and their parameters."""
    explained = request.build_absolute_uri(f"{reverse('data-dictionary')}#errors")
    return problem(
        status=400,
        title=_("This file cannot be made as asked for"),
        detail=detail,
        kind=explained,
        errors=errors,
    )
