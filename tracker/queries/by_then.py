"""The sources, parties, topics and forums there were at a moment: the rule of each, once."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.models import Forum, Party, Source, Topic
from tracker.queries.moments import Moment
from tracker.queries.visibility import (
    public_commitments,
    public_forums,
    public_parties,
    public_sources,
    public_topics,
)


def sources_by(moment: Moment) -> QuerySet[Source]:
    """With `as_of`, the documents that had been published."""
    sources = public_sources(known_at=moment.known_at)
    if moment.as_of is None:
        return sources
    return sources.filter(published_first_day__lte=moment.as_of)


def parties_by(moment: Moment) -> QuerySet[Party]:
    """With `as_of`, those of a commitment that had been stated."""
    return _of_commitments(public_parties(known_at=moment.known_at), "parties", moment)


def topics_by(moment: Moment) -> QuerySet[Topic]:
    """With `as_of`, those of a commitment that had been stated."""
    return _of_commitments(public_topics(known_at=moment.known_at), "topics", moment)


def forums_by(moment: Moment) -> QuerySet[Forum]:
    """With `as_of`, those that had met."""
    forums = public_forums(known_at=moment.known_at)
    if moment.as_of is None:
        return forums
    held = Q(meetings__first_day__lte=moment.as_of, meetings__published_seq__isnull=False)
    return forums.filter(held).distinct()


def _of_commitments(records: QuerySet[Any], relation: str, moment: Moment) -> QuerySet[Any]:
    if moment.as_of is None:
        return records
    stated = public_commitments(as_of=moment.as_of, known_at=moment.known_at)
    # The first that is found is enough; a join would look at every commitment of each.
    return records.filter(Exists(stated.filter(**{relation: OuterRef("pk")}).order_by()))
