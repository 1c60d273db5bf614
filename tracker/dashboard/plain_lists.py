"""The lists of sources, parties, topics and forums, today or on an earlier day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.paging import paginate
from tracker.filters import ViewpointForm
from tracker.queries.reference_data import forums_by, parties_by, topics_by
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known, public_sources


def _listed(
    request: HttpRequest,
    template: str,
    listed_by: Callable[[Viewpoint], QuerySet[Any]],
    *,
    today: dt.date,
) -> HttpResponse:
    form = ViewpointForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "dashboard/bad_moment.html", {"form": form}, status=400)
    viewpoint = form.viewpoint
    paging = paginate(listed_by(viewpoint), request.GET, per_page=settings.ROWS_PER_PAGE)
    shown = as_known(paging.rows, viewpoint)
    return render(request, template, {"paging": paging, "rows": shown, "viewpoint": viewpoint})


@public_answer
def sources(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return _listed(request, "dashboard/sources.html", public_sources, today=today)


@public_answer
def parties(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return _listed(request, "dashboard/parties.html", parties_by, today=today)


@public_answer
def topics(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return _listed(request, "dashboard/topics.html", topics_by, today=today)


@public_answer
def forums(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return _listed(request, "dashboard/forums.html", forums_by, today=today)
