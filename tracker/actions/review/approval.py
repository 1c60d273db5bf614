"""Compare a draft with the content that was sent for review or shown, and end outdated reviews.

Whatever changes a draft, or a record that it refers to, ends its review at once
(`end_changed_reviews`). If some code forgets to, publishing still refuses: it compares again under
a lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _

from tracker.actions.publishing.drafts import require_draft
from tracker.models import (
    REVIEWED,
    WAITING,
    Commitment,
    Forum,
    Meeting,
    Note,
    Party,
    Review,
    ReviewState,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.models.records import PublicRecord
from tracker.queries.drafts.differences import SaidDifference, differences
from tracker.queries.drafts.submissions import Content, Draft, Submission, key_of, submissions

# The content of drafts as a page showed it, by `key_of`.
Shown = Mapping[str, Content]

# The nouns that are published by an act of their own, each after those that it refers to.
PUBLISHED_ALONE = (Meeting, Commitment, StatusUpdate, Note)
# How many reviews are compared at a time.
_BATCH = 200
# How many changed fields a message names.
_MOST_NAMED = 8


class ChangedError(ValidationError):
    """Raised when a draft differs from what was sent or shown; `differences` say where."""

    def __init__(self, message: Any, found: Sequence[SaidDifference] = (), **params: Any) -> None:
        super().__init__(message, code="changed", params=params)
        self.differences = list(found)


def reviews_of(drafts: Iterable[models.Model]) -> dict[Any, Review]:
    """Return the stored reviews of records, or an unsaved one for a record without any."""
    records = list(drafts)
    found: dict[Any, Review] = {}
    for model, name in REVIEWED.items():
        mine = {record.pk: record for record in records if type(record) is model}
        if mine:
            rows = Review.objects.filter(**{f"{name}__in": list(mine)})
            by_key = {getattr(review, f"{name}_id"): review for review in rows}
            found |= {r: by_key.get(pk) or Review(**{name: r}) for pk, r in mine.items()}
    return found


def review_of(record: PublicRecord | StatusUpdate) -> Review:
    """Return the stored review of a record, or an unsaved one."""
    return reviews_of([record])[record]


def lock_drafts(drafts: Collection[Draft]) -> dict[Draft, Submission]:
    """Lock drafts, and what becomes public with them, until the transaction ends.

    Call it with the log open. Return their content, which nobody can change from now on. Raise
    ValidationError when one of them is public already or was deleted.
    """
    for model in REVIEWED:
        _lock(model, [draft.pk for draft in drafts if type(draft) is model])
    for draft in drafts:
        require_draft(draft)
    found = submissions(drafts)
    if not connection.features.has_select_for_update:
        return found  # a writer has locked the whole database
    rests_on: dict[str, set[int]] = {}
    for submission in found.values():
        for key in submission.content:
            noun, _sign, pk = key.partition(":")
            rests_on.setdefault(noun, set()).add(int(pk))
    for model in (Party, Topic, Forum, Source):
        _lock(model, rests_on.get(REVIEWED[model], ()))
    # One of these may have been saved while this waited for its lock.
    return submissions(drafts)


def _lock(model: type[models.Model], keys: Collection[int]) -> None:
    if keys:
        rows = model._base_manager.select_for_update().filter(pk__in=keys)
        list(rows.order_by("pk").values_list("pk"))


def refuse_other_than_shown(draft: Draft, now: Submission, shown: Shown) -> None:
    """Raise ChangedError for a draft that differs from what a page showed, or was not shown."""
    content = shown.get(key_of(draft))
    if content is None:
        raise ChangedError(
            _("“%(record)s” was not shown on this page: look at it first."), record=draft
        )
    if not now.agrees(content):
        raise ChangedError(
            _(
                "“%(record)s” was changed after this page showed it. Nothing was done: look at "
                "what it says now."
            ),
            differences(content, now.beside(content)),
            record=draft,
        )


def refuse_other_than_sent(draft: Draft, now: Submission, review: Review) -> None:
    """Raise ChangedError for a draft that changed after it was sent for review."""
    if review.state not in WAITING or now.agrees(review.sent_content):
        return
    found = differences(review.sent_content, now.beside(review.sent_content))
    raise ChangedError(
        _("“%(record)s” was changed after it was sent (%(what)s): it has to be sent again."),
        found,
        record=draft,
        what=_named(found),
    )


def changes_since(shown: Shown) -> list[SaidDifference]:
    """Return where drafts differ from what a page showed."""
    found: list[SaidDifference] = []
    for model in PUBLISHED_ALONE:
        keys = [key for key in shown if key.startswith(f"{REVIEWED[model]}:")]
        drafts: Any = model._base_manager.filter(
            pk__in=[int(key.partition(":")[2]) for key in keys], published_seq=None
        )
        for draft, now in submissions(drafts).items():
            content = shown[key_of(draft)]
            if not now.agrees(content):
                several = differences(content, now.beside(content))
                found += of_draft(draft, several) if len(shown) > 1 else several
    return found


def of_draft(draft: Draft, found: Iterable[SaidDifference]) -> list[SaidDifference]:
    """Label the differences of one draft among several with its commitment's reference."""
    commitment = draft.commitment if isinstance(draft, StatusUpdate) else draft
    if not isinstance(commitment, Commitment):
        return list(found)
    return [replace(one, label=f"{commitment.reference}: {one.label}") for one in found]


def _named(found: Sequence[SaidDifference]) -> str:
    labels = list(dict.fromkeys(difference.label for difference in found))
    return "; ".join([*labels[:_MOST_NAMED], *(["…"] if len(labels) > _MOST_NAMED else [])])


# -- What ends a review --------------------------------------------------------------------------

# For each noun, the paths from a review to the records whose content its draft includes.
_PATHS_TO: dict[type[models.Model], tuple[str, ...]] = {
    StatusUpdate: ("update",),
    Note: ("note",),
    Commitment: (
        *("commitment", "update__commitment", "note__commitment"),
        *("commitment__related", "commitment__part_of", "commitment__supersedes"),
    ),
    Meeting: ("meeting", "update__meeting", "commitment__first_stated_at", "note__meeting"),
    Topic: ("commitment__topics",),
    Forum: (
        *("meeting__forum", "update__meeting__forum", "commitment__series"),
        *("commitment__first_stated_at__forum", "note__meeting__forum"),
    ),
    Source: (
        *("update__citations__source", "meeting__sources", "note__source"),
        *("update__meeting__sources", "commitment__first_stated_at__sources"),
        "note__meeting__sources",
    ),
    Party: (
        *("update__party", "commitment__parties", "meeting__parties", "meeting__forum__parties"),
        *("update__meeting__parties", "commitment__first_stated_at__parties"),
        "commitment__series__parties",
        "note__meeting__parties",
    ),
}


def waiting_on(record: models.Model) -> set[int]:
    """Return the keys of the pending reviews of drafts whose content includes a record."""
    waiting = Review.objects.filter(state__in=WAITING)
    paths = _PATHS_TO.get(type(record), ())
    if not paths or not waiting.exists():
        return set()
    found = (waiting.filter(**{path: record}).values_list("pk", flat=True) for path in paths)
    return {key for keys in found for key in keys}


def end_changed_reviews(keys: Iterable[int], *, by: AbstractBaseUser | None) -> set[int]:
    """End the reviews whose drafts have changed since they were sent; return their keys.

    The comment says what was changed, and by whom.
    """
    ended: set[int] = set()
    for review, found in _changed_among(keys):
        comment = _("Changed by %(person)s after it was sent: %(what)s.") % {
            "person": by or _("somebody"),
            "what": _named(found),
        }
        end_review(review, comment=comment)
        ended.add(review.pk)
    return ended


def changed_drafts(model: type[models.Model]) -> set[int]:
    """Return the keys of a noun's drafts in review that changed since they were sent."""
    reviews = Review.objects.filter(state__in=WAITING, **{f"{REVIEWED[model]}__isnull": False})
    changed = _changed_among(reviews.values_list("pk", flat=True))
    return {review.record.pk for review, _found in changed}


def _changed_among(keys: Iterable[int]) -> Iterator[tuple[Review, list[SaidDifference]]]:
    """Yield `changed_reviews` of those with these keys, read in batches."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _BATCH):
        batch = Review.objects.filter(pk__in=ordered[start : start + _BATCH])
        yield from changed_reviews(batch.prefetch_related(*REVIEWED.values()))


def changed_reviews(reviews: Iterable[Review]) -> Iterator[tuple[Review, list[SaidDifference]]]:
    """Yield the pending reviews whose drafts changed since they were sent, with what changed."""
    by_record = {review.record: review for review in reviews if review.state in WAITING}
    for record, submission in submissions(by_record).items():  # type: ignore[arg-type]
        review = by_record[record]
        if not submission.agrees(review.sent_content):
            yield review, differences(review.sent_content, submission.beside(review.sent_content))


def end_review(review: Review, *, comment: str) -> None:
    """End a pending review, and with an update's that of the commitment scheduled with it."""
    ends = {"state": ReviewState.DRAFT, "publish_at": None, "approved_digest": ""}
    rows = Review.objects.filter(pk=review.pk, state__in=WAITING)
    rows.update(**ends, first_update=None, comment=comment)
    if review.update_id is not None:
        beside = Review.objects.filter(first_update=review.update_id, state=ReviewState.SCHEDULED)
        beside.update(**ends, first_update=None, comment=comment)
