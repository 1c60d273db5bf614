"""The filtered table of commitments, for the dashboard and the pages of single records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tracker.answers import head_of
from tracker.dashboard.facets import facets
from tracker.dashboard.paging import SIZES, page_size, paginate
from tracker.dashboard.tables import CommitmentTable, columns_shown
from tracker.filters import CommitmentFilter, ViewpointForm
from tracker.filters.bitset_filter import Matches
from tracker.filters.commitments import Scope
from tracker.filters.words import chips, sentence
from tracker.queries.lists.facet_bitsets import Choices, facet_bitsets_at
from tracker.queries.lists.rows import rows


def filter_of(
    request: HttpRequest, *, today: dt.date, scope: Scope | None = None
) -> CommitmentFilter:
    """Return the filter of a request with its choices loaded."""
    choices = offered_choices(request, today=today)
    return CommitmentFilter(request.GET, today=today, scope=scope, choices=choices)


def offered_choices(request: HttpRequest, *, today: dt.date) -> Choices:
    """Return the topics, parties, forums and meetings to choose from at the requested viewpoint."""
    viewpoint = ViewpointForm(request.GET, today=today).viewpoint
    return facet_bitsets_at(head_of(request), viewpoint).choices


def matched(request: HttpRequest, filterset: CommitmentFilter) -> Matches | None:
    """Return what a valid filter matches, or None if it is invalid."""
    if not filterset.is_valid():
        return None
    return Matches(filterset, facet_bitsets_at(head_of(request), filterset.viewpoint))


def filter_context(filterset: CommitmentFilter, matches: Matches | None) -> dict[str, Any]:
    """Return the template context of every page with a filter of commitments."""
    return {
        "filter": filterset,
        "viewpoint": filterset.viewpoint,
        "facets": facets(filterset, matches),
        "chips": chips(filterset),
        "sentence": sentence(filterset),
    }


def paged(
    request: HttpRequest, filterset: CommitmentFilter, matches: Matches | None
) -> dict[str, Any]:
    """Return the context of a page that lists what the filter matches, without its rows."""
    size = page_size(request.GET, usual=settings.ROWS_PER_PAGE)
    listed = matches if matches is not None else filterset.qs
    return {
        **filter_context(filterset, matches),
        "paging": paginate(listed, request.GET, per_page=size),
        "page_sizes": SIZES,
        "usual_page_size": settings.ROWS_PER_PAGE,
    }


def listing(request: HttpRequest, filterset: CommitmentFilter) -> dict[str, Any]:
    """Return the template context of a page with the table of commitments."""
    matches = matched(request, filterset)
    context = paged(request, filterset, matches)
    shown = columns_shown(request.GET)
    page_of_rows = rows(context["paging"].rows, filterset.viewpoint, related=shown)
    table = CommitmentTable(
        page_of_rows, params=request.GET, viewpoint=filterset.viewpoint, caption=context["sentence"]
    )
    headline = matches.headline() if matches is not None else None
    return {**context, "table": table, "headline": headline}
