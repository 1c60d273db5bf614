"""The page of one document, with all that rests on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.not_here import following_renames, not_yet
from tracker.dashboard.paging import Paging, paginate
from tracker.dashboard.structured_data import source_data
from tracker.filters import MomentForm
from tracker.models import Source
from tracker.queries.evidence import resting_on, with_what_rests
from tracker.queries.moments import Moment
from tracker.queries.visibility import public_meetings, public_notes, public_sources


@public_answer
@following_renames("source")
def source(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    form = MomentForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "dashboard/bad_moment.html", {"form": form}, status=400)
    moment = form.moment
    record = public_sources(known_at=moment.known_at).filter(slug=slug).first()
    if record is None:
        titles = public_sources().filter(slug=slug).values_list("title", flat=True)
        return not_yet(request, titles.first(), moment)
    return render(request, "dashboard/source.html", _context(request, record, moment))


def _context(request: HttpRequest, record: Source, moment: Moment) -> dict[str, Any]:
    paging: Paging = paginate(
        resting_on(record, moment), request.GET, per_page=settings.ROWS_PER_PAGE
    )
    meetings: QuerySet[Any] = public_meetings(known_at=moment.known_at).filter(sources=record)
    if moment.as_of is not None:
        meetings = meetings.filter(first_day__lte=moment.as_of)
    notes = public_notes(known_at=moment.known_at).filter(source=record)
    return {
        "source": record,
        "moment": moment,
        "paging": paging,
        "citations": with_what_rests(paging.rows),
        "meetings": meetings,
        "notes": notes.select_related("meeting", "commitment"),
        "structured_data": source_data(request, record),
    }
