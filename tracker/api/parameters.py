"""Read the filter, the moment and the page from a request, or refuse it and name every error.

As with files, every doubt is an error: the response to a different question would be believed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.api.problems import bad_parameters
from tracker.filters import CommitmentFilter, ViewpointForm
from tracker.lib.problem_details import Errors, parameter_errors
from tracker.queries.viewpoint import Viewpoint

MOST_PER_PAGE = 200
PAGING = ("page", "per_page")


def whole_number(text: str) -> int | None:
    """Parse at most nineteen ASCII digits; return None for anything else."""
    digits = text.lstrip("0") or text[:1]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def between(
    params: QueryDict, name: str, *, least: int, most: int, default: int, errors: Errors
) -> int:
    """Return the whole number that a parameter gives, and add what is wrong to `errors`."""
    text = params.get(name, "")
    number = whole_number(text) if text else default
    if number is not None and least <= number <= most:
        return number
    values = {"text": text[:40], "least": least, "most": most}
    errors[name] = [_("“%(text)s” is not a whole number from %(least)d to %(most)d.") % values]
    return default


@dataclass(frozen=True, slots=True)
class Cut:
    """The requested page and its number of rows."""

    page: int
    per_page: int


def read_cut(params: QueryDict, errors: Errors) -> Cut:
    page = between(params, "page", least=1, most=10**9, default=1, errors=errors)
    usual = settings.ROWS_PER_PAGE
    per_page = between(
        params, "per_page", least=1, most=MOST_PER_PAGE, default=usual, errors=errors
    )
    return Cut(page, per_page)


def refuse_unknown(params: QueryDict, *known: str) -> None:
    """Raise Refused if there is an unknown parameter."""
    if errors := parameter_errors(params, known):
        raise bad_parameters(errors)


def read_filter(params: QueryDict, today: dt.date) -> tuple[CommitmentFilter, Cut]:
    """Return the dashboard's filter and the requested page; raise Refused."""
    filterset = CommitmentFilter(params, today=today)
    errors = parameter_errors(params, [*filterset.filters, *PAGING], filterset.errors)
    cut = read_cut(params, errors)
    if errors:
        raise bad_parameters(errors)
    return filterset, cut


def read_viewpoint(
    params: QueryDict, today: dt.date, *, paging: Sequence[str] = ()
) -> tuple[Viewpoint, Cut]:
    """Return the moment, and the page with those of `PAGING` that are allowed; raise Refused."""
    form = ViewpointForm(params, today=today)
    errors = parameter_errors(params, [*form.fields, *paging], form.errors)
    cut = read_cut(params, errors) if paging else Cut(1, MOST_PER_PAGE)
    if errors:
        raise bad_parameters(errors)
    return form.viewpoint, cut
