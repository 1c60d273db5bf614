"""The page of one source, with everything that cites it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.not_here import at_viewpoint, following_renames, not_yet
from tracker.dashboard.paging import Paging, paginate
from tracker.dashboard.structured_data import source_data
from tracker.models import Source
from tracker.queries.records.source import left_out_of, resting_on, source_at, with_what_rests
from tracker.queries.reference_data import meetings_of, notes_of
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known


@public_answer
@following_renames("source")
@at_viewpoint
def source(request: HttpRequest, slug: str, *, viewpoint: Viewpoint) -> HttpResponse:
    record = source_at(slug, viewpoint)
    if record is None:
        return not_yet(request, "source", slug, viewpoint)
    return render(request, "dashboard/source.html", _context(request, record, viewpoint))


def _context(request: HttpRequest, record: Source, viewpoint: Viewpoint) -> dict[str, Any]:
    keys = resting_on(record, viewpoint)
    paging: Paging = paginate(keys, request.GET, per_page=settings.ROWS_PER_PAGE)
    notes = notes_of(record, viewpoint).select_related("source", "meeting", "commitment")
    return {
        "source": record,
        "viewpoint": viewpoint,
        "paging": paging,
        "is_by_commitment": isinstance(keys, QuerySet),
        "citations": with_what_rests(paging.rows, viewpoint),
        "meetings": as_known(meetings_of(record, viewpoint), viewpoint),
        "notes": as_known(notes, viewpoint),
        "left_out": left_out_of(record, viewpoint),
        "structured_data": source_data(request, record),
    }
