"""The filtered table of commitments, for the dashboard and the pages of single records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracker.answers import head_of
from tracker.dashboard.facets import facets
from tracker.dashboard.paging import chosen_size, page_sizes, paginate
from tracker.dashboard.tables import CommitmentTable, columns_shown
from tracker.filters import CommitmentFilter, ViewpointForm
from tracker.filters.bitset_filter import Matches
from tracker.filters.words import chips, sentence
from tracker.queries.lists.facet_bitsets import Choices, facet_bitsets_at
from tracker.queries.lists.rows import rows
from tracker.queries.viewpoint import Viewpoint


def filter_of(request: HttpRequest, *, today: dt.date, scope: Q | None = None) -> CommitmentFilter:
    """Return the filter of a request with its choices loaded."""
    choices = offered_choices(request, today=today)
    return CommitmentFilter(request.GET, today=today, scope=scope, choices=choices)


def offered_choices(request: HttpRequest, *, today: dt.date) -> Choices:
    """Return the topics, parties, forums and meetings to choose from at the requested moment."""
    form = ViewpointForm(request.GET, today=today)
    viewpoint = form.viewpoint if form.is_valid() else Viewpoint(today)
    return facet_bitsets_at(head_of(request), viewpoint).choices


def matched_sets(request: HttpRequest, filterset: CommitmentFilter) -> Matches | None:
    """Return what a valid filter matches, or None if it is invalid."""
    if not filterset.is_valid():
        return None
    return Matches(filterset, facet_bitsets_at(head_of(request), filterset.viewpoint))


def listing(request: HttpRequest, filterset: CommitmentFilter) -> dict[str, Any]:
    """Return the template context of a page with the table of commitments."""
    sets = matched_sets(request, filterset)
    sizes = page_sizes(request.GET, usual=settings.ROWS_PER_PAGE)
    listed = sets if sets is not None else filterset.qs
    paging = paginate(listed, request.GET, per_page=chosen_size(sizes))
    page_of_rows = rows(paging.rows, filterset.viewpoint, related=columns_shown(request.GET))
    title = sentence(filterset) if filterset.is_valid() else _("Commitments")
    return {
        "filter": filterset,
        "viewpoint": filterset.viewpoint,
        "paging": paging,
        "table": CommitmentTable(page_of_rows, params=request.GET, caption=title),
        "headline": sets.headline() if sets is not None else None,
        "facets": facets(filterset, sets),
        "chips": chips(filterset) if filterset.is_valid() else [],
        "sentence": title,
        "page_sizes": sizes,
        "usual_page_size": settings.ROWS_PER_PAGE,
    }
