"""Commitments, meetings and sources in their public shapes, one with all that hangs on it.

However much that is, it takes the same number of queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from django.db.models import Prefetch, QuerySet

from tracker import payloads
from tracker.models import Citation, Commitment, Meeting, Note, Party, Source
from tracker.payloads import Payload
from tracker.queries.evidence import resting_on, with_what_rests
from tracker.queries.extracts import commitment_chunks, told_step
from tracker.queries.history import history
from tracker.queries.meetings import (
    as_known,
    by_the_day,
    next_of_forum,
    outcomes,
    passed_over_by,
    previous_of_forum,
    with_words,
)
from tracker.queries.moments import Moment
from tracker.queries.rows import titles_known
from tracker.queries.visibility import (
    known_seq,
    public_commitments,
    public_meetings,
    public_notes,
    public_sources,
)

# -- Commitments --------------------------------------------------------------------------------


def commitment_in_full(slug: str, moment: Moment) -> Payload | None:
    """A commitment with its story, and apart from it what was corrected or retracted."""
    found = public_commitments(as_of=moment.as_of, known_at=moment.known_at).filter(slug=slug)
    record = next(chain.from_iterable(commitment_chunks(found, moment)), None)
    if record is None:
        return None
    commitment = found.get()
    told = history(commitment, as_of=moment.as_of, known_at=moment.known_at)
    others = Commitment.objects.public(known=known_seq(moment.known_at)).order_by("reference")
    notes = public_notes(known_at=moment.known_at).filter(commitment=commitment)
    return {
        **record,
        "parts": _references(others.filter(part_of=commitment)),
        "superseded_by": _references(others.filter(supersedes=commitment)),
        "updates": [told_step(step, title=record["title"]) for step in told.steps],
        "revised": [
            {**payloads.update(update), "revision": payloads.revision(update.revision)}
            for update in told.revised
        ],
        "notes": _notes(notes),
    }


def _references(commitments: QuerySet[Commitment]) -> list[str]:
    return list(commitments.values_list("reference", flat=True))


def _notes(notes: QuerySet[Note]) -> list[Payload]:
    return [payloads.note(n) for n in notes.select_related("source", "meeting", "commitment")]


# -- Meetings -----------------------------------------------------------------------------------


def described_meetings(moment: Moment) -> QuerySet[Meeting]:
    """The meetings there were by then, with what `meeting_records` tells of them."""
    known = public_meetings(known_at=moment.known_at).select_related("forum")
    sources = Prefetch("sources", public_sources(known_at=moment.known_at))
    return by_the_day(known.prefetch_related(_PARTIES, sources), moment)


_PARTIES = Prefetch("parties", Party.objects.public())


def meeting_records(meetings: Iterable[Meeting], moment: Moment) -> list[Payload]:
    """Meetings of `described_meetings` as this register had published them by then."""
    return [payloads.meeting(meeting) for meeting in as_known(meetings, moment)]


def meeting_in_full(slug: str, moment: Moment) -> Payload | None:
    """A meeting with what it did to every commitment, and on which it was silent.

    Also one that lay ahead: what it did is then empty.
    """
    known = public_meetings(known_at=moment.known_at).select_related("forum").filter(slug=slug)
    sources = Prefetch("sources", public_sources(known_at=moment.known_at))
    meeting = next(iter(as_known(known.prefetch_related(_PARTIES, sources), moment)), None)
    if meeting is None:
        return None
    told = with_words(outcomes(meeting, moment), moment)
    before, after = previous_of_forum(meeting, moment), next_of_forum(meeting, moment)
    return {
        **payloads.meeting(meeting),
        "previous": before.slug if before is not None else None,
        "next": after.slug if after is not None else None,
        "updates": [told_step(outcome.step, title=outcome.title) for outcome in told],
        "passed_over": [
            payloads.commitment_name(silent) for silent in passed_over_by(meeting, moment)
        ],
        "notes": _notes(public_notes(known_at=moment.known_at).filter(meeting=meeting)),
    }


# -- Sources ------------------------------------------------------------------------------------


def source_in_full(slug: str, moment: Moment) -> Payload | None:
    """A source with all that rests on it, in the order of its text."""
    source = public_sources(known_at=moment.known_at).filter(slug=slug).first()
    if source is None:
        return None
    meetings = public_meetings(known_at=moment.known_at).filter(sources=source)
    if moment.as_of is not None:
        meetings = meetings.filter(first_day__lte=moment.as_of)
    return {
        **payloads.source(source),
        "citations": _resting_on(source, moment),
        "meetings": list(meetings.values_list("slug", flat=True)),
        "notes": _notes(public_notes(known_at=moment.known_at).filter(source=source)),
    }


def _resting_on(source: Source, moment: Moment) -> list[Payload]:
    cited: list[Citation] = with_what_rests(resting_on(source, moment))
    known = known_seq(moment.known_at)
    commitments = {citation.update.commitment for citation in cited}
    titles = {} if known is None else titles_known(commitments, known)
    return [
        payloads.cited(citation, title=titles.get(commitment.pk, commitment.title))
        for citation in cited
        for commitment in (citation.update.commitment,)
    ]
