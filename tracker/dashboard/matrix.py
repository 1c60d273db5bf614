"""The page of commitments by meetings: the filter of the dashboard, and which meetings to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.answers import public_answer
from tracker.dashboard.facets import facets
from tracker.dashboard.listing import found_sets, offered_choices
from tracker.dashboard.matrix_cells import row_fragments
from tracker.dashboard.paging import chosen_size, page_sizes, paginate
from tracker.dashboard.tables import looking_back
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import FoundRows
from tracker.filters.fields import OneOfFilter
from tracker.filters.words import chips, sentence
from tracker.queries.matrix import matrix as matrix_of
from tracker.queries.matrix import matrix_meetings
from tracker.queries.rows import rows

ALL = "all"
# As many as a wide screen and a landscape page show at once; older meetings are a page away.
COLUMNS_PER_PAGE = 12
COLUMN_SIZES = (COLUMNS_PER_PAGE, 24, 40)


# What an address of the matrix may hold besides: how its meetings are cut.
_PAGE_PARAMETERS = {"columns_page", "columns_per_page"}


def _columns(forums: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(ALL, _("All meetings")), *forums]


class MatrixFilter(CommitmentFilter):
    """The filter of the dashboard and `columns`: the forum whose meetings are shown, or "all"."""

    columns = OneOfFilter(
        choices=(),  # given to each filter
        method="nothing",
        label=gettext_lazy("Meetings shown"),
        empty_label=None,
        error_messages={
            "invalid_choice": gettext_lazy(
                "There is no forum “%(value)s” here. Choose from the list."
            )
        },
    )

    @cached_property
    def active(self) -> dict[str, list[str]]:
        return {name: values for name, values in super().active.items() if name != "columns"}

    @cached_property
    def unknown(self) -> list[str]:
        return [name for name in super().unknown if name not in _PAGE_PARAMETERS]

    @property
    def columns_forum(self) -> str:
        """The address of the forum whose meetings are columns; empty for all of them."""
        chosen = self.form.cleaned_data.get("columns") if self.is_valid() else ""
        return "" if chosen in {None, ALL} else str(chosen)

    def column_links(self) -> list[dict[str, Any]]:
        """Each choice of columns, its address, and whether it is the one shown."""
        links = []
        for value, label in self.choices("columns"):
            params = self.params.copy()
            for name in ("columns", "columns_page"):
                params.pop(name, None)
            if value != ALL:
                params["columns"] = value
            is_shown = self.is_valid() and value == (self.columns_forum or ALL)
            links.append({"label": label, "href": f"?{params.urlencode()}", "is_shown": is_shown})
        return links


@public_answer
def matrix(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    choices = offered_choices(request, today=today)
    columns = _columns(choices["forum"])
    found = MatrixFilter(request.GET, today=today, choices={**choices, "columns": columns})
    sets = found_sets(request, found)
    moment, is_valid = found.moment, found.is_valid()
    meetings = matrix_meetings(moment, forum=found.columns_forum)
    if not is_valid:
        meetings = meetings.none()
    listed = FoundRows(sets) if sets is not None else found.qs
    sizes = page_sizes(request.GET, usual=settings.ROWS_PER_PAGE)
    column_sizes = page_sizes(
        request.GET, parameter="columns_per_page", sizes=COLUMN_SIZES, usual=COLUMNS_PER_PAGE
    )
    paging = paginate(listed, request.GET, per_page=chosen_size(sizes))
    column_paging = paginate(
        meetings, request.GET, per_page=chosen_size(column_sizes), parameter="columns_page"
    )
    page_of_rows = rows(paging.rows, moment, related={"parties"})
    laid = matrix_of(page_of_rows, column_paging.rows, moment)
    context = {
        "filter": found,
        "facets": facets(found, sets),
        "chips": chips(found) if is_valid else [],
        "sentence": sentence(found) if is_valid else _("Commitments"),
        "moment": moment,
        "paging": paging,
        "page_sizes": sizes,
        "usual_page_size": settings.ROWS_PER_PAGE,
        "column_sizes": column_sizes,
        "usual_column_size": COLUMNS_PER_PAGE,
        "column_paging": column_paging,
        "matrix": laid,
        "row_fragments": row_fragments(laid, looking_back(request.GET)),
    }
    return render(request, "dashboard/matrix.html", context)
