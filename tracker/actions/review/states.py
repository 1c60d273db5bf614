"""The states of a draft before it is public: edited, sent for review, sent back, scheduled.

Nothing here is public or written to the log. `rules` decides who may publish. Each action raises
ValidationError with a sentence, and writes nothing, when it is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.log.append import ByStaff, Stamp, open_log
from tracker.actions.review.approval import (
    Shown,
    end_changed_reviews,
    end_review,
    lock_drafts,
    refuse_other_than_shown,
    review_of,
    reviews_of,
    waiting_on,
)
from tracker.actions.review.edits import remember
from tracker.actions.review.rules import had_a_hand_in, require_publishable
from tracker.models import (
    WAITING,
    Commitment,
    Meeting,
    Review,
    ReviewState,
    StatusUpdate,
    StatusUpdateQuerySet,
    WorksheetRow,
)
from tracker.models.records import PublicRecord
from tracker.queries.drafts.submissions import Draft, Submission, digest_of

# How far ahead a publication may be scheduled.
_FURTHEST = dt.timedelta(days=3660)
# The fields of a review that sending sets.
_SENT = (
    *("state", "comment", "sent_by", "sent_at", "reviewed_by", "reviewed_at"),
    *("sent_content", "sent_digest", "approved_digest"),
)


def note_edit(
    record: PublicRecord | StatusUpdate,
    *,
    within: dt.timedelta = dt.timedelta(),
    **stamp: Unpack[ByStaff],
) -> bool:
    """Record who edited a draft, and its new version; return whether that ended its review.

    A review covers what was sent, so it ends for every draft whose content the edit changed: the
    record itself, and whatever refers to it.
    """
    review = review_of(record)
    before, by = review.edited_by_id, stamp["by"]
    review.edited_by_id, review.edited_at = by.pk, stamp["now"]
    if review._state.adding:
        review.save()
    else:
        review.save(update_fields=["edited_by", "edited_at"])
    if before is not None and before != by.pk:
        review.earlier_editors.add(before)
    remember(record, **stamp, within=within)
    return review.pk in end_changed_reviews(waiting_on(record), by=by)


def with_its_updates(record: Draft) -> list[Draft]:
    """Return a draft; for a commitment, also the drafts of its updates."""
    if not isinstance(record, Commitment):
        return [record]
    return [record, *StatusUpdate.objects.draft().filter(commitment=record)]


def send_for_review(record: Draft, *, shown: Shown | None = None, **stamp: Unpack[ByStaff]) -> None:
    """Send a draft for review; a commitment goes with the drafts of its updates.

    `shown` is the content on the page of the sender; it is refused if it has changed since.
    """
    with open_log(**stamp):
        submissions = lock_drafts([record])
        if review_of(record).state in WAITING:
            raise ValidationError(_("It is in review already."))
        if shown is not None:
            refuse_other_than_shown(record, submissions[record], shown)
        send(with_its_updates(record), shown=shown, **stamp)


def send(drafts: Sequence[Draft], *, shown: Shown | None = None, **stamp: Unpack[ByStaff]) -> int:
    """Send the drafts that are not in review yet, with the log open; return how many."""
    reviews = reviews_of(drafts)
    left = [draft for draft in drafts if reviews[draft].state not in WAITING]
    submissions = lock_drafts(left)
    for draft in left:
        if shown is not None:
            refuse_other_than_shown(draft, submissions[draft], shown)
        review = reviews[draft]
        review.state, review.comment = ReviewState.IN_REVIEW, ""
        review.sent_by_id, review.sent_at = stamp["by"].pk, stamp["now"]
        review.reviewed_by = review.reviewed_at = None
        _name_content(review, submissions[draft])
        review.approved_digest = ""
    sent = [reviews[draft] for draft in left]
    stored = [review for review in sent if not review._state.adding]
    Review.objects.bulk_create([review for review in sent if review._state.adding])
    Review.objects.bulk_update(stored, _SENT)
    return len(left)


def _name_content(review: Review, submission: Submission) -> None:
    review.sent_content = submission.content
    review.sent_digest = digest_of(submission.content)


def send_together(meeting: Meeting, *, shown: Shown | None = None, **stamp: Unpack[ByStaff]) -> int:
    """Send all drafts of a meeting for review, with its new commitments; return how many.

    Raise ValidationError when there are none, or when input on the meeting's worksheet is not a
    draft yet: it would be left out unnoticed.
    """
    with open_log(**stamp):
        unfinished = WorksheetRow.objects.filter(meeting=meeting, typed__mention="mentioned")
        if unfinished.exists():
            named = [str(row.commitment or _("a new commitment")) for row in unfinished]
            raise ValidationError(
                _("Finish these rows of the worksheet, or set them to “not mentioned”: %(rows)s."),
                params={"rows": "; ".join(named)},
            )
        sent = send(drafts_to_send(meeting), shown=shown, **stamp)
        if not sent:
            raise ValidationError(_("No draft that names this meeting waits to be sent."))
        return sent


def drafts_of(meeting: Meeting) -> StatusUpdateQuerySet:
    """Return the draft updates of a meeting."""
    return StatusUpdate.objects.draft().filter(meeting=meeting, commitment__retracted_seq=None)


def drafts_to_send(meeting: Meeting) -> list[Draft]:
    """Return the drafts of a meeting that are not in review yet.

    A new commitment goes with the drafts of all its updates.
    """
    found: list[Draft] = []
    new: dict[Commitment, None] = {}
    updates = drafts_of(meeting).select_related("commitment")
    for update in updates.order_by("commitment__reference", "pk"):
        if update.commitment.is_published:
            found.append(update)
        else:
            new[update.commitment] = None
    found += [*new, *StatusUpdate.objects.draft().filter(commitment__in=list(new)).order_by("pk")]
    reviews = reviews_of(found)
    return [draft for draft in found if reviews[draft].state not in WAITING]


def send_back(record: Draft, *, comment: str, **stamp: Unpack[ByStaff]) -> None:
    """End a review with a comment on what to do; a commitment's with those of its updates."""
    if not comment.strip():
        raise ValidationError(_("Say what is to be done, for whoever goes on with the draft."))
    with open_log(**stamp):
        for review in _waiting_with(record):
            end_review(review, comment=comment.strip())
            reviewed = {"reviewed_by": stamp["by"].pk, "reviewed_at": stamp["now"]}
            Review.objects.filter(pk=review.pk).update(**reviewed)


def withdraw(record: Draft, **stamp: Unpack[ByStaff]) -> None:
    """Take a draft out of review to go on with it; only its editors and its sender may."""
    with open_log(**stamp):
        reviews = _waiting_with(record)
        if not had_a_hand_in(reviews[0], stamp["by"]):
            raise ValidationError(_("Only whoever wrote it or sent it takes it back."))
        for review in reviews:
            comment = _("Taken back from review by %(person)s.") % {"person": stamp["by"]}
            end_review(review, comment=comment)


def _waiting_with(record: Draft) -> list[Review]:
    """Lock a draft; return its pending review, and for a commitment those of its updates."""
    lock_drafts([record])
    reviews = reviews_of(with_its_updates(record))
    if reviews[record].state not in WAITING:
        raise ValidationError(_("It is not in review."))
    return [review for review in reviews.values() if review.state in WAITING]


def close(record: Draft, *, approved: str = "", **stamp: Unpack[Stamp]) -> None:
    """Record who published what, by its digest; a record that no person handled gets no review."""
    review, by = review_of(record), stamp.get("by")
    if by is None and review._state.adding:
        return
    review.state = ReviewState.PUBLISHED
    review.reviewed_by_id, review.reviewed_at = by.pk if by is not None else None, stamp["now"]
    # From now on the log has the content.
    review.sent_content, review.sent_digest, review.approved_digest = {}, "", approved
    review.save()


def schedule(
    record: Draft,
    *,
    publish_at: dt.datetime,
    first_update: StatusUpdate | None = None,
    shown: Shown | None = None,
    **stamp: Unpack[ByStaff],
) -> None:
    """Approve a draft, as it is now, for publication by `publish_scheduled` at a later time."""
    now, by = stamp["now"], stamp["by"]
    if not now < publish_at <= now + _FURTHEST:
        raise ValidationError(
            {"publish_at": _("Give a time that is still to come, within ten years.")}
        )
    with open_log(**stamp):
        submissions = require_publishable(record, first_update, shown=shown, by=by)
        # Where nobody had to send it, the approver does.
        send(list(submissions), **stamp)
        review = review_of(record)
        review.state, review.publish_at = ReviewState.SCHEDULED, publish_at
        review.first_update = first_update
        review.reviewed_by_id, review.reviewed_at, review.comment = by.pk, now, ""
        _name_content(review, submissions[record])
        review.approved_digest = review.sent_digest
        review.save()


def call_off(record: Draft, **stamp: Unpack[ByStaff]) -> None:
    """Withdraw the approval of a scheduled draft, which is in review again."""
    with open_log(**stamp):
        lock_drafts([record])
        review = review_of(record)
        if review.state != ReviewState.SCHEDULED:
            raise ValidationError(_("It is not scheduled."))
        review.state, review.approved_digest = ReviewState.IN_REVIEW, ""
        review.publish_at = review.first_update = review.reviewed_by = review.reviewed_at = None
        review.save()
