"""Making drafts public: commitments with their first update, updates, meetings and notes.

Each action raises ValidationError, with a sentence for the person who tried, when the draft is not
fit to be published; nothing is written then. Parties, topics, forums and sources become public
with the first thing that rests on them, and the change that does it carries them in full.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.actions import publication_rules as rules
from tracker.actions.drafts import drafted_names, gives_name, introduce, require_draft, touch
from tracker.actions.log import OpenLog, Subject, open_log
from tracker.actions.projection import counting, project, published
from tracker.actions.search_index import write_document
from tracker.actions.timeline import PublishedUpdate
from tracker.lib.row_writing import write_each
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    Meeting,
    MeetingState,
    Note,
    Source,
    StatusUpdate,
)
from tracker.queries.submissions import forum_with_parties
from tracker.schema import payloads


def parties_key(meeting: Meeting) -> str:
    """The parties of a meeting as one comparable text."""
    return "-".join(sorted(party.code for party in meeting.parties.all()))


def publish_meeting(
    meeting: Meeting,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Make a meeting public, with its forum, parties and sources."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
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


def mark_fully_recorded(
    meeting: Meeting,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Say that all outcomes of a meeting are recorded, so that its silence counts."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
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
    commitment: Commitment,
    *,
    first_update: StatusUpdate,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> list[Change]:
    """Make a commitment public with its first update: there is no status without a source."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        require_draft(commitment)
        if first_update.commitment_id != commitment.pk:
            raise ValidationError(_("The first update belongs to another commitment."))
        rules.require_context(commitment, commitment.parties.all())
        aliases = drafted_names(commitment, first_update)
        introduced = introduce(
            [
                *commitment.parties.all(),
                *commitment.topics.all(),
                *forum_with_parties(commitment.series),
            ],
            seq=log.next_seq,
        )
        for alias in aliases:
            alias.published_seq = log.next_seq
            alias.save(update_fields=["published_seq"])
        # Saved with the position that the first update gives it: a public commitment has a stage.
        commitment.published_seq = log.next_seq
        published = log.append(
            ChangeKind.COMMITMENT_PUBLISHED,
            {"commitment": payloads.commitment(commitment), **introduced},
            Subject(commitment=commitment),
            significance=first_update.significance,
        )
        return [published, publish_in(log, commitment, first_update)]


def publish_update(
    update: StatusUpdate,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Make an update of a public commitment public."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
        commitment = Commitment.objects.select_for_update().get(pk=update.commitment_id)
        if not commitment.is_public:
            raise ValidationError(
                _("Publish the commitment “%(commitment)s” first."),
                params={"commitment": commitment.title},
            )
        if update.corrects_id is not None:
            raise ValidationError(_("Publish a correction as a correction."))
        return publish_in(log, commitment, update)


def require_evidence(update: StatusUpdate, *, today: dt.date) -> list[Source]:
    """Return the sources of an update, refusing one without evidence or from the future."""
    # Whole documents are not needed here, and are what is large.
    citations = update.citations.select_related("source").defer("source__text")
    sources = [citation.source for citation in citations]
    rules.require_evidence(update, sources, today=today)
    # Asked for again by whoever tells of the update.
    update.__dict__.setdefault("_prefetched_objects_cache", {})["citations"] = citations
    return sources


def next_number(updates: Iterable[PublishedUpdate]) -> int:
    """The number after those of all that were ever published of a commitment."""
    return max((update.number for update in updates), default=0) + 1


def make_public(log: OpenLog, update: StatusUpdate, *, seq: int, number: int) -> None:
    """Give an update its permanent number and its place in the log."""
    update.number = number
    update.gives_name = gives_name(update)
    update.published_seq, update.published_at = seq, log.recorded_at
    write_each([update], rules.PUBLICATION)


def publish_in(log: OpenLog, commitment: Commitment, update: StatusUpdate) -> Change:
    """Publish an update inside an open log and bring the projection up to date."""
    require_draft(update)
    update.commitment = commitment
    sources = require_evidence(update, today=timezone.localdate(log.recorded_at))
    told = published(commitment)
    others: list[rules.Event] = [*counting(told)]
    before = rules.state_before(update, others)
    seq = log.next_seq
    # Read under the lock: what is public is so for good.
    rests_on = [*([update.party] if update.party else []), *sources]
    introduced = introduce([r for r in rests_on if not r.is_published], seq=seq)
    make_public(log, update, seq=seq, number=next_number(told))
    kind, payload = rules.told(commitment, update, before)
    change = log.append(
        kind,
        {**payload, **introduced},
        Subject(commitment=commitment, update=update, meeting=update.meeting),
        significance=update.significance,
    )
    bisect.insort(others, update, key=rules.place)
    project(commitment, seq=seq, now=change.recorded_at, updates=others)
    write_document(commitment, updates=others)
    return change


def publish_note(
    note: Note,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None = None,
    is_backfill: bool = False,
) -> Change:
    """Make an analyst's note public, as commentary on a public meeting or commitment."""
    with open_log(now=now, by=by, is_backfill=is_backfill) as log:
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
