"""Detail payloads of one commitment, meeting or source, with all related records.

Each takes a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db.models import Prefetch, QuerySet

from tracker.models import Citation, Commitment, Meeting, Note, Source
from tracker.queries.as_published import find
from tracker.queries.history import history
from tracker.queries.lists.bulk import commitment_chunks, told_step
from tracker.queries.records.meeting import (
    by_the_day,
    next_of_forum,
    outcomes,
    passed_over_by,
    previous_of_forum,
    with_words,
)
from tracker.queries.records.source import left_out_of, resting_on, with_what_rests
from tracker.queries.reference_data import (
    hide_outcome,
    meetings_of,
    notes_by,
    notes_of,
    parts_of,
    sources_by,
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
)
from tracker.schema import payloads
from tracker.schema.payloads import Payload

# -- Commitments --------------------------------------------------------------------------------


def commitment_in_full(slug: str, moment: Viewpoint) -> Payload | None:
    """Return a commitment with its history, and its corrected or retracted updates apart."""
    public = public_commitments(as_of=moment.as_of, known=moment.known)
    commitment = find(public, slug, moment.known)
    if commitment is None:
        return None
    [record] = chain.from_iterable(commitment_chunks(public.filter(pk=commitment.pk), moment))
    as_known([commitment], moment)
    timeline = history(commitment, as_of=moment.as_of, known=moment.known)
    parts, successors = parts_of(commitment, moment), successors_of(commitment, moment)
    notes = notes_by(moment).filter(commitment=commitment)
    return {
        **record,
        "parts": _references(parts),
        "superseded_by": _references(successors),
        "updates": [told_step(step) for step in timeline.steps],
        "revised": [
            {**payloads.update(update), "revision": payloads.revision(update.revision)}
            for update in timeline.revised
        ],
        "notes": _notes(notes, moment),
    }


def _references(commitments: QuerySet[Commitment]) -> list[str]:
    return list(commitments.order_by("reference").values_list("reference", flat=True))


def _notes(notes: QuerySet[Note], moment: Viewpoint) -> list[Payload]:
    related = notes.select_related("source", "meeting", "commitment")
    return [payloads.note(note) for note in as_known(related, moment)]


# -- Meetings -----------------------------------------------------------------------------------


def described_meetings(moment: Viewpoint) -> QuerySet[Meeting]:
    """Return the meetings at a viewpoint, with the relations that `meeting_records` needs."""
    known = public_meetings(known=moment.known).select_related("forum")
    sources = Prefetch("sources", sources_by(moment))
    return by_the_day(known.prefetch_related(_parties(moment), sources), moment)


def _parties(moment: Viewpoint) -> Prefetch[Any]:
    return Prefetch("parties", public_parties(known=moment.known))


def meeting_records(meetings: Iterable[Meeting], moment: Viewpoint) -> list[Payload]:
    """Return payloads of `described_meetings` as published at the viewpoint."""
    shown = as_known(meetings, moment)
    return [payloads.meeting(meeting) for meeting in shown]


def meeting_in_full(slug: str, moment: Viewpoint) -> Payload | None:
    """Return a meeting with its updates, and the commitments that it did not mention.

    A meeting still to come at the viewpoint is included if recorded; its updates are empty.
    """
    known = public_meetings(known=moment.known).select_related("forum")
    described = known.prefetch_related(_parties(moment), Prefetch("sources", sources_by(moment)))
    meeting = find(described, slug, moment.known)
    if meeting is None or not was_there(meeting, moment):
        return None
    as_known([meeting], moment)
    hide_outcome(meeting, moment)
    cited = with_words(outcomes(meeting, moment), moment)
    before, after = previous_of_forum(meeting, moment), next_of_forum(meeting, moment)
    return {
        **payloads.meeting(meeting),
        "previous": before.slug if before is not None else None,
        "next": after.slug if after is not None else None,
        "updates": [told_step(outcome.step) for outcome in cited],
        "passed_over": [
            payloads.commitment_name(silent) for silent in passed_over_by(meeting, moment)
        ],
        "notes": _notes(notes_by(moment).filter(meeting=meeting), moment),
    }


# -- Sources ------------------------------------------------------------------------------------


def source_in_full(slug: str, moment: Viewpoint) -> Payload | None:
    """Return a source with the citations and notes taken from it, in the order of its text."""
    source = find(public_sources(known=moment.known), slug, moment.known)
    if source is None or not was_there(source, moment):
        return None
    as_known([source], moment)
    meetings = as_known(meetings_of(source, moment), moment)
    return {
        **payloads.source(source),
        "left_out": [payloads.passage(passage) for passage in left_out_of(source, moment)],
        "citations": _resting_on(source, moment),
        "meetings": [meeting.slug for meeting in meetings],
        "notes": _notes(notes_of(source, moment), moment),
    }


def _resting_on(source: Source, moment: Viewpoint) -> list[Payload]:
    cited: list[Citation] = with_what_rests(resting_on(source, moment), moment)
    return [payloads.cited(citation) for citation in cited]
