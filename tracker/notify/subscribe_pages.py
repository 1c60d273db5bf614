"""The page that explains each way of following the register with a filter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tracker.answers import today
from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence


@require_safe
def subscribe(request: HttpRequest) -> HttpResponse:
    found = ChangeFilter(request.GET, today=today(), follows=True)
    context = {"filter": found, "sentence": log_sentence(found) if found.is_valid() else ""}
    return render(request, "subscribe/subscribe.html", context)
