"""What happens to a draft inside the office before it is public: edited, sent, sent back, approved.

Nothing here is public or in the log. Whoever wrote any of a draft or sent it for review does not
publish it where settings.REQUIRE_SECOND_PERSON says so, and nobody publishes what says something
else than was sent: `refusals` holds that, for each way that leads to publication. Raises
ValidationError with a sentence when refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.log.append import open_log
from tracker.actions.review.approval import (
    Shown,
    end_changed_reviews,
    end_review,
    lock_drafts,
    refuse_other_than_sent,
    refuse_other_than_shown,
    reviews_of,
    waiting_on,
)
from tracker.actions.review.edits import remember
from tracker.models import (
    WAITING,
    Change,
    Commitment,
    Meeting,
    Review,
    ReviewState,
    StatusUpdate,
    WorksheetRow,
)
from tracker.models.records import PublicRecord
from tracker.queries.drafts.submissions import Draft, Submission, digest_of

# The nouns that become public with what rests on them.
_INTRODUCED = ("party", "topic", "forum", "source")
_FURTHEST = dt.timedelta(days=3660)
_SENT = (
    *("state", "comment", "sent_by", "sent_at", "reviewed_by", "reviewed_at"),
    *("sent_content", "sent_digest", "approved_digest"),
)


def review_of(record: PublicRecord | StatusUpdate) -> Review:
    """The review of a record as the database holds it; a new one when it has none."""
    return reviews_of([record])[record]


def note_edit(
    record: PublicRecord | StatusUpdate,
    *,
    now: dt.datetime,
    by: AbstractBaseUser,
    within: dt.timedelta = dt.timedelta(),
) -> bool:
    """Remember who edited a draft, and what it says by now. Returns whether that took it out of
    review.

    A review is of what was sent, so each draft that says something else by it is a draft again:
    the record itself, and whatever rests on it.
    """
    review = review_of(record)
    before = review.edited_by_id
    review.edited_by_id, review.edited_at = by.pk, now
    if review._state.adding:
        review.save()
    else:
        review.save(update_fields=["edited_by", "edited_at"])
    if before is not None and before != by.pk:
        review.earlier_editors.add(before)
    remember(record, now=now, by=by, within=within)
    return review.pk in end_changed_reviews(waiting_on(record), by=by)


def with_its_updates(record: Draft) -> list[Draft]:
    """The draft, and with a commitment the drafts of its updates, with which it is published."""
    if not isinstance(record, Commitment):
        return [record]
    return [record, *StatusUpdate.objects.draft().filter(commitment=record)]


def send_for_review(
    record: Draft, *, shown: Shown | None = None, now: dt.datetime, by: AbstractBaseUser
) -> None:
    """Hand a draft to whoever publishes; a commitment goes with the drafts of its updates.

    `shown` is what the page showed on which somebody decided that; refused when it says something
    else by now.
    """
    with open_log(now=now, by=by):
        submissions = lock_drafts([record])
        if review_of(record).state in WAITING:
            raise ValidationError(_("It is in review already."))
        if shown is not None:
            refuse_other_than_shown(record, submissions[record], shown)
        send(with_its_updates(record), shown=shown, now=now, by=by)


def send(
    drafts: Sequence[Draft],
    *,
    shown: Shown | None = None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> int:
    """Send those of some drafts that do not wait yet, with the log open; return how many."""
    reviews = reviews_of(drafts)
    left = [draft for draft in drafts if reviews[draft].state not in WAITING]
    submissions = lock_drafts(left)
    for draft in left:
        if shown is not None:
            refuse_other_than_shown(draft, submissions[draft], shown)
        review = reviews[draft]
        review.state, review.comment = ReviewState.IN_REVIEW, ""
        review.sent_by_id, review.sent_at = by.pk, now
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


def send_together(
    meeting: Meeting, *, shown: Shown | None = None, now: dt.datetime, by: AbstractBaseUser
) -> int:
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
        sent = send(drafts_to_send(meeting), shown=shown, now=now, by=by)
        if not sent:
            raise ValidationError(_("No draft that names this meeting waits to be sent."))
        return sent


def drafts_to_send(meeting: Meeting) -> list[Draft]:
    """The drafts that go to review with a meeting's worksheet: those that do not wait yet.

    A new commitment goes with the drafts of all its updates.
    """
    drafts = StatusUpdate.objects.draft().filter(meeting=meeting, commitment__retracted_seq=None)
    found: list[Draft] = []
    new: dict[Commitment, None] = {}
    for update in drafts.select_related("commitment").order_by("commitment__reference", "pk"):
        if update.commitment.is_published:
            found.append(update)
        else:
            new[update.commitment] = None
    found += [*new, *StatusUpdate.objects.draft().filter(commitment__in=list(new)).order_by("pk")]
    reviews = reviews_of(found)
    return [draft for draft in found if reviews[draft].state not in WAITING]


def send_back(record: Draft, *, comment: str, now: dt.datetime, by: AbstractBaseUser) -> None:
    """Return a draft with what is to be done; a commitment with its updates in review."""
    if not comment.strip():
        raise ValidationError(_("Say what is to be done, for whoever goes on with the draft."))
    with open_log(now=now, by=by):
        for review in _waiting_with(record):
            end_review(review, comment=comment.strip())
            reviewed = {"reviewed_by": by.pk, "reviewed_at": now}
            Review.objects.filter(pk=review.pk).update(**reviewed)


def withdraw(record: Draft, *, now: dt.datetime, by: AbstractBaseUser) -> None:
    """Take a draft out of review on purpose, to go on with it: for whoever wrote or sent it."""
    with open_log(now=now, by=by):
        reviews = _waiting_with(record)
        if not had_a_hand_in(reviews[0], by):
            raise ValidationError(_("Only whoever wrote it or sent it takes it back."))
        for review in reviews:
            told = _("Taken back from review by %(person)s.") % {"person": by}
            end_review(review, comment=told)


def _waiting_with(record: Draft) -> list[Review]:
    """The reviews under way of a draft, and with a commitment of its updates. Locks the draft."""
    lock_drafts([record])
    reviews = reviews_of(with_its_updates(record))
    if reviews[record].state not in WAITING:
        raise ValidationError(_("It is not in review."))
    return [review for review in reviews.values() if review.state in WAITING]


def had_a_hand_in(review: Review, person: AbstractBaseUser) -> bool:
    """Whether somebody wrote any of a draft, or sent it."""
    if person.pk in {review.edited_by_id, review.sent_by_id}:
        return True
    is_stored = not review._state.adding
    return is_stored and review.earlier_editors.filter(pk=person.pk).exists()


def refusals(
    drafts: Sequence[Draft], *, shown: Shown | None, by: AbstractBaseUser | None
) -> tuple[dict[Draft, Submission], dict[Draft, ValidationError]]:
    """What drafts say, locked; and why some of them may not be published, or not by `by`.

    Refused is what was not sent for review, or was written or sent by `by`, where a second person
    is asked for; and always what says something else than when it was sent, or than `shown`.
    """
    submissions = lock_drafts(drafts)
    reviews = reviews_of(drafts)
    refused: dict[Draft, ValidationError] = {}
    for draft in drafts:
        try:
            refuse_other_than_sent(draft, submissions[draft], reviews[draft])
            if shown is not None:
                refuse_other_than_shown(draft, submissions[draft], shown)
            if settings.REQUIRE_SECOND_PERSON:
                _refuse_unreviewed(draft, reviews[draft], by=by)
        except ValidationError as error:
            refused[draft] = error
    return submissions, refused


def _refuse_unreviewed(draft: Draft, review: Review, *, by: AbstractBaseUser | None) -> None:
    if review.state not in WAITING:
        raise ValidationError(
            _("Send “%(record)s” for review first: somebody else publishes it."),
            params={"record": draft},
        )
    if by is None:
        raise ValidationError(
            _("“%(record)s” is published by a person who reviewed it."),
            code="second_person",
            params={"record": draft},
        )
    if had_a_hand_in(review, by):
        raise ValidationError(
            _("“%(record)s” was edited or sent for review by you: somebody else publishes it."),
            code="second_person",
            params={"record": draft},
        )


def refuse_own_introductions(changes: Iterable[Change], *, by: AbstractBaseUser | None) -> None:
    """Refuse lines that make public what `by` has edited, such as a source cited first here."""
    if not settings.REQUIRE_SECOND_PERSON or by is None:
        return
    seqs = [change.seq for change in changes if "introduces" in change.payload]
    mine = Q(edited_by=by.pk) | Q(earlier_editors=by.pk)
    for name in _INTRODUCED if seqs else ():
        for review in Review.objects.filter(mine, **{f"{name}__published_seq__in": seqs}):
            raise ValidationError(
                _(
                    "“%(record)s” becomes public with it and was edited by you: somebody else "
                    "publishes it."
                ),
                code="second_person",
                params={"record": review.record},
            )


def close(
    record: Draft, *, approved: str = "", now: dt.datetime, by: AbstractBaseUser | None
) -> None:
    """Remember who published, and the digest of what; records that no person had in hand keep no
    review."""
    review = review_of(record)
    if by is None and review._state.adding:
        return
    review.state = ReviewState.PUBLISHED
    review.reviewed_by_id, review.reviewed_at = by.pk if by is not None else None, now
    # The log says from now on what it says.
    review.sent_content, review.sent_digest, review.approved_digest = {}, "", approved
    review.save()


def schedule(
    record: Draft,
    *,
    publish_at: dt.datetime,
    first_update: StatusUpdate | None = None,
    shown: Shown | None = None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> None:
    """Approve a draft, as it is now, for publication at a later time by `publish_scheduled`."""
    if not now < publish_at <= now + _FURTHEST:
        raise ValidationError(
            {"publish_at": _("Give a time that is still to come, within ten years.")}
        )
    with open_log(now=now, by=by):
        drafts: list[Draft] = [record, *([first_update] if first_update else [])]
        submissions, refused = refusals(drafts, shown=shown, by=by)
        for refusal in refused.values():
            raise refusal
        # Where nobody had to send it, whoever approves it does.
        send(drafts, now=now, by=by)
        review = review_of(record)
        review.state, review.publish_at = ReviewState.SCHEDULED, publish_at
        review.first_update = first_update
        review.reviewed_by_id, review.reviewed_at, review.comment = by.pk, now, ""
        _name_content(review, submissions[record])
        review.approved_digest = review.sent_digest
        review.save()


def call_off(record: Draft, *, now: dt.datetime, by: AbstractBaseUser) -> None:
    """Take back the approval of what is scheduled: it is in review again."""
    with open_log(now=now, by=by):
        lock_drafts([record])
        review = review_of(record)
        if review.state != ReviewState.SCHEDULED:
            raise ValidationError(_("It is not scheduled."))
        review.state, review.approved_digest = ReviewState.IN_REVIEW, ""
        review.publish_at = review.first_update = review.reviewed_by = review.reviewed_at = None
        review.save()
