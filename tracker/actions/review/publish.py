"""Publish what was reviewed: one draft, all drafts of a meeting together, or what is due.

The rules of review are checked under the lock of the log, so that two tabs, a direct request and
the clock come one after the other. Each action raises ValidationError with sentences, and writes
nothing, when it is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Unpack

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.aliases import publish_aliases
from tracker.actions.correct import correct_update
from tracker.actions.log.append import Stamp, open_log
from tracker.actions.publishing.drafts import drafted_names
from tracker.actions.publishing.publish import (
    publish_commitment,
    publish_meeting,
    publish_note,
    publish_update,
)
from tracker.actions.review.approval import (
    PUBLISHED_ALONE,
    ChangedError,
    Shown,
    end_review,
    of_draft,
    review_of,
)
from tracker.actions.review.rules import refusals, refuse_own_introductions, require_publishable
from tracker.actions.review.states import close, drafts_of
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
    **stamp: Unpack[Stamp],
) -> list[Change]:
    """Publish one draft; a commitment needs the update that it is published with.

    Raise ChangedError when the draft differs from what was sent for review, or from `shown`, the
    content on the page of the person who confirms it.
    """
    with open_log(**stamp) as log:
        submissions = require_publishable(record, first_update, shown=shown, by=log.by)
        changes = publish_draft(record, first_update=first_update, **stamp)
        refuse_own_introductions(changes, by=log.by)
        _close(submissions, **stamp)
        return changes


def _close(submissions: Mapping[Draft, Submission], **stamp: Unpack[Stamp]) -> None:
    for draft, submission in submissions.items():
        close(draft, approved=digest_of(submission.content), **stamp)


def publish_draft(
    record: Draft, first_update: StatusUpdate | None = None, **stamp: Unpack[Stamp]
) -> list[Change]:
    """Publish a draft with the names that were drafted with it, whatever its review says."""
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


def in_review_of(meeting: Meeting) -> StatusUpdateQuerySet:
    """Return those of `drafts_of` that are in review and not scheduled, in order."""
    waiting = drafts_of(meeting).filter(review__state=ReviewState.IN_REVIEW)
    scheduled = Q(commitment__published_seq=None, commitment__review__state=ReviewState.SCHEDULED)
    return (
        waiting.exclude(scheduled)
        .select_related("commitment")
        .order_by("commitment__reference", "happened_first_day", "happened_last_day", "pk")
    )


def rows_in_review(meeting: Meeting) -> list[Row]:
    """Return what to publish: a new commitment goes with its first draft, others by themselves."""
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
    meeting: Meeting, *, shown: Shown | None = None, **stamp: Unpack[Stamp]
) -> list[Change]:
    """Publish all drafts in review that name a public meeting, or none of them.

    They are updates of public commitments, and new commitments that were first stated there, each
    with its first update. The refusal names every row with its reason. If the page showed their
    content (`shown`), exactly those are published.
    """
    with open_log(**stamp) as log:
        rows, written = rows_in_review(meeting), list[Change]()
        if not rows:
            raise ValidationError(_("No draft in review names this meeting."))
        drafts = [draft for row in rows for draft in row.drafts]
        if shown is not None:
            _refuse_missing(drafts, shown)
        submissions, refused = refusals(drafts, shown=shown, by=log.by)
        hindered: dict[Row, ValidationError] = {}
        for row in rows:
            why = next((refused[draft] for draft in row.drafts if draft in refused), None)
            if why is not None:
                hindered[row] = why
        left = [row for row in rows if row not in hindered]
        # A draft that refers to another new commitment is tried again once that is public.
        while left:
            again: dict[Row, ValidationError] = {}
            for row in left:
                try:
                    with transaction.atomic():
                        written += publish_draft(*row, **stamp)
                except ValidationError as error:
                    again[row] = error
            if len(again) == len(left):
                hindered |= again
                break
            left = list(again)
        if hindered:
            raise _all_refusals({row: hindered[row] for row in rows if row in hindered})
        refuse_own_introductions(written, by=log.by)
        _close(submissions, **stamp)
        return written


def _refuse_missing(drafts: Iterable[Draft], shown: Shown) -> None:
    """Raise ChangedError when a draft that a page showed is not among these."""
    missing = shown.keys() - {key_of(draft) for draft in drafts}
    if missing:
        raise ChangedError(
            _(
                "Some of what this page showed is not in review any more: it was changed, taken "
                "back or published meanwhile. Nothing was done: look at what is left."
            )
        )


def _all_refusals(hindered: Mapping[Row, ValidationError]) -> ValidationError:
    """Return one refusal that names each row, with the differences of all of them."""
    sentences: list[str] = []
    found: list[SaidDifference] = []
    for row, error in hindered.items():
        sentences += [f"{row.record}: {message}" for message in error.messages]
        if isinstance(error, ChangedError):
            found += of_draft(row.record, error.differences)
    is_changed = any(isinstance(error, ChangedError) for error in hindered.values())
    return ChangedError(sentences, found) if is_changed else ValidationError(sentences)


# -- At a time ----------------------------------------------------------------------------------


def publish_scheduled(*, now: dt.datetime) -> list[int]:
    """Publish what is due, as its approver; return the numbers of the lines written.

    A draft that is refused is a draft again, with the reason as its comment. Several processes may
    do this at the same time. An unexpected error does not hold up the others; it is raised at the
    end.
    """
    due = Review.objects.filter(state=ReviewState.SCHEDULED, publish_at__lte=now)
    found = sorted(
        due, key=lambda it: (it.publish_at, PUBLISHED_ALONE.index(type(it.record)), it.pk)
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
        # Read again with the row locked: an edit at this moment ends the approval.
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
            reasons = error.messages if isinstance(error, ValidationError) else [str(error)]
        why = _("It was not published when it was due: %(why)s") % {"why": " ".join(reasons)}
        end_review(review_of(record), comment=why)
        return []


def _refuse_without_right(approver: User | None) -> None:
    """Refuse an approver who has lost the right to publish."""
    if approver is None or not approver.is_active or not approver.has_perm(PUBLISH):
        raise ValidationError(_("Who approved it may not publish any more."))
