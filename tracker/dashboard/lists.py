"""The lists of sources, parties, topics and forums, and the pages of the last three."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.listing import filter_of, listing
from tracker.dashboard.not_here import at_viewpoint, following_renames, not_yet
from tracker.dashboard.paging import paginate
from tracker.filters import ViewpointForm
from tracker.models import Forum, Meeting, Party, StatusUpdate, Topic
from tracker.queries.former_values import equals_q
from tracker.queries.reference_data import (
    forums_by,
    meetings_by,
    parties_by,
    parties_of,
    topics_by,
    was_there,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_forums,
    public_parties,
    public_sources,
    public_topics,
    public_updates,
    record_at,
    with_evidence,
)

# -- The lists ----------------------------------------------------------------------------------


def _listed(
    template: str, listed_at: Callable[[Viewpoint], QuerySet[Any]]
) -> Callable[..., HttpResponseBase]:
    """Return the view that lists records, today or at an earlier viewpoint."""

    @public_answer
    @at_viewpoint
    def answer(request: HttpRequest, *, viewpoint: Viewpoint) -> HttpResponse:
        paging = paginate(listed_at(viewpoint), request.GET, per_page=settings.ROWS_PER_PAGE)
        shown = as_known(paging.rows, viewpoint)
        context = {"paging": paging, "rows": shown, "viewpoint": viewpoint}
        return render(request, template, context)

    return answer


sources = _listed("dashboard/sources.html", public_sources)
parties = _listed("dashboard/parties.html", parties_by)
topics = _listed("dashboard/topics.html", topics_by)
forums = _listed("dashboard/forums.html", forums_by)


# -- The commitments of one record --------------------------------------------------------------


def _scoped(
    request: HttpRequest,
    noun: str,
    record: Party | Topic | Forum,
    *,
    today: dt.date,
    **context: Any,
) -> HttpResponse:
    """Return the page of a record, with the table of the commitments that its filter finds."""
    filterset = filter_of(request, today=today, scope=(noun, record.slug))
    context |= {noun: record, **listing(request, filterset)}
    return render(request, f"dashboard/{noun}.html", context)


# -- Parties ------------------------------------------------------------------------------------


@public_answer
@following_renames("party")
def party(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    form = ViewpointForm(request.GET, today=today)
    viewpoint = form.viewpoint
    record = record_at(public_parties(viewpoint), slug, viewpoint)
    if record is None:
        return not_yet(request, "party", slug, viewpoint)
    own = public_updates(viewpoint).filter(party=record)
    newest = own.chronological().reverse().values_list("pk", flat=True)
    steps = StatusUpdate.objects.filter(pk__in=list(newest[: settings.ROWS_PER_PAGE]))
    updates = with_evidence(steps, viewpoint).chronological().reverse()
    own_steps = as_known(updates, viewpoint) if form.is_valid() else []
    return _scoped(request, "party", record, today=today, own_steps=own_steps)


# -- Topics -------------------------------------------------------------------------------------


@public_answer
@following_renames("topic")
def topic(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    viewpoint = ViewpointForm(request.GET, today=today).viewpoint
    record = record_at(public_topics(viewpoint), slug, viewpoint)
    if record is None:
        return not_yet(request, "topic", slug, viewpoint)
    return _scoped(request, "topic", record, today=today)


# -- Forums -------------------------------------------------------------------------------------


@public_answer
@following_renames("forum")
def forum(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    form = ViewpointForm(request.GET, today=today)
    viewpoint = form.viewpoint
    record = record_at(public_forums(viewpoint), slug, viewpoint)
    if record is None or not was_there(record, viewpoint):
        return not_yet(request, "forum", slug, viewpoint)
    context = {
        "parties": as_known(parties_of(record, viewpoint), viewpoint),
        "meetings": as_known(_meetings(record, viewpoint), viewpoint) if form.is_valid() else [],
        "most_meetings": settings.ROWS_PER_PAGE,
    }
    return _scoped(request, "forum", record, today=today, **context)


def _meetings(record: Forum, viewpoint: Viewpoint) -> QuerySet[Meeting]:
    """Return a forum's newest meetings in any state; looking back, none after that day."""
    its_own = equals_q(Meeting, "forum", viewpoint.known, [record.pk])
    return meetings_by(viewpoint).filter(its_own)[: settings.ROWS_PER_PAGE]
