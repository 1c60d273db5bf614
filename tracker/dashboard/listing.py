"""The table of commitments with its filter, as the dashboard and the pages of one thing show it."""

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
from tracker.filters import CommitmentFilter, MomentForm
from tracker.filters.bitset_filter import FoundRows, FoundSets
from tracker.filters.words import chips, sentence
from tracker.queries.moments import Moment
from tracker.queries.rows import rows
from tracker.queries.value_sets import Choices, value_sets_at


def asked_for(request: HttpRequest, *, today: dt.date, scope: Q | None = None) -> CommitmentFilter:
    """The filter of a request, with the choices that it offers at hand."""
    choices = offered_choices(request, today=today)
    return CommitmentFilter(request.GET, today=today, scope=scope, choices=choices)


def offered_choices(request: HttpRequest, *, today: dt.date) -> Choices:
    """The topics, parties, forums and meetings that a filter offers, at the moment asked for."""
    form = MomentForm(request.GET, today=today)
    moment = form.moment if form.is_valid() else Moment(today)
    return value_sets_at(head_of(request), moment).choices


def found_sets(request: HttpRequest, found: CommitmentFilter) -> FoundSets | None:
    """What a valid filter finds; None for one with an error."""
    if not found.is_valid():
        return None
    return FoundSets(found, value_sets_at(head_of(request), found.moment))


def listing(request: HttpRequest, found: CommitmentFilter) -> dict[str, Any]:
    """What every page with the table of commitments needs."""
    sets = found_sets(request, found)
    sizes = page_sizes(request.GET, usual=settings.ROWS_PER_PAGE)
    listed = FoundRows(sets) if sets is not None else found.qs
    paging = paginate(listed, request.GET, per_page=chosen_size(sizes))
    page_of_rows = rows(paging.rows, found.moment, related=columns_shown(request.GET))
    told = sentence(found) if found.is_valid() else _("Commitments")
    return {
        "filter": found,
        "moment": found.moment,
        "paging": paging,
        "table": CommitmentTable(page_of_rows, params=request.GET, caption=told),
        "headline": sets.headline() if sets is not None else None,
        "facets": facets(found, sets),
        "chips": chips(found) if found.is_valid() else [],
        "sentence": told,
        "page_sizes": sizes,
        "usual_page_size": settings.ROWS_PER_PAGE,
    }
