"""The strip that other sites show in a frame: how the commitments of a filter stand."""

from __future__ import annotations

import datetime as dt

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt

from tracker.answers import public_answer
from tracker.filters import CommitmentFilter
from tracker.filters.words import sentence
from tracker.queries.rows import headline


# Outside of public_answer, so that a 304 allows frames too. There is nothing to click by mistake
# here: the strip only links to the register, in a tab of its own.
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@public_answer
def embed_status(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = CommitmentFilter(request.GET, today=today)
    is_valid = found.is_valid()
    context = {
        "filter": found,
        "moment": found.moment,
        "sentence": sentence(found) if is_valid else _("Commitments"),
        "headline": headline(found.found(), found.moment) if is_valid else None,
    }
    return render(request, "embed/status.html", context, status=200 if is_valid else 400)
