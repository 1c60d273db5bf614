"""The page of the log of changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from tracker.answers import head_of, public_answer
from tracker.dashboard.facets import facets
from tracker.dashboard.listing import matched, offered_choices
from tracker.dashboard.paging import paginate
from tracker.filters import ChangeFilter
from tracker.filters.words import chips, log_sentence
from tracker.lib.query_strings import normal_address
from tracker.models import LogHead
from tracker.queries.log.change_summary import summarise
from tracker.queries.log.stretches import LinesFound, WholeLog, stretch


class LogPageFilter(ChangeFilter):
    """The filter of the page, on which `before` chooses a stretch of the log."""

    page_parameters = ChangeFilter.page_parameters | {"before"}


@public_answer
def changes(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    choices = offered_choices(request, today=today)
    filterset = LogPageFilter(request.GET, today=today, choices=choices)
    head = head_of(request)
    context = {
        "filter": filterset,
        "facets": facets(filterset, matched(request, filterset)),
        "chips": chips(filterset),
        "sentence": log_sentence(filterset),
        "head": head,
        **_page(request.GET, filterset, head),
    }
    context["lines"] = summarise(context["paging"].rows, known=filterset.viewpoint.known)
    return render(request, "dashboard/changes.html", context)


def _page(params: QueryDict, filterset: ChangeFilter, head: LogHead) -> dict[str, Any]:
    """Return the page of lines and, where the log is too long for one, the stretches around it."""
    size = settings.ROWS_PER_PAGE
    if filterset.is_valid() and not filterset.active:
        return {"paging": paginate(WholeLog(filterset.log, head), params, per_page=size)}
    part = stretch(head, _before(params))
    lines = LinesFound(filterset.between(part.first - 1, part.last))
    paging = paginate(lines, params, per_page=size)
    return {
        "paging": paging,
        "stretch": part,
        "older": _address(params, part.older),
        "newer": _address(params, part.newer),
    }


def _before(params: QueryDict) -> int | None:
    """Return the line before which the stretch ends; None for the newest, or if it is no number."""
    text = params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _address(params: QueryDict, before: int | None) -> str:
    """Return the address of another stretch of the same filter; empty for None."""
    if before is None:
        return ""
    params = params.copy()
    for name in ("page", "before"):
        params.pop(name, None)
    if before:
        params["before"] = str(before)
    return normal_address(params)
