"""The strip that other sites show in a frame: how the commitments of a filter stand."""

from __future__ import annotations

import datetime as dt

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt

from tracker.answers import public_answer
from tracker.dashboard.listing import asked_for, found_sets
from tracker.filters.words import sentence


# Outside of public_answer, so that a 304 allows frames too. There is nothing to click by mistake
# here: the strip only links to the register, in a tab of its own.
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@public_answer
def embed_status(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = asked_for(request, today=today)
    is_valid = found.is_valid()
    sets = found_sets(request, found)
    context = {
        "filter": found,
        "moment": found.moment,
        "sentence": sentence(found) if is_valid else _("Commitments"),
        "headline": sets.headline() if sets is not None else None,
    }
    return render(request, "embed/status.html", context, status=200 if is_valid else 400)
