"""The public pages: filter, query, render. Rules live in queries; nothing here writes."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from tracker.answers import head_of, public_answer
from tracker.dashboard.facets import facets
from tracker.dashboard.listing import asked_for, found_sets, listing, offered_choices
from tracker.dashboard.paging import paginate
from tracker.dashboard.structured_data import dataset_data
from tracker.dashboard.vocabulary import vocabulary
from tracker.filters import ChangeFilter, CommitmentFilter
from tracker.filters.words import chips, log_sentence
from tracker.queries.change_lines import lines
from tracker.queries.health import health
from tracker.queries.named_so import Named, named_so


@public_answer
def dashboard(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = asked_for(request, today=today)
    structured = dataset_data(request, head_of(request))
    context = {"structured_data": structured, "named": _named(found), **listing(request, found)}
    return render(request, "dashboard/dashboard.html", context)


def _named(found: CommitmentFilter) -> list[Named]:
    """What else is named by the words searched for; nothing when looking back."""
    words = found.active.get("q")
    return named_so(words[0]) if words and not found.moment.is_past else []


@public_answer
def changes(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    choices = offered_choices(request, today=today)
    found = ChangeFilter(request.GET, today=today, choices=choices)
    paging = paginate(found.log, request.GET, per_page=settings.ROWS_PER_PAGE)
    context = {
        "filter": found,
        "facets": facets(found, found_sets(request, found)),
        "chips": chips(found) if found.is_valid() else [],
        "sentence": log_sentence(found) if found.is_valid() else "",
        "paging": paging,
        "lines": lines(paging.rows, known=found.known),
        "head": head_of(request),
    }
    return render(request, "dashboard/changes.html", context)


@public_answer
def methodology(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return render(request, "dashboard/methodology.html", vocabulary())


def healthz(request: HttpRequest) -> JsonResponse:
    """For operations: 200 when the database answers, stores and is migrated, 503 otherwise."""
    state = health(now=timezone.now())
    return JsonResponse(
        state, status=200 if state["ok"] else 503, headers={"Cache-Control": "no-store"}
    )
