"""The meetings, sources, parties, topics and forums there were at a moment: each rule once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.models import Commitment, Forum, Meeting, MeetingState, Note, Party, Source, Topic
from tracker.models.former_values import split_keys
from tracker.queries.as_published import equals_q, former_values, linked_q, relates_q, values_then
from tracker.queries.records.meeting import by_the_day
from tracker.queries.viewpoint import Viewpoint, last_change_by
from tracker.queries.visibility import (
    public_commitments,
    public_forums,
    public_meetings,
    public_notes,
    public_parties,
    public_sources,
    public_topics,
)


def sources_by(moment: Viewpoint) -> QuerySet[Source]:
    """With `as_of`, the documents that had been published."""
    return public_sources(as_of=moment.as_of, known=moment.known)


def sources_of(meeting: Meeting, moment: Viewpoint) -> QuerySet[Source]:
    """The documents that were said to tell of a meeting, with `as_of` those published by then."""
    return sources_by(moment).filter(linked_q(meeting, "sources", moment.known))


def parties_of(record: Meeting | Forum, moment: Viewpoint) -> QuerySet[Party]:
    """The parties that a meeting or a forum was said to have."""
    known = moment.known
    return public_parties(known=moment.known).filter(linked_q(record, "parties", known))


def parties_by(moment: Viewpoint) -> QuerySet[Party]:
    """With `as_of`, those of a commitment that had been stated."""
    return _of_commitments(public_parties(known=moment.known), "parties", moment)


def topics_by(moment: Viewpoint) -> QuerySet[Topic]:
    """With `as_of`, those of a commitment that had been stated."""
    return _of_commitments(public_topics(known=moment.known), "topics", moment)


def forums_by(moment: Viewpoint) -> QuerySet[Forum]:
    """With `as_of`, those that had met."""
    forums = public_forums(known=moment.known)
    if moment.as_of is None:
        return forums
    met = by_the_day(public_meetings(known=moment.known), moment)
    return forums.filter(pk__in=met.order_by().values("forum"))


def meetings_by(moment: Viewpoint) -> QuerySet[Meeting]:
    """With `as_of`, those that did not lie ahead."""
    return by_the_day(public_meetings(known=moment.known), moment)


# What a filter offers of these nouns.
OFFERED = ("topic", "party", "forum", "meeting")


def offered(noun: str, moment: Viewpoint | None) -> list[tuple[str, str]]:
    """The address and the name of each, in order: today's, or those of a moment."""
    then = moment or Viewpoint(dt.date.max)
    listed, names = _OFFERED[noun]
    rows = values_then(listed(then), names, then.known)
    if noun == "meeting":
        return [(slug, f"{title} ({date})") for _key, slug, title, date in rows]
    return [(slug, name) for _key, slug, name in rows]


def was_there(record: Meeting | Source | Forum, moment: Viewpoint) -> bool:
    """Whether a record was there as of a day, or had been recorded by it.

    That is a meeting that had been held, or of which a document of that day tells; a document that
    had been published; a forum that had met.
    """
    as_of, seq = moment.as_of, record.published_seq
    if as_of is None or (seq is not None and seq <= last_change_by(as_of)):
        return True
    if isinstance(record, Source):
        return sources_by(moment).filter(pk=record.pk).exists()
    if isinstance(record, Forum):
        return forums_by(moment).filter(pk=record.pk).exists()
    if meetings_by(moment).filter(pk=record.pk).exists():
        return True
    return sources_of(record, moment).exists()


def hide_outcome(record: Meeting, moment: Viewpoint) -> None:
    """Blank the summary of a meeting that lay ahead and was held since: it tells the outcome."""
    lay_ahead = moment.as_of is not None and (
        record.first_day is None or record.first_day > moment.as_of
    )
    if lay_ahead and record.state == MeetingState.HELD:
        record.summary = ""


def meetings_of(source: Source, moment: Viewpoint) -> QuerySet[Meeting]:
    """The meetings of which a source was said to tell."""
    known = moment.known
    theirs = Q(pk__in=source.meetings.values("pk"))
    told = relates_q(Meeting, "sources", known, [source.pk], today=theirs)
    return meetings_by(moment).filter(told)


def notes_by(moment: Viewpoint) -> QuerySet[Note]:
    """With `as_of`, those whose source had been published; without one, those recorded by then."""
    notes = public_notes(known=moment.known)
    if moment.as_of is None:
        return notes
    seq = last_change_by(moment.as_of)
    return notes.filter(
        Q(source__published_first_day__lte=moment.as_of)
        | Q(source__isnull=True, published_seq__lte=seq)
    )


def notes_of(source: Source, moment: Viewpoint) -> QuerySet[Note]:
    """The notes that a source was said to hold."""
    known = moment.known
    return notes_by(moment).filter(equals_q(Note, "source", known, [source.pk]))


def parts_of(commitment: Commitment, moment: Viewpoint) -> QuerySet[Commitment]:
    """The commitments that were said to be part of one, with `as_of` those stated by then."""
    return _that_name(commitment, "part_of", moment)


def successors_of(commitment: Commitment, moment: Viewpoint) -> QuerySet[Commitment]:
    """The commitments that were said to supersede one, with `as_of` those stated by then."""
    return _that_name(commitment, "supersedes", moment)


def _that_name(commitment: Commitment, name: str, moment: Viewpoint) -> QuerySet[Commitment]:
    public = public_commitments(as_of=moment.as_of, known=moment.known)
    return public.filter(equals_q(Commitment, name, moment.known, [commitment.pk]))


def _of_commitments(records: QuerySet[Any], relation: str, moment: Viewpoint) -> QuerySet[Any]:
    if moment.as_of is None:
        return records
    stated = public_commitments(as_of=moment.as_of, known=moment.known).order_by()
    # The first that is found is enough; a join would look at every commitment of each.
    there = Exists(stated.filter(**{relation: OuterRef("pk")}))
    known = moment.known
    if known is None:
        return records.filter(there)
    former = former_values("commitment", known, field=relation)
    kept = stated.exclude(pk__in=former.values("record"))
    then = former.filter(record__in=stated.values("pk")).values_list("value", flat=True)
    related = {key for value in then for key in split_keys(value)}
    return records.filter(
        Exists(kept.filter(**{relation: OuterRef("pk")})) | Q(pk__in=sorted(related))
    )


_OFFERED: dict[str, tuple[Callable[[Viewpoint], QuerySet[Any]], list[str]]] = {
    "topic": (topics_by, ["slug", "name"]),
    "party": (parties_by, ["slug", "name"]),
    "forum": (forums_by, ["slug", "name"]),
    "meeting": (meetings_by, ["slug", "title", "date"]),
}
