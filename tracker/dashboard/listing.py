"""The table of commitments with its filter, as the dashboard and the pages of one thing show it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracker.dashboard.facets import facets
from tracker.dashboard.paging import page_sizes, paginate
from tracker.dashboard.tables import CommitmentTable
from tracker.filters import CommitmentFilter
from tracker.filters.words import chips, sentence
from tracker.queries.rows import rows


def listing(request: HttpRequest, found: CommitmentFilter) -> dict[str, Any]:
    """What every page with the table of commitments needs."""
    sizes = page_sizes(request.GET)
    per_page = next(size.value for size in sizes if size.is_chosen)
    paging = paginate(found.qs, request.GET, per_page=per_page)
    page_of_rows = rows(paging.rows, found.moment) if found.is_valid() else []
    told = sentence(found) if found.is_valid() else _("Commitments")
    return {
        "filter": found,
        "moment": found.moment,
        "paging": paging,
        "table": CommitmentTable(page_of_rows, params=request.GET, caption=told),
        "facets": facets(found),
        "chips": chips(found) if found.is_valid() else [],
        "sentence": told,
        "page_sizes": sizes,
        "usual_page_size": settings.ROWS_PER_PAGE,
    }
