"""The meetings, sources, parties, topics, forums and notes visible at a viewpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.models import Commitment, Forum, Meeting, MeetingState, Note, Party, Source, Topic
from tracker.queries.former_values import (
    equals_q,
    keys_q,
    linked_q,
    links_then,
    on_or_before_q,
    relates_q,
    values_then,
)
from tracker.queries.viewpoint import PRESENT, Viewpoint, last_change_by
from tracker.queries.visibility import (
    public_commitments,
    public_forums,
    public_meetings,
    public_notes,
    public_parties,
    public_sources,
    public_topics,
)


def sources_of(meeting: Meeting, viewpoint: Viewpoint) -> QuerySet[Source]:
    """Return the sources linked to a meeting; with `as_of`, those published by then."""
    return public_sources(viewpoint).filter(linked_q(meeting, "sources", viewpoint.known))


def parties_of(record: Meeting | Forum, viewpoint: Viewpoint) -> QuerySet[Party]:
    """Return the parties linked to a meeting or a forum."""
    return public_parties(viewpoint).filter(linked_q(record, "parties", viewpoint.known))


def parties_by(viewpoint: Viewpoint) -> QuerySet[Party]:
    """Return the public parties; with `as_of`, those of commitments stated by then."""
    return _of_commitments(public_parties(viewpoint), "parties", viewpoint)


def topics_by(viewpoint: Viewpoint) -> QuerySet[Topic]:
    """Return the public topics; with `as_of`, those of commitments stated by then."""
    return _of_commitments(public_topics(viewpoint), "topics", viewpoint)


def forums_by(viewpoint: Viewpoint) -> QuerySet[Forum]:
    """Return the public forums; with `as_of`, those that had met by then."""
    forums = public_forums(viewpoint)
    if viewpoint.as_of is None:
        return forums
    met = by_the_day(public_meetings(viewpoint), viewpoint)
    return forums.filter(pk__in=met.order_by().values("forum"))


def meetings_by(viewpoint: Viewpoint) -> QuerySet[Meeting]:
    """Return the public meetings; with `as_of`, those not after it."""
    return by_the_day(public_meetings(viewpoint), viewpoint)


def state_q(state: MeetingState, viewpoint: Viewpoint) -> Q:
    """Return the condition that a meeting was in this state at the viewpoint."""
    return equals_q(Meeting, "state", viewpoint.known, [state])


def by_the_day(meetings: QuerySet[Meeting], viewpoint: Viewpoint) -> QuerySet[Meeting]:
    """Exclude meetings later than `as_of`.

    Planned ones count from today on only, since the day of a plan is not recorded.
    """
    if viewpoint.as_of is None:
        return meetings
    here = on_or_before_q(Meeting, "first_day", viewpoint.known, viewpoint.as_of)
    if viewpoint.as_of >= viewpoint.today:
        here |= state_q(MeetingState.PLANNED, viewpoint)
    return meetings.filter(here)


# The models whose records a filter offers as choices.
OFFERED = ("topic", "party", "forum", "meeting")


def offered(noun: str, viewpoint: Viewpoint = PRESENT) -> list[tuple[str, str]]:
    """Return the slug and label of each choice, in order."""
    listed, names = _OFFERED[noun]
    rows = values_then(listed(viewpoint), names, viewpoint.known)
    if noun == "meeting":
        return [(slug, f"{title} ({date})") for _key, slug, title, date in rows]
    return [(slug, name) for _key, slug, name in rows]


def was_there(record: Meeting | Source | Forum, viewpoint: Viewpoint) -> bool:
    """Whether a record existed on the day `as_of`, or had been recorded by then.

    A meeting exists once held or once a source of that day is linked to it, a source once
    published, and a forum once it has met.
    """
    as_of, seq = viewpoint.as_of, record.published_seq
    if as_of is None or (seq is not None and seq <= last_change_by(as_of)):
        return True
    if isinstance(record, Source):
        return public_sources(viewpoint).filter(pk=record.pk).exists()
    if isinstance(record, Forum):
        return forums_by(viewpoint).filter(pk=record.pk).exists()
    if meetings_by(viewpoint).filter(pk=record.pk).exists():
        return True
    return sources_of(record, viewpoint).exists()


def hide_outcome(record: Meeting, viewpoint: Viewpoint) -> None:
    """Blank the summary of a meeting held after `as_of`, because it reveals the outcome."""
    lay_ahead = viewpoint.as_of is not None and (
        record.first_day is None or record.first_day > viewpoint.as_of
    )
    if lay_ahead and record.state == MeetingState.HELD:
        record.summary = ""


def meetings_of(source: Source, viewpoint: Viewpoint) -> QuerySet[Meeting]:
    """Return the meetings linked to a source."""
    theirs = Q(pk__in=source.meetings.values("pk"))
    linked = relates_q(Meeting, "sources", viewpoint.known, [source.pk], today=theirs)
    return meetings_by(viewpoint).filter(linked)


def notes_by(viewpoint: Viewpoint) -> QuerySet[Note]:
    """Return the public notes; with `as_of`, those whose source was published by then.

    A note without a source counts from the day on which it was recorded.
    """
    notes = public_notes(viewpoint)
    if viewpoint.as_of is None:
        return notes
    seq = last_change_by(viewpoint.as_of)
    return notes.filter(
        Q(source__published_first_day__lte=viewpoint.as_of)
        | Q(source__isnull=True, published_seq__lte=seq)
    )


def notes_of(source: Source, viewpoint: Viewpoint) -> QuerySet[Note]:
    """Return the notes taken from a source."""
    return notes_by(viewpoint).filter(equals_q(Note, "source", viewpoint.known, [source.pk]))


def parts_of(commitment: Commitment, viewpoint: Viewpoint) -> QuerySet[Commitment]:
    """Return the commitments that are part of this one; with `as_of`, those stated by then."""
    return _that_name(commitment, "part_of", viewpoint)


def successors_of(commitment: Commitment, viewpoint: Viewpoint) -> QuerySet[Commitment]:
    """Return the commitments that supersede this one; with `as_of`, those stated by then."""
    return _that_name(commitment, "supersedes", viewpoint)


def _that_name(commitment: Commitment, name: str, viewpoint: Viewpoint) -> QuerySet[Commitment]:
    public = public_commitments(viewpoint)
    return public.filter(equals_q(Commitment, name, viewpoint.known, [commitment.pk]))


def _of_commitments(records: QuerySet[Any], relation: str, viewpoint: Viewpoint) -> QuerySet[Any]:
    if viewpoint.as_of is None:
        return records
    stated = public_commitments(viewpoint).order_by()
    # EXISTS stops at the first match; a join would read every commitment of each record.
    there = Exists(stated.filter(**{relation: OuterRef("pk")}))
    then = links_then(Commitment, relation, viewpoint.known)
    if not then:
        return records.filter(there)
    amended = keys_q(then)
    related = {
        key for pk in stated.filter(amended).values_list("pk", flat=True) for key in then[pk]
    }
    unamended = Exists(stated.exclude(amended).filter(**{relation: OuterRef("pk")}))
    return records.filter(unamended | Q(pk__in=sorted(related)))


_OFFERED: dict[str, tuple[Callable[[Viewpoint], QuerySet[Any]], list[str]]] = {
    "topic": (topics_by, ["slug", "name"]),
    "party": (parties_by, ["slug", "name"]),
    "forum": (forums_by, ["slug", "name"]),
    "meeting": (meetings_by, ["slug", "title", "date"]),
}
