"""Publishing what was reviewed: one draft, all drafts of a meeting together, or what is due.

The rules of review are asked for under the lock of the log, so that two tabs, a direct request or
a clock come one after the other. Raises ValidationError with sentences, and writes nothing, when
refused.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.amend import publish_aliases
from tracker.actions.correct import correct_update
from tracker.actions.log import open_log
from tracker.actions.publish import (
    publish_commitment,
    publish_meeting,
    publish_note,
    publish_update,
)
from tracker.actions.review import (
    Draft,
    close,
    refuse_own_introductions,
    refuse_unreviewed,
    review_of,
)
from tracker.models import (
    PUBLISH,
    Alias,
    Change,
    Commitment,
    Meeting,
    Note,
    Review,
    ReviewState,
    StatusUpdate,
    StatusUpdateQuerySet,
)


def publish_reviewed(
    record: Draft,
    *,
    first_update: StatusUpdate | None = None,
    now: dt.datetime,
    by: AbstractBaseUser | None,
) -> list[Change]:
    """Publish one draft; a commitment needs the update that it is published with."""
    with open_log(now=now, by=by):
        drafts = [record, *([first_update] if first_update else [])]
        for draft in drafts:
            refuse_unreviewed(draft, by=by)
        changes = _publish(record, first_update, now=now, by=by)
        refuse_own_introductions(changes, by=by)
        for draft in drafts:
            close(draft, now=now, by=by)
        return changes


def _publish(
    record: Draft,
    first_update: StatusUpdate | None,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None,
) -> list[Change]:
    match record:
        case Meeting():
            return [publish_meeting(record, now=now, by=by)]
        case Note():
            return [publish_note(record, now=now, by=by)]
        case StatusUpdate():
            publish = publish_update if record.corrects_id is None else correct_update
            return [publish(record, now=now, by=by), *_names_beside(record, now=now, by=by)]
    if first_update is None:
        raise ValidationError(
            _("Add an update with its source first: there is no status without one.")
        )
    return publish_commitment(record, first_update=first_update, now=now, by=by)


def _names_beside(
    update: StatusUpdate, *, now: dt.datetime, by: AbstractBaseUser | None
) -> list[Change]:
    """Publish the other names that were drafted with an update of a public commitment."""
    names = list(Alias.objects.draft().filter(commitment=update.commitment_id))
    return [publish_aliases(update.commitment, names, now=now, by=by)] if names else []


# -- A meeting's drafts together -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """What one row of a meeting's drafts publishes."""

    record: Commitment | StatusUpdate
    first_update: StatusUpdate | None = None


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


def _rows(meeting: Meeting) -> list[_Row]:
    """A new commitment goes with its first draft; each further draft is an update of its own."""
    rows, begun = [], set()
    for update in in_review_of(meeting):
        commitment = update.commitment
        if commitment.is_published or commitment.pk in begun:
            rows.append(_Row(update))
        else:
            begun.add(commitment.pk)
            rows.append(_Row(commitment, update))
    return rows


def publish_together(
    meeting: Meeting, *, now: dt.datetime, by: AbstractBaseUser | None
) -> list[Change]:
    """Publish all drafts in review that name a public meeting, or none of them.

    They are updates of public commitments, and new commitments that were first stated there, each
    with its first update. Every row that is refused is named with its reason.
    """
    with open_log(now=now, by=by):
        rows, written = _rows(meeting), list[Change]()
        if not rows:
            raise ValidationError(_("No draft in review names this meeting."))
        # What refers to another new commitment is tried again once that is public.
        while rows:
            refused, left = [], []
            for row in rows:
                try:
                    written += publish_reviewed(
                        row.record, first_update=row.first_update, now=now, by=by
                    )
                except ValidationError as error:
                    left.append(row)
                    refused += [f"{row.record}: {told}" for told in error.messages]
            if len(left) == len(rows):
                raise ValidationError(refused)
            rows = left
        return written


# -- At a time ----------------------------------------------------------------------------------

# What others rest on comes first when several are due at once.
_ORDER = (Meeting, Commitment, StatusUpdate, Note)


def publish_scheduled(*, now: dt.datetime) -> list[int]:
    """Publish what is due, as its approver; return the numbers of the lines written.

    What is refused by then is a draft again, with the reason as its comment. Any number may do
    this at the same time.
    """
    due = Review.objects.filter(state=ReviewState.SCHEDULED, publish_at__lte=now)
    found = sorted(
        due, key=lambda review: (review.publish_at, _ORDER.index(type(review.record)), review.pk)
    )
    return [change.seq for review in found for change in _publish_due(review.pk, now=now)]


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
        review = review_of(record)
        review.state, review.publish_at, review.first_update = ReviewState.DRAFT, None, None
        review.comment = _("It was not published when it was due: %(why)s") % {
            "why": " ".join(told)
        }
        review.save()
        return []


def _refuse_without_right(approver: User | None) -> None:
    """Who lost the right to publish since does not publish."""
    if approver is None or not approver.is_active or not approver.has_perm(PUBLISH):
        raise ValidationError(_("Who approved it may not publish any more."))
