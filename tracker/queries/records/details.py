"""Detail payloads of one commitment, meeting or source, with all related records.

Each takes a constant number of queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from django.db.models import Prefetch, QuerySet

from tracker.models import Commitment, Meeting, Note
from tracker.queries.history import history
from tracker.queries.lists.bulk import commitment_chunks, step_payload
from tracker.queries.records.meeting import (
    next_of_forum,
    outcomes,
    passed_over_by,
    previous_of_forum,
    with_words,
)
from tracker.queries.records.source import left_out_of, resting_on, source_at, with_what_rests
from tracker.queries.reference_data import (
    by_the_day,
    hide_outcome,
    meetings_of,
    notes_by,
    notes_of,
    parts_of,
    successors_of,
    was_there,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_commitments,
    public_meetings,
    public_parties,
    public_sources,
    record_at,
)
from tracker.schema import payloads
from tracker.schema.payloads import Payload

# Of the updates of a meeting and the citations of a source; few have as many.
PER_PAGE = 500


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the many that belong to a record."""

    page: int
    count: int

    @property
    def slice(self) -> slice:
        return slice((self.page - 1) * PER_PAGE, self.page * PER_PAGE)

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page * PER_PAGE < self.count else None


# -- Commitments --------------------------------------------------------------------------------


def commitment_in_full(slug: str, viewpoint: Viewpoint) -> Payload | None:
    """Return a commitment with its history, and its corrected or retracted updates apart."""
    public = public_commitments(viewpoint)
    commitment = record_at(public, slug, viewpoint)
    if commitment is None:
        return None
    [record] = chain.from_iterable(commitment_chunks(public.filter(pk=commitment.pk), viewpoint))
    timeline = history(commitment, viewpoint)
    parts, successors = parts_of(commitment, viewpoint), successors_of(commitment, viewpoint)
    notes = notes_by(viewpoint).filter(commitment=commitment)
    return {
        **record,
        "parts": _references(parts),
        "superseded_by": _references(successors),
        "updates": [step_payload(step) for step in timeline.steps],
        "revised": [
            {**payloads.update(update), "revision": payloads.revision(update.revision)}
            for update in timeline.revised
        ],
        "notes": _notes(notes, viewpoint),
    }


def _references(commitments: QuerySet[Commitment]) -> list[str]:
    return list(commitments.order_by("reference").values_list("reference", flat=True))


def _notes(notes: QuerySet[Note], viewpoint: Viewpoint) -> list[Payload]:
    related = notes.select_related("source", "meeting", "commitment")
    return [payloads.note(note) for note in as_known(related, viewpoint)]


# -- Meetings -----------------------------------------------------------------------------------


def described_meetings(viewpoint: Viewpoint) -> QuerySet[Meeting]:
    """Return the meetings at a viewpoint, with the relations that their payloads need."""
    return by_the_day(_with_relations(viewpoint), viewpoint)


def _with_relations(viewpoint: Viewpoint) -> QuerySet[Meeting]:
    parties = Prefetch("parties", public_parties(viewpoint))
    sources = Prefetch("sources", public_sources(viewpoint))
    return public_meetings(viewpoint).select_related("forum").prefetch_related(parties, sources)


def meeting_in_full(slug: str, viewpoint: Viewpoint, page: int) -> Payload | None:
    """Return a meeting with a page of its updates, and the commitments that it did not mention.

    A meeting still to come at the viewpoint is included if recorded; its updates are empty.
    """
    meeting = record_at(_with_relations(viewpoint), slug, viewpoint)
    if meeting is None or not was_there(meeting, viewpoint):
        return None
    hide_outcome(meeting, viewpoint)
    all_outcomes = outcomes(meeting, viewpoint)
    part = Part(page, len(all_outcomes))
    cited = with_words(all_outcomes[part.slice], viewpoint)
    before, after = previous_of_forum(meeting, viewpoint), next_of_forum(meeting, viewpoint)
    return {
        **payloads.meeting(meeting),
        "previous": before.slug if before is not None else None,
        "next": after.slug if after is not None else None,
        "updates": [step_payload(outcome.step) for outcome in cited],
        "update_count": part.count,
        "next_page": part.next_page,
        "passed_over": [
            payloads.commitment_name(silent) for silent in passed_over_by(meeting, viewpoint)
        ],
        "notes": _notes(notes_by(viewpoint).filter(meeting=meeting), viewpoint),
    }


# -- Sources ------------------------------------------------------------------------------------


def source_in_full(slug: str, viewpoint: Viewpoint, page: int) -> Payload | None:
    """Return a source with a page of its citations, in the order of its text, and its notes."""
    source = source_at(slug, viewpoint)
    if source is None:
        return None
    meetings = as_known(meetings_of(source, viewpoint), viewpoint)
    keys = resting_on(source, viewpoint)
    part = Part(page, keys.count() if isinstance(keys, QuerySet) else len(keys))
    cited = with_what_rests(keys[part.slice], viewpoint)
    return {
        **payloads.source(source),
        "left_out": [payloads.passage(passage) for passage in left_out_of(source, viewpoint)],
        "citations": [payloads.cited(citation) for citation in cited],
        "citation_count": part.count,
        "next_page": part.next_page,
        "meetings": [meeting.slug for meeting in meetings],
        "notes": _notes(notes_of(source, viewpoint), viewpoint),
    }
