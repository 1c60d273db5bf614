"""Publish drafts: commitments with their first update, updates, meetings and notes.

Each action raises ValidationError with a message for the user, and writes nothing, when the draft
cannot be published. Parties, topics, forums and sources become public with the first record that
refers to them, and the payload of that change includes them in full.
"""

from __future__ import annotations

from typing import Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.log.append import OpenLog, Stamp, Subject, change_of, open_log
from tracker.actions.publishing.chunk import Chunk
from tracker.actions.publishing.drafted import Drafted, DraftedUpdate
from tracker.actions.publishing.drafts import (
    drafted_names,
    gives_name,
    introduce,
    require_draft,
    touch,
)
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    Meeting,
    MeetingState,
    Note,
    StatusUpdate,
)
from tracker.queries.drafts.submissions import forum_with_parties
from tracker.schema import payloads


def parties_key(meeting: Meeting) -> str:
    """Return the parties of a meeting as one comparable string."""
    return "-".join(sorted(party.code for party in meeting.parties.all()))


def publish_meeting(meeting: Meeting, **stamp: Unpack[Stamp]) -> Change:
    """Publish a meeting with its forum, parties and sources."""
    with open_log(**stamp) as log:
        require_draft(meeting)
        sources = list(meeting.sources.all())
        if not meeting.parties.all():
            raise ValidationError(_("Name the parties of the meeting before publishing it."))
        if not sources:
            raise ValidationError(
                _("Name a source that says so before publishing “%(meeting)s”."),
                params={"meeting": meeting.title},
            )
        introduced = introduce(
            [
                *meeting.parties.all(),
                *forum_with_parties(meeting.forum),
                *sources,
            ],
            seq=log.next_seq,
        )
        meeting.published_seq = log.next_seq
        meeting.parties_key = parties_key(meeting)
        meeting.save(update_fields=["published_seq", "parties_key"])
        return log.append(
            ChangeKind.MEETING,
            {"meeting": payloads.meeting(meeting), **introduced},
            Subject(meeting=meeting),
        )


def mark_fully_recorded(meeting: Meeting, **stamp: Unpack[Stamp]) -> Change:
    """Mark all outcomes of a meeting as recorded, so that what it did not mention counts."""
    with open_log(**stamp) as log:
        meeting.refresh_from_db()
        if not meeting.is_public or meeting.state != MeetingState.HELD:
            raise ValidationError(_("Only a public meeting that was held can be fully recorded."))
        if meeting.is_fully_recorded:
            raise ValidationError(_("The meeting is already marked as fully recorded."))
        if meeting.first_day is None:
            raise ValidationError(_("A meeting needs a date before it can be fully recorded."))
        meeting.fully_recorded_seq = log.next_seq
        meeting.save(update_fields=["fully_recorded_seq"])
        return log.append(
            ChangeKind.MEETING,
            {"meeting": payloads.meeting(meeting), "before": {"is_fully_recorded": False}},
            Subject(meeting=meeting),
        )


def publish_commitment(
    commitment: Commitment, *, first_update: StatusUpdate, **stamp: Unpack[Stamp]
) -> list[Change]:
    """Publish a commitment with its first update: there is no status without a source."""
    with open_log(**stamp) as log:
        require_draft(commitment)
        if first_update.commitment_id != commitment.pk:
            raise ValidationError(_("The first update belongs to another commitment."))
        require_draft(first_update)
        drafted = Drafted(
            commitment,
            [_with_citations(first_update)],
            parties=list(commitment.parties.all()),
            topics=list(commitment.topics.all()),
            related=list(commitment.related.all()),
            aliases=drafted_names(commitment, first_update),
        )
        return _publish(log, drafted, is_new=True)


def publish_update(update: StatusUpdate, **stamp: Unpack[Stamp]) -> Change:
    """Publish an update of a public commitment."""
    with open_log(**stamp) as log:
        require_draft(update)
        if update.corrects_id is not None:
            raise ValidationError(_("Publish a correction as a correction."))
        return publish_in(log, update)


def publish_in(log: OpenLog, update: StatusUpdate) -> Change:
    """Publish an update, which may be a correction, in an open log."""
    update.gives_name = gives_name(update)
    # The chunk reads the commitment under a lock.
    commitment = Commitment(pk=update.commitment_id)
    [line] = _publish(log, Drafted(commitment, [_with_citations(update)]))
    return line


def _with_citations(update: StatusUpdate) -> DraftedUpdate:
    # The full texts of documents are large, and are not needed here.
    citations = update.citations.select_related("source").defer("source__text")
    return DraftedUpdate(update, list(citations))


def _publish(log: OpenLog, drafted: Drafted, *, is_new: bool = False) -> list[Change]:
    cited = (citation for given in drafted.updates for citation in given.citations)
    sources = {citation.source_id: citation.source for citation in cited}
    chunk = Chunk(log, [drafted], new=[drafted] if is_new else (), sources=sources)
    return [change_of(line) for line in chunk.publish()]


def publish_note(note: Note, **stamp: Unpack[Stamp]) -> Change:
    """Publish an analyst's note, as commentary on a public meeting or commitment."""
    with open_log(**stamp) as log:
        require_draft(note)
        about = note.meeting or note.commitment
        if about is None or not about.is_public:
            raise ValidationError(_("Publish what the note is about first."))
        introduced = introduce([note.source] if note.source else [], seq=log.next_seq)
        note.published_seq = log.next_seq
        note.save(update_fields=["published_seq"])
        change = log.append(
            ChangeKind.COMMENTARY,
            {"note": payloads.note(note), **introduced},
            Subject(commitment=note.commitment, meeting=note.meeting, note=note),
        )
        if note.commitment is not None:
            touch(note.commitment, change)
        return change
