"""The pages of a party, a topic and a forum: what it is, and its commitments under the filter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.listing import asked_for, listing
from tracker.dashboard.not_here import following_renames, not_yet
from tracker.filters import MomentForm
from tracker.models import Forum, Meeting, StatusUpdate
from tracker.queries.meetings import as_known
from tracker.queries.moments import Moment
from tracker.queries.visibility import (
    public_forums,
    public_meetings,
    public_parties,
    public_topics,
    public_updates,
    with_evidence,
)


def _moment(request: HttpRequest, today: dt.date) -> Moment | None:
    """The moment asked for; None where it has an error, which the filter then tells."""
    form = MomentForm(request.GET, today=today)
    return form.moment if form.is_valid() else None


def _scoped(
    request: HttpRequest, template: str, scope: Q, *, today: dt.date, **context: Any
) -> HttpResponse:
    found = asked_for(request, today=today, scope=scope)
    return render(request, template, {**context, **listing(request, found)})


# -- Parties ------------------------------------------------------------------------------------


@public_answer
@following_renames("party")
def party(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    moment = _moment(request, today)
    then = moment or Moment(today)
    record = public_parties(known_at=then.known_at).filter(slug=slug).first()
    if record is None:
        names = public_parties().filter(slug=slug).values_list("name", flat=True)
        return not_yet(request, names.first(), then)
    theirs = Q(pk__in=record.commitments.values("pk"))
    own = public_updates(as_of=then.as_of, known_at=then.known_at).filter(party=record)
    newest = own.chronological().reverse().values_list("pk", flat=True)
    steps = StatusUpdate.objects.filter(pk__in=list(newest[: settings.ROWS_PER_PAGE]))
    told = with_evidence(steps, known_at=then.known_at).chronological().reverse()
    own_steps = told if moment is not None else []
    context = {"party": record, "own_steps": own_steps}
    return _scoped(request, "dashboard/party.html", theirs, today=today, **context)


# -- Topics -------------------------------------------------------------------------------------


@public_answer
@following_renames("topic")
def topic(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    then = _moment(request, today) or Moment(today)
    record = public_topics(known_at=then.known_at).filter(slug=slug).first()
    if record is None:
        names = public_topics().filter(slug=slug).values_list("name", flat=True)
        return not_yet(request, names.first(), then)
    on_it = Q(pk__in=record.commitments.values("pk"))
    return _scoped(request, "dashboard/topic.html", on_it, today=today, topic=record)


# -- Forums -------------------------------------------------------------------------------------


@public_answer
@following_renames("forum")
def forum(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    moment = _moment(request, today)
    then = moment or Moment(today)
    record = public_forums(known_at=then.known_at).filter(slug=slug).first()
    if record is None:
        names = public_forums().filter(slug=slug).values_list("name", flat=True)
        return not_yet(request, names.first(), then)
    context = {
        "forum": record,
        "parties": public_parties(known_at=then.known_at).filter(forums=record),
        "meetings": as_known(_meetings(record, then), then) if moment is not None else [],
        "most_meetings": settings.ROWS_PER_PAGE,
    }
    told = Q(pk__in=_mentioned_at(record, then))
    return _scoped(request, "dashboard/forum.html", told, today=today, **context)


def _meetings(record: Forum, moment: Moment) -> QuerySet[Meeting]:
    """Its newest meetings, planned and cancelled ones too; looking back, none that lay ahead."""
    known = public_meetings(known_at=moment.known_at).filter(forum=record)
    if moment.as_of is not None:
        known = known.filter(first_day__lte=moment.as_of)
    return known[: settings.ROWS_PER_PAGE]


def _mentioned_at(record: Forum, moment: Moment) -> QuerySet[Any, Any]:
    """The commitments of which a meeting of the forum said something that counts."""
    counting = public_updates(as_of=moment.as_of, known_at=moment.known_at)
    return counting.filter(meeting__forum=record).values("commitment")
