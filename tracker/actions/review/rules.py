"""Who may publish a draft: a second person where the settings require one, and only what was sent.

Every way that leads to publication asks `refusals`. Call these with the log open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.review.approval import (
    Shown,
    lock_drafts,
    refuse_other_than_sent,
    refuse_other_than_shown,
    reviews_of,
)
from tracker.models import WAITING, Change, Review, StatusUpdate
from tracker.queries.drafts.submissions import Draft, Submission

# The nouns that become public with the first record that refers to them.
_INTRODUCED = ("party", "topic", "forum", "source")


def had_a_hand_in(review: Review, person: AbstractBaseUser) -> bool:
    """Whether a person edited a draft or sent it for review."""
    if person.pk in {review.edited_by_id, review.sent_by_id}:
        return True
    is_stored = not review._state.adding
    return is_stored and review.earlier_editors.filter(pk=person.pk).exists()


def refusals(
    drafts: Sequence[Draft], *, shown: Shown | None, by: AbstractBaseUser | None
) -> tuple[dict[Draft, Submission], dict[Draft, ValidationError]]:
    """Lock drafts; return their content, and why any of them may not be published, or not by `by`.

    A draft is refused when its content differs from what was sent, or from `shown`. Where a second
    person is required, also when it was not sent for review, or was edited or sent by `by`.
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


def require_publishable(
    record: Draft,
    first_update: StatusUpdate | None,
    *,
    shown: Shown | None,
    by: AbstractBaseUser | None,
) -> dict[Draft, Submission]:
    """Lock a draft, and the update it is published with; raise why it may not be published."""
    drafts: list[Draft] = [record, *([first_update] if first_update else [])]
    submissions, refused = refusals(drafts, shown=shown, by=by)
    for refusal in refused.values():
        raise refusal
    return submissions


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
    """Refuse lines that publish what `by` has edited, such as a source first cited by them."""
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
