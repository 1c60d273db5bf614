"""The public querysets: every public page, feed, file and response starts from one of these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connections
from django.db.models import FilteredRelation, Model, Prefetch, Q, QuerySet

from tracker.lib.replica import database
from tracker.models import (
    Alias,
    Change,
    Citation,
    Commitment,
    Forum,
    LogHead,
    Meeting,
    Note,
    Party,
    PassageLeftOut,
    Position,
    Source,
    StatusUpdate,
    StatusUpdateQuerySet,
    Topic,
)
from tracker.models.records import public_q
from tracker.models.standings import stood_q
from tracker.models.updates import effective_q
from tracker.queries.as_published import as_published, public_records
from tracker.queries.former_values import column_then, find, on_or_before_q
from tracker.queries.viewpoint import PRESENT, Viewpoint

_R = TypeVar("_R", bound=Model)

_HEAD = "SELECT seq, hash, recorded_at, generation FROM tracker_loghead WHERE id = 1"


def public_commitments(viewpoint: Viewpoint = PRESENT) -> QuerySet[Commitment]:
    """Return the commitments that readers may see, each with its position at a viewpoint.

    Today's position is on the commitment's own row. An earlier one is the joined `Standing` named
    `at`, and commitments that had no position are left out.
    """
    public = Commitment.objects.public(known=viewpoint.known)
    if not viewpoint.is_past:
        return public
    here = standing_q(viewpoint, of="standings__")
    return (
        public.annotate(at=FilteredRelation("standings", condition=here))
        .filter(at__isnull=False)
        .select_related("at")  # type: ignore[misc]  # django-stubs does not know FilteredRelation
    )


def standing_q(viewpoint: Viewpoint, *, of: str = "") -> Q:
    """Match the standings that were the positions at an earlier viewpoint; `of` is their path."""
    day = viewpoint.as_of or dt.date.max - dt.timedelta(days=1)
    return stood_q(day, viewpoint.known, of=of)


def as_known(records: Iterable[_R], viewpoint: Viewpoint) -> list[_R]:
    """Return records of these querysets, with their relations, as published at the viewpoint.

    Read-only: the records must not be saved. See `as_published`.
    """

    def public(noun: str) -> QuerySet[Any]:
        if noun == "commitment":
            return public_commitments(viewpoint)
        if noun == "source":
            return public_sources(viewpoint)
        return public_records(noun, viewpoint.known)

    return as_published(records, viewpoint.known, public=public)


def record_at(records: QuerySet[_R], slug: str, viewpoint: Viewpoint) -> _R | None:
    """Return the record of one of these querysets that had this slug, as published then."""
    record = find(records, slug, viewpoint.known)
    return None if record is None else as_known([record], viewpoint)[0]


def hide_what_was_not_there(commitments: Sequence[Commitment], viewpoint: Viewpoint) -> None:
    """Blank `part_of`, `supersedes` and `last_checked_on` where they are later than `as_of`.

    One query; none without `as_of`.
    """
    as_of = viewpoint.as_of
    if as_of is None:
        return
    others = {key for c in commitments for key in (c.part_of_id, c.supersedes_id) if key}
    present = public_commitments(viewpoint).filter(pk__in=others).order_by()
    there = set(present.values_list("pk", flat=True)) if others else set()
    for commitment in commitments:
        if commitment.part_of_id not in there:
            commitment.part_of = None
        if commitment.supersedes_id not in there:
            commitment.supersedes = None
        if commitment.last_checked_on is not None and commitment.last_checked_on > as_of:
            commitment.last_checked_on = None


def position_of(commitment: Commitment) -> Position:
    """Return the position of a commitment of `public_commitments` at its viewpoint."""
    at: Position | None = getattr(commitment, "at", None)
    return at if at is not None else commitment


def public_updates(viewpoint: Viewpoint = PRESENT) -> StatusUpdateQuerySet:
    """Return the effective updates of public commitments."""
    return StatusUpdate.objects.filter(public_update_q(viewpoint))


def public_update_q(viewpoint: Viewpoint, *, of: str = "") -> Q:
    """Match the updates of `public_updates`, or what has one of them at the path `of`."""
    as_of, known = viewpoint.as_of, viewpoint.known
    # A join instead of "in (select ...)", for which SQLite would first list all commitments.
    condition = effective_q(known=known, of=of) & public_q(known=known, of=f"{of}commitment__")
    return condition if as_of is None else condition & Q(**{f"{of}happened_first_day__lte": as_of})


def public_citations(viewpoint: Viewpoint = PRESENT) -> QuerySet[Citation]:
    """Return the citations published by then, whichever update they belong to."""
    citations = Citation.objects.select_related("source")
    if viewpoint.known is None:
        return citations
    return citations.filter(Q(added_seq__isnull=True) | Q(added_seq__lte=viewpoint.known))


def with_relations(updates: StatusUpdateQuerySet) -> StatusUpdateQuerySet:
    """Join the meeting, party and revision of each update, and the update that it corrects."""
    return updates.select_related(
        "meeting", "party", "corrects", "revision", "revision__replacement"
    )


def with_evidence(updates: StatusUpdateQuerySet, viewpoint: Viewpoint) -> StatusUpdateQuerySet:
    """Load meeting, party, revision and citations in a constant number of queries."""
    citations = public_citations(viewpoint)
    related = with_relations(updates).select_related("commitment")
    return related.prefetch_related(Prefetch("citations", queryset=citations))


def public_aliases(viewpoint: Viewpoint = PRESENT) -> QuerySet[Alias]:
    """Return the public aliases; with `as_of`, those given by an update up to that day."""
    aliases = Alias.objects.public(known=viewpoint.known)
    if viewpoint.as_of is None:
        return aliases
    given = Q(update__isnull=True) | Q(update__happened_first_day__lte=viewpoint.as_of)
    return aliases.filter(given)


def public_meetings(viewpoint: Viewpoint = PRESENT) -> QuerySet[Meeting]:
    return Meeting.objects.public(known=viewpoint.known)


def public_forums(viewpoint: Viewpoint = PRESENT) -> QuerySet[Forum]:
    """Return the public forums, the highest level first, then by their name at the viewpoint."""
    name = column_then(Forum, "name", viewpoint.known)
    return Forum.objects.public(known=viewpoint.known).order_by("-level", name)


def public_sources(viewpoint: Viewpoint = PRESENT) -> QuerySet[Source]:
    """Return the public sources; with `as_of`, those published by that day."""
    as_of, known = viewpoint.as_of, viewpoint.known
    sources = Source.objects.public(known=known)
    if as_of is None:
        return sources
    return sources.filter(on_or_before_q(Source, "published_first_day", known, as_of))


def public_passages(viewpoint: Viewpoint = PRESENT) -> QuerySet[PassageLeftOut]:
    """Return the passages of public sources that were read and left out of the register."""
    return PassageLeftOut.objects.public(known=viewpoint.known)


def public_parties(viewpoint: Viewpoint = PRESENT) -> QuerySet[Party]:
    """Return the public parties by their name at the viewpoint."""
    name = column_then(Party, "name", viewpoint.known)
    return Party.objects.public(known=viewpoint.known).order_by(name)


def public_topics(viewpoint: Viewpoint = PRESENT) -> QuerySet[Topic]:
    """Return the public topics by their name at the viewpoint."""
    name = column_then(Topic, "name", viewpoint.known)
    return Topic.objects.public(known=viewpoint.known).order_by(name)


def public_notes(viewpoint: Viewpoint = PRESENT) -> QuerySet[Note]:
    return Note.objects.public(known=viewpoint.known)


# By the noun, which is the URL name of the pages of its records.
PUBLIC: dict[str, Callable[[], QuerySet[Any]]] = {
    "commitment": public_commitments,
    "meeting": public_meetings,
    "source": public_sources,
    "party": public_parties,
    "topic": public_topics,
    "forum": public_forums,
}


def public_changes() -> QuerySet[Change]:
    """Return the whole log, newest first. A line is public from the moment it exists."""
    return Change.objects.select_related("commitment", "update", "meeting", "source", "note")


def log_head() -> LogHead:
    """Return the number and hash of the last line; number 0 while the log is empty."""
    # Plain SQL, because every response begins with this query, and building it through the model
    # costs three times as much as running it.
    with connections[database()].cursor() as cursor:
        cursor.execute(_HEAD)
        row = cursor.fetchone()
    if row is None:
        return LogHead()
    seq, hash_, recorded_at, generation = row
    if recorded_at is not None and recorded_at.tzinfo is None:
        # SQLite has no time zones; Django stores instants there in UTC.
        recorded_at = recorded_at.replace(tzinfo=dt.UTC)
    return LogHead(1, seq, hash_, recorded_at, generation)
