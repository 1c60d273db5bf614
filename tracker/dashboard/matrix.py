"""The matrix page: commitments by meetings, with a filter and a choice of meetings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.answers import public_answer
from tracker.dashboard.listing import matched, offered_choices, paged
from tracker.dashboard.matrix_cells import row_fragments
from tracker.dashboard.paging import page_size, paginate
from tracker.filters import CommitmentFilter
from tracker.filters.fields import OneOfFilter
from tracker.queries.lists.rows import rows
from tracker.queries.records.matrix import matrix as matrix_of
from tracker.queries.records.matrix import matrix_meetings

ALL = "all"
# As many as fit a wide screen or a landscape page; older meetings are on further pages.
COLUMNS_PER_PAGE = 12
COLUMN_SIZES = (COLUMNS_PER_PAGE, 24, 40)


class MatrixFilter(CommitmentFilter):
    """The dashboard's filter plus `columns`: the forum whose meetings are shown, or "all"."""

    page_parameters = CommitmentFilter.page_parameters | {"columns_page", "columns_per_page"}
    not_narrowing = CommitmentFilter.not_narrowing | {"columns"}
    columns = OneOfFilter(
        choices=(),  # set on each instance
        method="nothing",
        label=gettext_lazy("Meetings shown"),
        empty_label=None,
        error_messages={
            "invalid_choice": gettext_lazy(
                "There is no forum “%(value)s” here. Choose from the list."
            )
        },
    )

    @property
    def columns_forum(self) -> str:
        """The slug of the forum whose meetings are columns, or empty for all meetings."""
        chosen = self.form.cleaned_data.get("columns") if self.is_valid() else ""
        return "" if chosen in {None, ALL} else str(chosen)

    def column_links(self) -> list[dict[str, Any]]:
        """Return each choice of columns with its address and whether it is current."""
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
    columns = [(ALL, _("All meetings")), *choices["forum"]]
    filterset = MatrixFilter(request.GET, today=today, choices={**choices, "columns": columns})
    matches, viewpoint = matched(request, filterset), filterset.viewpoint
    meetings = matrix_meetings(viewpoint, forum=filterset.columns_forum)
    if matches is None:
        meetings = meetings.none()
    column_size = page_size(
        request.GET, parameter="columns_per_page", sizes=COLUMN_SIZES, usual=COLUMNS_PER_PAGE
    )
    column_paging = paginate(meetings, request.GET, per_page=column_size, parameter="columns_page")
    context = paged(request, filterset, matches)
    page_of_rows = rows(context["paging"].rows, viewpoint, related={"parties"})
    grid = matrix_of(page_of_rows, column_paging.rows, viewpoint)
    context |= {
        "column_sizes": COLUMN_SIZES,
        "usual_column_size": COLUMNS_PER_PAGE,
        "column_paging": column_paging,
        "matrix": grid,
        "row_fragments": row_fragments(grid, viewpoint),
    }
    return render(request, "dashboard/matrix.html", context)
