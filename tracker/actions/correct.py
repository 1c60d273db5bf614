"""Correct or retract published records.

The published row stays unchanged and readable; a `Revision` records that it no longer counts.
Each action raises ValidationError with a message, and writes nothing, when it is refused.
"""

from __future__ import annotations

from typing import Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.log.append import Stamp, Subject, open_log
from tracker.actions.log.projection import Projection, save
from tracker.actions.log.search_index import index
from tracker.actions.publishing.drafts import require_draft, touch
from tracker.actions.publishing.publish import publish_in
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    Note,
    Revision,
    Significance,
    StatusUpdate,
)
from tracker.schema import payloads


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError(_("Say why: readers see the reason beside what it replaces."))
    return reason.strip()


def _require_counting(update: StatusUpdate) -> Commitment:
    """Return the locked commitment of an update; refuse a draft or an update already revised."""
    commitment = Commitment.objects.select_for_update().get(pk=update.commitment_id)
    current = StatusUpdate.objects.select_related("revision").get(pk=update.pk)
    if not current.is_published or not commitment.is_public:
        raise ValidationError(_("A draft is simply edited; only what is public is revised."))
    if hasattr(current, "revision"):
        raise ValidationError(
            _("Update %(number)d was already corrected or retracted, by change %(seq)d."),
            params={"number": current.number, "seq": current.revision.seq},
        )
    return commitment


def correct_update(replacement: StatusUpdate, **stamp: Unpack[Stamp]) -> Change:
    """Publish a draft that corrects the update named in its `corrects`, for its `reason`."""
    with open_log(**stamp) as log:
        require_draft(replacement)
        original = replacement.corrects
        if original is None or original.commitment_id != replacement.commitment_id:
            raise ValidationError(_("A correction names the update of the same commitment."))
        _require_reason(replacement.reason)
        _require_counting(original)
        return publish_in(log, replacement)


def retract_update(
    update: StatusUpdate,
    *,
    reason: str,
    significance: str = Significance.MAJOR,
    **stamp: Unpack[Stamp],
) -> Change:
    """Retract an update that should not have been published: it no longer counts."""
    with open_log(**stamp) as log:
        reason = _require_reason(reason)
        commitment = _require_counting(update)
        others = StatusUpdate.objects.filter(commitment=commitment).effective()
        if not others.exclude(pk=update.pk).exists():
            raise ValidationError(
                _("It is the only evidence of this commitment; retract the commitment instead.")
            )
        projection = Projection.read(commitment)
        Revision.objects.create(update=update, reason=reason, seq=log.next_seq)
        change = log.append(
            ChangeKind.RETRACTION,
            {
                "commitment": payloads.commitment_name(commitment),
                "retracts": payloads.update(update),
                "reason": reason,
            },
            Subject(commitment=commitment, update=update, meeting=update.meeting),
            significance=significance,
        )
        projection.change(change.seq, change.recorded_at, removed=update.pk)
        save([projection])
        index([commitment])
        return change


def retract_commitment(
    commitment: Commitment,
    *,
    reason: str,
    significance: str = Significance.MAJOR,
    **stamp: Unpack[Stamp],
) -> Change:
    """Retract a commitment that should not have been recorded: its page returns 410 from now on."""
    with open_log(**stamp) as log:
        reason = _require_reason(reason)
        commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
        if not commitment.is_public:
            raise ValidationError(_("Only a public commitment can be retracted."))
        commitment.retracted_seq = log.next_seq
        commitment.save(update_fields=["retracted_seq"])
        change = log.append(
            ChangeKind.RETRACTION,
            {
                "commitment": payloads.commitment_name(commitment),
                "retracts": payloads.commitment(commitment),
                "reason": reason,
            },
            Subject(commitment=commitment),
            significance=significance,
        )
        touch(commitment, change)
        index([commitment])
        return change


def retract_note(
    note: Note, *, reason: str, significance: str = Significance.MAJOR, **stamp: Unpack[Stamp]
) -> Change:
    """Retract an analyst's note that should not have been published: it is no longer shown."""
    with open_log(**stamp) as log:
        reason = _require_reason(reason)
        note = Note.objects.select_for_update().get(pk=note.pk)
        if not note.is_public:
            raise ValidationError(_("Only a public note can be retracted."))
        note.retracted_seq = log.next_seq
        note.save(update_fields=["retracted_seq"])
        change = log.append(
            ChangeKind.RETRACTION,
            {"retracts": payloads.note(note), "reason": reason},
            Subject(commitment=note.commitment, meeting=note.meeting, note=note),
            significance=significance,
        )
        if note.commitment is not None:
            touch(note.commitment, change)
        return change
