"""What happens to a draft inside the office before it is public: edited, sent, sent back, approved.

Nothing here is public or in the log. Whoever last edited a draft or sent it for review does not
publish it where settings.REQUIRE_SECOND_PERSON says so: `refuse_unreviewed` holds that, for each
way that leads to publication. Raises ValidationError with a sentence when refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.drafts import require_draft
from tracker.actions.edits import remember
from tracker.actions.log import open_log
from tracker.models import (
    REVIEWED,
    Change,
    Commitment,
    Meeting,
    Note,
    Review,
    ReviewState,
    StatusUpdate,
    WorksheetRow,
)
from tracker.models.records import PublicRecord

# What an act of its own publishes.
Draft = Meeting | Commitment | StatusUpdate | Note

_WAITING = (ReviewState.IN_REVIEW, ReviewState.SCHEDULED)
# The nouns that become public with what rests on them.
_INTRODUCED = ("party", "topic", "forum", "source")
_FURTHEST = dt.timedelta(days=3660)


def review_of(record: PublicRecord | StatusUpdate) -> Review:
    """The review of a record as the database holds it; a new one when it has none."""
    mine = {REVIEWED[type(record)]: record}
    return Review.objects.filter(**mine).first() or Review(**mine)


def hold(record: Draft) -> None:
    """Lock the row of a draft until the transaction ends, so that nobody edits it meanwhile."""
    list(type(record)._base_manager.select_for_update().filter(pk=record.pk))
    require_draft(record)


def _back_to_draft(review: Review) -> None:
    review.state = ReviewState.DRAFT
    review.publish_at = review.first_update = None


def note_edit(
    record: PublicRecord | StatusUpdate,
    *,
    now: dt.datetime,
    by: AbstractBaseUser,
    within: dt.timedelta = dt.timedelta(),
) -> bool:
    """Remember who edited a draft, and what it says by now. Returns whether that took it out of
    review.

    A review is of the text that was sent, so what is edited after that is a draft again; so is
    the commitment that was to be published with an update that is edited.
    """
    review = review_of(record)
    was_waiting = review.state in _WAITING
    review.edited_by_id, review.edited_at = by.pk, now
    if was_waiting:
        _back_to_draft(review)
    review.save()
    remember(record, now=now, by=by, within=within)
    if isinstance(record, StatusUpdate):
        for other in Review.objects.filter(first_update=record, state=ReviewState.SCHEDULED):
            _back_to_draft(other)
            other.save()
    return was_waiting


def _with_its_updates(record: Draft) -> list[Draft]:
    """The draft, and with a commitment the drafts of its updates, with which it is published."""
    if not isinstance(record, Commitment):
        return [record]
    return [record, *StatusUpdate.objects.draft().filter(commitment=record)]


def send_for_review(record: Draft, *, now: dt.datetime, by: AbstractBaseUser) -> None:
    """Hand a draft to whoever publishes; a commitment goes with the drafts of its updates."""
    with open_log(now=now, by=by):
        hold(record)
        if review_of(record).state in _WAITING:
            raise ValidationError(_("It is in review already."))
        for draft in _with_its_updates(record):
            review = review_of(draft)
            if review.state in _WAITING:
                continue
            review.state, review.comment = ReviewState.IN_REVIEW, ""
            review.sent_by_id, review.sent_at = by.pk, now
            review.reviewed_by = review.reviewed_at = None
            review.save()


def send_together(meeting: Meeting, *, now: dt.datetime, by: AbstractBaseUser) -> int:
    """Hand over all drafts that name a meeting, with the new commitments among them.

    Returns how many were sent. Raises ValidationError when there are none, or when something that
    was typed on the meeting's worksheet is no draft yet and would so be left out unnoticed.
    """
    with open_log(now=now, by=by):
        unfinished = WorksheetRow.objects.filter(meeting=meeting, typed__mention="mentioned")
        if unfinished.exists():
            named = [str(row.commitment or _("a new commitment")) for row in unfinished]
            raise ValidationError(
                _("Finish these rows of the worksheet, or set them to “not mentioned”: %(rows)s."),
                params={"rows": "; ".join(named)},
            )
        drafts = StatusUpdate.objects.draft().filter(
            meeting=meeting, commitment__retracted_seq=None
        )
        sent = 0
        for update in drafts.select_related("commitment").order_by("commitment__reference", "pk"):
            record = update if update.commitment.is_published else update.commitment
            for draft in dict.fromkeys((record, update)):
                if review_of(draft).state not in _WAITING:
                    send_for_review(draft, now=now, by=by)
                    sent += 1
        if not sent:
            raise ValidationError(_("No draft that names this meeting waits to be sent."))
        return sent


def send_back(record: Draft, *, comment: str, now: dt.datetime, by: AbstractBaseUser) -> None:
    """Return a draft with what is to be done; a commitment with its updates in review."""
    if not comment.strip():
        raise ValidationError(_("Say what is to be done, for whoever goes on with the draft."))
    with open_log(now=now, by=by):
        hold(record)
        if review_of(record).state not in _WAITING:
            raise ValidationError(_("It is not in review."))
        for draft in _with_its_updates(record):
            review = review_of(draft)
            if review.state in _WAITING:
                _back_to_draft(review)
                review.comment = comment.strip()
                review.reviewed_by_id, review.reviewed_at = by.pk, now
                review.save()


def refuse_unreviewed(record: Draft, *, by: AbstractBaseUser | None) -> None:
    """Refuse what was not sent for review, or was edited last or sent by `by`. Locks the draft."""
    hold(record)
    if not settings.REQUIRE_SECOND_PERSON:
        return
    review = review_of(record)
    if review.state not in _WAITING:
        raise ValidationError(
            _("Send “%(record)s” for review first: somebody else publishes it."),
            params={"record": record},
        )
    if by is None or by.pk in {review.edited_by_id, review.sent_by_id}:
        raise ValidationError(
            _("“%(record)s” was last edited or sent for review by you: somebody else publishes it.")
            if by is not None
            else _("“%(record)s” is published by a person who reviewed it."),
            code="second_person",
            params={"record": record},
        )


def refuse_own_introductions(changes: Iterable[Change], *, by: AbstractBaseUser | None) -> None:
    """Refuse lines that make public what `by` edited last, such as a source cited first here."""
    if not settings.REQUIRE_SECOND_PERSON or by is None:
        return
    seqs = [change.seq for change in changes if "introduces" in change.payload]
    for name in _INTRODUCED:
        own = Review.objects.filter(edited_by_id=by.pk, **{f"{name}__published_seq__in": seqs})
        for review in own:
            raise ValidationError(
                _(
                    "“%(record)s” becomes public with it and was last edited by you: somebody "
                    "else publishes it."
                ),
                code="second_person",
                params={"record": review.record},
            )


def close(record: Draft, *, now: dt.datetime, by: AbstractBaseUser | None) -> None:
    """Remember who published; records that no person had in hand keep no review."""
    review = review_of(record)
    if by is None and review._state.adding:
        return
    review.state = ReviewState.PUBLISHED
    review.reviewed_by_id, review.reviewed_at = by.pk if by is not None else None, now
    review.save()


def schedule(
    record: Draft,
    *,
    publish_at: dt.datetime,
    first_update: StatusUpdate | None = None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> None:
    """Approve a draft for publication at a later time, by `publish_scheduled`."""
    if not now < publish_at <= now + _FURTHEST:
        raise ValidationError(
            {"publish_at": _("Give a time that is still to come, within ten years.")}
        )
    with open_log(now=now, by=by):
        for draft in (record, *([first_update] if first_update else [])):
            refuse_unreviewed(draft, by=by)
        review = review_of(record)
        review.state, review.publish_at = ReviewState.SCHEDULED, publish_at
        review.first_update = first_update
        review.reviewed_by_id, review.reviewed_at, review.comment = by.pk, now, ""
        review.save()


def call_off(record: Draft, *, now: dt.datetime, by: AbstractBaseUser) -> None:
    """Take back the approval of what is scheduled: it is in review again."""
    with open_log(now=now, by=by):
        hold(record)
        review = review_of(record)
        if review.state != ReviewState.SCHEDULED:
            raise ValidationError(_("It is not scheduled."))
        review.state = ReviewState.IN_REVIEW if review.sent_by_id else ReviewState.DRAFT
        review.publish_at = review.first_update = review.reviewed_by = review.reviewed_at = None
        review.save()
