"""The lists of sources, parties, topics and forums, today or as they were on an earlier day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.paging import paginate
from tracker.filters import MomentForm
from tracker.queries.moments import Moment
from tracker.queries.visibility import (
    public_commitments,
    public_forums,
    public_parties,
    public_sources,
    public_topics,
)

Records = QuerySet[Any]


def _of_commitments(records: Records, moment: Moment) -> Records:
    """Keep what a commitment that had been stated by then belongs to."""
    stated = public_commitments(as_of=moment.as_of, known_at=moment.known_at)
    return records.filter(commitments__in=stated.values("pk")).distinct()


def _listed(
    request: HttpRequest,
    template: str,
    public: Callable[..., Records],
    by_then: Callable[[Records, Moment], Records],
    *,
    today: dt.date,
) -> HttpResponse:
    form = MomentForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "dashboard/bad_moment.html", {"form": form}, status=400)
    moment = form.moment
    records = public(known_at=moment.known_at)
    if moment.as_of is not None:
        records = by_then(records, moment)
    paging = paginate(records, request.GET, per_page=settings.ROWS_PER_PAGE)
    return render(request, template, {"paging": paging, "moment": moment})


@public_answer
def sources(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """With `as_of`, the documents that had been published."""

    def published(records: Records, moment: Moment) -> Records:
        return records.filter(published_first_day__lte=moment.as_of)

    return _listed(request, "dashboard/sources.html", public_sources, published, today=today)


@public_answer
def parties(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return _listed(request, "dashboard/parties.html", public_parties, _of_commitments, today=today)


@public_answer
def topics(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return _listed(request, "dashboard/topics.html", public_topics, _of_commitments, today=today)


@public_answer
def forums(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """With `as_of`, those that had met."""

    def met(records: Records, moment: Moment) -> Records:
        held = Q(meetings__first_day__lte=moment.as_of, meetings__published_seq__isnull=False)
        return records.filter(held).distinct()

    return _listed(request, "dashboard/forums.html", public_forums, met, today=today)
