"""The acts on all updates of a meeting: send for review, publish, mark as fully recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack

from django.utils import timezone
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.actions.log.append import ByStaff
from tracker.actions.publishing.publish import mark_fully_recorded
from tracker.actions.review.publish import (
    in_review_of,
    publish_together,
    rows_in_review,
)
from tracker.actions.review.states import drafts_of, drafts_to_send, send_together
from tracker.admin.editing.acts import Act, Done
from tracker.admin.editing.warnings import commitment_warnings, quotation_warnings
from tracker.admin.review.shown import SHOWN
from tracker.models import WAITING, Commitment, Meeting, MeetingState
from tracker.queries.drafts.submissions import Draft
from tracker.queries.flags import Carried, carried_flags
from tracker.queries.records.meeting import passed_over_by
from tracker.queries.viewpoint import Viewpoint


class SendItsUpdates(Act):
    name = "send-updates"
    permission = "tracker.change_statusupdate"
    label = _("Send its updates for review")
    explanation = _(
        "All drafts that name this meeting go to review together, with the new commitments among "
        "them. An editor then publishes them all at once, or sends single ones back. Nothing "
        "becomes public by this."
    )
    refused_label = _("They cannot be sent as things stand:")

    def is_offered(self, record: Meeting) -> bool:
        return drafts_of(record).exclude(review__state__in=WAITING).exists()

    def drafts(self, record: Meeting) -> Sequence[Draft]:
        return drafts_to_send(record)

    def perform(self, record: Meeting, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        sent = send_together(record, shown=data.get(SHOWN), **stamp)
        message = ngettext("%(count)d draft is in review.", "%(count)d drafts are in review.", sent)
        return Done(record=record, message=message % {"count": sent})

    def rehearse(self, record: Meeting, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        done = self.perform(record, data, **stamp)
        return replace(done, warnings=_warnings(record))


class PublishItsUpdates(Act):
    name = "publish-updates"
    label = _("Publish its updates")
    explanation = _(
        "All drafts in review that name this meeting become public together: the updates of "
        "public commitments, and new commitments with their first update. When one of them is "
        "refused, none is published."
    )

    def is_offered(self, record: Meeting) -> bool:
        return record.is_public and in_review_of(record).exists()

    def drafts(self, record: Meeting) -> Sequence[Draft]:
        return [draft for row in rows_in_review(record) for draft in row.drafts]

    def perform(self, record: Meeting, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        changes = publish_together(record, shown=data.get(SHOWN), **stamp)
        return Done(record=record, changes=changes)

    def rehearse(self, record: Meeting, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        day = timezone.localdate(stamp["now"])
        among = set(in_review_of(record).values_list("commitment_id", flat=True))
        left = drafts_of(record).exclude(pk__in=in_review_of(record)).count()
        before = carried_flags(among, day=day)
        warnings = _warnings(record)
        done = self.perform(record, data, **stamp)
        notes = _flag_notes(before, carried_flags(among, day=day))
        if left:
            message = ngettext(
                "%(count)d further draft names this meeting; it is not in review and stays.",
                "%(count)d further drafts name this meeting; they are not in review and stay.",
                left,
            )
            notes.append(message % {"count": left})
        return replace(done, notes=notes, warnings=warnings)


def _warnings(meeting: Meeting) -> list[str]:
    """Return warnings about the drafts of a meeting that are in review."""
    new = Commitment.objects.draft().filter(updates__in=in_review_of(meeting)).distinct()
    warnings = quotation_warnings(in_review_of(meeting))
    return [*warnings, *commitment_warnings(new.select_related("first_stated_at"))]


def _flag_notes(before: set[Carried], after: set[Carried]) -> list[str]:
    """Return a sentence for each flag of a commitment that begins or ends."""
    if before == after:
        return [_text("No flag of these commitments changes on this day.")]
    notes = []
    for flag, reference, title in sorted(before ^ after, key=lambda carried: carried[1:]):
        sentence = (
            _text("From then on flagged “%(flag)s”: %(reference)s %(title)s.")
            if (flag, reference, title) in after
            else _text("No longer flagged “%(flag)s”: %(reference)s %(title)s.")
        )
        notes.append(sentence % {"flag": flag.label, "reference": reference, "title": title})
    return notes


class MarkFullyRecorded(Act):
    name = "fully-recorded"
    label = _("Mark as fully recorded")
    explanation = _(
        "Say so only when the whole text of the meeting was read and every commitment in it is "
        "recorded: from then on its silence counts, and open commitments of the same parties "
        "that it does not mention are shown as not mentioned. It cannot be taken back."
    )

    def is_offered(self, record: Meeting) -> bool:
        return (
            record.is_public and record.state == MeetingState.HELD and not record.is_fully_recorded
        )

    def perform(self, record: Meeting, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        return Done(record=record, changes=[mark_fully_recorded(record, **stamp)])

    def rehearse(self, record: Meeting, data: dict[str, Any], **stamp: Unpack[ByStaff]) -> Done:
        done = self.perform(record, data, **stamp)
        silent = passed_over_by(record, Viewpoint(timezone.localdate(stamp["now"])))
        notes = [
            _text("From then on it counts as not mentioned: %(reference)s %(title)s.")
            % {"reference": commitment.reference, "title": commitment.title}
            for commitment in silent
        ]
        left = drafts_of(record).count()
        if left:
            message = ngettext(
                "%(count)d draft names this meeting and is not public: publish it first.",
                "%(count)d drafts name this meeting and are not public: publish them first.",
                left,
            )
            notes.insert(0, message % {"count": left})
        if not silent:
            notes.append(_text("No open commitment of these parties counts as not mentioned."))
        return replace(done, notes=notes)
