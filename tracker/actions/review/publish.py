"""Publishing what was reviewed: one draft, all drafts of a meeting together, or what is due.

The rules of review are asked for under the lock of the log, so that two tabs, a direct request or
a clock come one after the other. Raises ValidationError with sentences, and writes nothing, when
refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Unpack

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.amend import publish_aliases
from tracker.actions.correct import correct_update
from tracker.actions.log.append import Stamp, open_log
from tracker.actions.publishing.drafts import drafted_names
from tracker.actions.publishing.publish import (
    publish_commitment,
    publish_meeting,
    publish_note,
    publish_update,
)
from tracker.actions.review.approval import ChangedError, Shown, end_review, of_draft
from tracker.actions.review.states import close, refusals, refuse_own_introductions, review_of
from tracker.models import (
    PUBLISH,
    Change,
    Commitment,
    Meeting,
    Note,
    Review,
    ReviewState,
    StatusUpdate,
    StatusUpdateQuerySet,
)
from tracker.queries.drafts.differences import SaidDifference
from tracker.queries.drafts.submissions import Draft, Submission, digest_of, key_of


def publish_reviewed(
    record: Draft,
    *,
    first_update: StatusUpdate | None = None,
    shown: Shown | None = None,
    now: dt.datetime,
    by: AbstractBaseUser | None,
) -> list[Change]:
    """Publish one draft; a commitment needs the update that it is published with.

    `shown` is what a page showed to whoever confirms it; what was sent for review is compared in
    any case. Raises ChangedError when it says something else by now.
    """
    with open_log(now=now, by=by):
        drafts: list[Draft] = [record, *([first_update] if first_update else [])]
        submissions, refused = refusals(drafts, shown=shown, by=by)
        for refusal in refused.values():
            raise refusal
        changes = publish_draft(record, first_update=first_update, now=now, by=by)
        refuse_own_introductions(changes, by=by)
        _close(submissions, now=now, by=by)
        return changes


def _close(
    submissions: Mapping[Draft, Submission], *, now: dt.datetime, by: AbstractBaseUser | None
) -> None:
    for draft, submission in submissions.items():
        close(draft, approved=digest_of(submission.content), now=now, by=by)


def publish_draft(
    record: Draft, first_update: StatusUpdate | None = None, **stamp: Unpack[Stamp]
) -> list[Change]:
    """Publish a draft with the names that were drafted with it, whatever became of its review."""
    match record:
        case Meeting():
            return [publish_meeting(record, **stamp)]
        case Note():
            return [publish_note(record, **stamp)]
        case StatusUpdate():
            publish = publish_update if record.corrects_id is None else correct_update
            change = publish(record, **stamp)
            names = drafted_names(record.commitment, record)
            beside = [publish_aliases(record.commitment, names, **stamp)] if names else []
            return [change, *beside]
    if first_update is None:
        raise ValidationError(
            _("Add an update with its source first: there is no status without one.")
        )
    return publish_commitment(record, first_update=first_update, **stamp)


# -- A meeting's drafts together -----------------------------------------------------------------


class Row(NamedTuple):
    """What one row of a meeting's drafts publishes."""

    record: Commitment | StatusUpdate
    first_update: StatusUpdate | None = None

    @property
    def drafts(self) -> list[Draft]:
        return [self.record, *([self.first_update] if self.first_update else [])]


def drafts_of(meeting: Meeting) -> StatusUpdateQuerySet:
    """The drafts of updates that name the meeting."""
    return StatusUpdate.objects.draft().filter(meeting=meeting, commitment__retracted_seq=None)


def in_review_of(meeting: Meeting) -> StatusUpdateQuerySet:
    """Those of `drafts_of` that wait for publication, and not for a time; in their order."""
    waiting = drafts_of(meeting).filter(review__state=ReviewState.IN_REVIEW)
    on_a_time = Q(commitment__published_seq=None, commitment__review__state=ReviewState.SCHEDULED)
    return (
        waiting.exclude(on_a_time)
        .select_related("commitment")
        .order_by("commitment__reference", "happened_first_day", "happened_last_day", "pk")
    )


def rows_in_review(meeting: Meeting) -> list[Row]:
    """A new commitment goes with its first draft; each further draft is an update of its own."""
    rows, begun = [], set()
    for update in in_review_of(meeting):
        commitment = update.commitment
        if commitment.is_published or commitment.pk in begun:
            rows.append(Row(update))
        else:
            begun.add(commitment.pk)
            rows.append(Row(commitment, update))
    return rows


def publish_together(
    meeting: Meeting,
    *,
    shown: Shown | None = None,
    now: dt.datetime,
    by: AbstractBaseUser | None,
) -> list[Change]:
    """Publish all drafts in review that name a public meeting, or none of them.

    They are updates of public commitments, and new commitments that were first stated there, each
    with its first update. Every row that is refused is named with its reason. `shown` is what a
    page showed of each: then there are neither more nor fewer of them.
    """
    with open_log(now=now, by=by):
        rows, written = rows_in_review(meeting), list[Change]()
        if not rows:
            raise ValidationError(_("No draft in review names this meeting."))
        drafts = [draft for row in rows for draft in row.drafts]
        if shown is not None:
            _refuse_missing(drafts, shown)
        submissions, refused = refusals(drafts, shown=shown, by=by)
        hindered: dict[Row, ValidationError] = {}
        for row in rows:
            why = next((refused[draft] for draft in row.drafts if draft in refused), None)
            if why is not None:
                hindered[row] = why
        left = [row for row in rows if row not in hindered]
        # What refers to another new commitment is tried again once that is public.
        while left:
            again: dict[Row, ValidationError] = {}
            for row in left:
                try:
                    with transaction.atomic():
                        written += publish_draft(*row, now=now, by=by)
                except ValidationError as error:
                    again[row] = error
            if len(again) == len(left):
                hindered |= again
                break
            left = list(again)
        if hindered:
            raise _all_refusals({row: hindered[row] for row in rows if row in hindered})
        refuse_own_introductions(written, by=by)
        _close(submissions, now=now, by=by)
        return written


def _refuse_missing(drafts: Iterable[Draft], shown: Shown) -> None:
    """Refuse to publish fewer drafts than a page showed."""
    missing = shown.keys() - {key_of(draft) for draft in drafts}
    if missing:
        raise ChangedError(
            _(
                "Some of what this page showed is not in review any more: it was changed, taken "
                "back or published meanwhile. Nothing was done: look at what is left."
            )
        )


def _all_refusals(hindered: Mapping[Row, ValidationError]) -> ValidationError:
    """One refusal that names each row, with what was changed in all of them."""
    told: list[str] = []
    found: list[SaidDifference] = []
    for row, error in hindered.items():
        told += [f"{row.record}: {message}" for message in error.messages]
        if isinstance(error, ChangedError):
            found += of_draft(row.record, error.differences)
    is_changed = any(isinstance(error, ChangedError) for error in hindered.values())
    return ChangedError(told, found) if is_changed else ValidationError(told)


# -- At a time ----------------------------------------------------------------------------------

# What others rest on comes first when several are due at once.
_ORDER = (Meeting, Commitment, StatusUpdate, Note)


def publish_scheduled(*, now: dt.datetime) -> list[int]:
    """Publish what is due, as its approver; return the numbers of the lines written.

    What is refused by then is a draft again, with the reason as its comment. Any number may do
    this at the same time. A fault with one holds up none of the others: it is raised at the end.
    """
    due = Review.objects.filter(state=ReviewState.SCHEDULED, publish_at__lte=now)
    found = sorted(
        due, key=lambda review: (review.publish_at, _ORDER.index(type(review.record)), review.pk)
    )
    written, faults = list[int](), list[Exception]()
    for review in found:
        try:
            written += [change.seq for change in _publish_due(review.pk, now=now)]
        except Exception as fault:  # whatever it is, others are due as well
            faults.append(fault)
    if faults:
        raise ExceptionGroup("Some of what was due could not be published.", faults)
    return written


def _publish_due(key: int, *, now: dt.datetime) -> list[Change]:
    with open_log(now=now):
        due = Review.objects.filter(pk=key, state=ReviewState.SCHEDULED, publish_at__lte=now)
        review = due.first()
        if review is None:
            return []
        record = review.record
        # Asked again with the row held: an edit in this moment takes the approval away.
        list(type(record)._base_manager.select_for_update().filter(pk=record.pk))
        review = due.first()
        if review is None:
            return []
        approver = review.reviewed_by
        try:
            _refuse_without_right(approver)
            return publish_reviewed(
                record,  # type: ignore[arg-type]  # the others are never scheduled
                first_update=review.first_update,
                now=now,
                by=approver,
            )
        except (ValidationError, IntegrityError) as error:
            told = error.messages if isinstance(error, ValidationError) else [str(error)]
        why = _("It was not published when it was due: %(why)s") % {"why": " ".join(told)}
        end_review(review_of(record), comment=why)
        return []


def _refuse_without_right(approver: User | None) -> None:
    """Who lost the right to publish since does not publish."""
    if approver is None or not approver.is_active or not approver.has_perm(PUBLISH):
        raise ValidationError(_("Who approved it may not publish any more."))
