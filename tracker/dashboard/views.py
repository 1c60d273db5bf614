"""The dashboard, the log of changes, the methodology and the health check."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from tracker.answers import head_of, public_answer
from tracker.dashboard.facets import facets
from tracker.dashboard.listing import filter_of, listing, matched, offered_choices
from tracker.dashboard.paging import paginate
from tracker.dashboard.structured_data import dataset_data
from tracker.dashboard.vocabulary import vocabulary
from tracker.filters import ChangeFilter
from tracker.filters.words import chips, log_sentence
from tracker.queries.health import health
from tracker.queries.lists.other_matches import named_so
from tracker.queries.log.change_summary import summarise


@public_answer
def dashboard(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    filterset = filter_of(request, today=today)
    [words] = filterset.active.get("q", [""])
    context = {
        "structured_data": dataset_data(request, head_of(request)),
        # Records named like the search words, by their names of today.
        "named": [] if filterset.viewpoint.is_past else named_so(words),
        **listing(request, filterset),
    }
    return render(request, "dashboard/dashboard.html", context)


@public_answer
def changes(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    choices = offered_choices(request, today=today)
    filterset = ChangeFilter(request.GET, today=today, choices=choices)
    paging = paginate(filterset.log, request.GET, per_page=settings.ROWS_PER_PAGE)
    context = {
        "filter": filterset,
        "facets": facets(filterset, matched(request, filterset)),
        "chips": chips(filterset),
        "sentence": log_sentence(filterset),
        "paging": paging,
        "lines": summarise(paging.rows, known=filterset.viewpoint.known),
        "head": head_of(request),
    }
    return render(request, "dashboard/changes.html", context)


@public_answer
def methodology(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return render(request, "dashboard/methodology.html", vocabulary())


def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 if the database responds, stores data and is migrated, otherwise 503."""
    state = health(now=timezone.now())
    return JsonResponse(
        state, status=200 if state["ok"] else 503, headers={"Cache-Control": "no-store"}
    )
