"""The dashboard, the methodology and the health check."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from tracker.answers import head_of, public_answer
from tracker.dashboard.listing import filter_of, listing
from tracker.dashboard.structured_data import dataset_data
from tracker.dashboard.vocabulary import vocabulary
from tracker.queries.health import health
from tracker.queries.lists.other_matches import named_so


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
def methodology(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return render(request, "dashboard/methodology.html", vocabulary())


def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 if the database responds, stores data and is migrated, otherwise 503."""
    state = health(now=timezone.now())
    return JsonResponse(
        state, status=200 if state["ok"] else 503, headers={"Cache-Control": "no-store"}
    )
