"""The strip that other sites embed in a frame: a summary of the commitments of a filter."""

from __future__ import annotations

import datetime as dt

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt

from tracker.answers import public_answer
from tracker.dashboard.listing import filter_of, matched
from tracker.filters.words import sentence


# Outside public_answer, so that a 304 allows framing too. Clickjacking is no risk: the strip only
# links to the register, in a new tab.
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@public_answer
def embed_status(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    filterset = filter_of(request, today=today)
    matches = matched(request, filterset)
    context = {
        "filter": filterset,
        "viewpoint": filterset.viewpoint,
        "sentence": sentence(filterset),
        "headline": matches.headline() if matches is not None else None,
    }
    return render(request, "embed/status.html", context, status=400 if matches is None else 200)
