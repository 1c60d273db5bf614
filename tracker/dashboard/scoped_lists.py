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
from tracker.models import Commitment, Forum, Meeting, Party, StatusUpdate, Topic
from tracker.queries.as_published import equals_q, find, relates_q
from tracker.queries.by_then import meetings_by, parties_of, was_there
from tracker.queries.moments import Moment
from tracker.queries.visibility import (
    as_known,
    public_forums,
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


def _related(relation: str, record: Party | Topic, moment: Moment) -> Q:
    """That a commitment was said to be one of the record's."""
    today = Q(pk__in=record.commitments.values("pk"))
    known = moment.known
    return relates_q(Commitment, relation, known, [record.pk], today=today)


# -- Parties ------------------------------------------------------------------------------------


@public_answer
@following_renames("party")
def party(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    moment = _moment(request, today)
    then = moment or Moment(today)
    record = find(public_parties(known=then.known), slug, then.known)
    if record is None:
        return not_yet(request, public_parties().filter(slug=slug).exists(), then)
    as_known([record], then)
    theirs = _related("parties", record, then)
    own = public_updates(as_of=then.as_of, known=then.known).filter(party=record)
    newest = own.chronological().reverse().values_list("pk", flat=True)
    steps = StatusUpdate.objects.filter(pk__in=list(newest[: settings.ROWS_PER_PAGE]))
    told = with_evidence(steps, known=then.known).chronological().reverse()
    own_steps = as_known(told, then) if moment is not None else []
    context = {"party": record, "own_steps": own_steps}
    return _scoped(request, "dashboard/party.html", theirs, today=today, **context)


# -- Topics -------------------------------------------------------------------------------------


@public_answer
@following_renames("topic")
def topic(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    then = _moment(request, today) or Moment(today)
    record = find(public_topics(known=then.known), slug, then.known)
    if record is None:
        return not_yet(request, public_topics().filter(slug=slug).exists(), then)
    as_known([record], then)
    on_it = _related("topics", record, then)
    return _scoped(request, "dashboard/topic.html", on_it, today=today, topic=record)


# -- Forums -------------------------------------------------------------------------------------


@public_answer
@following_renames("forum")
def forum(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    moment = _moment(request, today)
    then = moment or Moment(today)
    record = find(public_forums(known=then.known), slug, then.known)
    if record is None or not was_there(record, then):
        return not_yet(request, public_forums().filter(slug=slug).exists(), then)
    as_known([record], then)
    context = {
        "forum": record,
        "parties": as_known(parties_of(record, then), then),
        "meetings": as_known(_meetings(record, then), then) if moment is not None else [],
        "most_meetings": settings.ROWS_PER_PAGE,
    }
    told = Q(pk__in=_mentioned_at(record, then))
    return _scoped(request, "dashboard/forum.html", told, today=today, **context)


def _meetings(record: Forum, moment: Moment) -> QuerySet[Meeting]:
    """Its newest meetings, planned and cancelled ones too; looking back, none that lay ahead."""
    return meetings_by(moment).filter(_of_forum(record, moment))[: settings.ROWS_PER_PAGE]


def _of_forum(record: Forum, moment: Moment) -> Q:
    return equals_q(Meeting, "forum", moment.known, [record.pk])


def _mentioned_at(record: Forum, moment: Moment) -> QuerySet[Any, Any]:
    """The commitments of which a meeting of the forum said something that counts."""
    counting = public_updates(as_of=moment.as_of, known=moment.known)
    held = Meeting.objects.filter(_of_forum(record, moment)).order_by()
    return counting.filter(meeting__in=held.values("pk")).values("commitment")
