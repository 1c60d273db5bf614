"""An approval is of a digest: publishing compares, under lock, what was sent or shown with what is.

Whatever alters a draft, or something that it rests on, ends its review at once, in the open
(`end_changed_reviews`). Should a way of altering it forget to say so, the comparison refuses it
all the same.
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
from tracker.queries.drafts.differences import SaidDifference, differences
from tracker.queries.drafts.submissions import Content, Draft, Submission, key_of, submissions

# What a page showed of each draft that it is about, by `key_of`.
Shown = Mapping[str, Content]

# The nouns that are published by an act of their own, and so are in review.
_PUBLISHED_ALONE = [REVIEWED[noun] for noun in (Meeting, Commitment, StatusUpdate, Note)]
# As many reviews are compared at a time.
_LOT = 200
_MOST_NAMED = 8


class ChangedError(ValidationError):
    """Raised when a draft says something else than was sent or shown; `differences` say what."""

    def __init__(self, message: Any, found: Sequence[SaidDifference] = (), **params: Any) -> None:
        super().__init__(message, code="changed", params=params)
        self.differences = list(found)


def reviews_of(drafts: Iterable[models.Model]) -> dict[Any, Review]:
    """The reviews of records as the database holds them; a new one for each that has none."""
    records = list(drafts)
    found: dict[Any, Review] = {}
    for model, name in REVIEWED.items():
        mine = {record.pk: record for record in records if type(record) is model}
        if mine:
            rows = Review.objects.filter(**{f"{name}__in": list(mine)})
            by_key = {getattr(review, f"{name}_id"): review for review in rows}
            found |= {r: by_key.get(pk) or Review(**{name: r}) for pk, r in mine.items()}
    return found


def lock_drafts(drafts: Collection[Draft]) -> dict[Draft, Submission]:
    """Lock drafts, and what is to become public with them, until the transaction ends.

    Call it with the log open. Returns what they say, which nobody alters from now on. Raises
    ValidationError when one of them is public already or was deleted.
    """
    for model in REVIEWED:
        _lock(model, [draft.pk for draft in drafts if type(draft) is model])
    for draft in drafts:
        require_draft(draft)
    found = submissions(drafts)
    if not connection.features.has_select_for_update:
        return found  # whoever writes has the whole database to himself
    rests_on: dict[str, set[int]] = {}
    for submission in found.values():
        for key in submission.content:
            noun, _sign, pk = key.partition(":")
            rests_on.setdefault(noun, set()).add(int(pk))
    for model in (Party, Topic, Forum, Source):
        _lock(model, rests_on.get(REVIEWED[model], ()))
    # Somebody may have saved one of these while its lock was waited for.
    return submissions(drafts)


def _lock(model: type[models.Model], keys: Collection[int]) -> None:
    if keys:
        rows = model._base_manager.select_for_update().filter(pk__in=keys)
        list(rows.order_by("pk").values_list("pk"))


def refuse_other_than_shown(draft: Draft, now: Submission, shown: Shown) -> None:
    """Refuse to go on with a draft of which a page showed something else, or nothing."""
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
    """Refuse what says something else by now than when it was sent for review, or approved."""
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
    """Where drafts say something else by now than a page showed of them."""
    found: list[SaidDifference] = []
    for model in (Meeting, Commitment, StatusUpdate, Note):
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
    """Differences of one draft among several, under the reference of its commitment."""
    commitment = draft.commitment if isinstance(draft, StatusUpdate) else draft
    if not isinstance(commitment, Commitment):
        return list(found)
    return [replace(one, label=f"{commitment.reference}: {one.label}") for one in found]


def _named(found: Sequence[SaidDifference]) -> str:
    labels = list(dict.fromkeys(difference.label for difference in found))
    return "; ".join([*labels[:_MOST_NAMED], *(["…"] if len(labels) > _MOST_NAMED else [])])


# -- What ends a review --------------------------------------------------------------------------

# From a record to the drafts that say something of it, as paths from their reviews.
_TOLD_BY: dict[type[models.Model], tuple[str, ...]] = {
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
    """The keys of the reviews under way of drafts that say something of a record."""
    waiting = Review.objects.filter(state__in=WAITING)
    paths = _TOLD_BY.get(type(record), ())
    if not paths or not waiting.exists():
        return set()
    found = (waiting.filter(**{path: record}).values_list("pk", flat=True) for path in paths)
    return {key for keys in found for key in keys}


def end_changed_reviews(keys: Iterable[int], *, by: AbstractBaseUser | None) -> set[int]:
    """End those of some reviews whose drafts say something else by now than when they were sent.

    They are drafts again, with what was changed, and by whom, as the comment. Returns their keys.
    """
    ended: set[int] = set()
    ordered = sorted(keys)
    for start in range(0, len(ordered), _LOT):
        lot = Review.objects.filter(pk__in=ordered[start : start + _LOT], state__in=WAITING)
        for review, found in changed_reviews(lot.prefetch_related(*_PUBLISHED_ALONE)):
            told = _("Changed by %(person)s after it was sent: %(what)s.") % {
                "person": by or _("somebody"),
                "what": _named(found),
            }
            end_review(review, comment=told)
            ended.add(review.pk)
    return ended


def changed_reviews(reviews: Iterable[Review]) -> Iterator[tuple[Review, list[SaidDifference]]]:
    """Those of some reviews under way whose drafts changed since they were sent, and what."""
    by_record = {review.record: review for review in reviews if review.state in WAITING}
    for record, submission in submissions(by_record).items():  # type: ignore[arg-type]
        review = by_record[record]
        if not submission.agrees(review.sent_content):
            yield review, differences(review.sent_content, submission.beside(review.sent_content))


def changed_drafts(model: type[models.Model]) -> set[int]:
    """The keys of those drafts of a noun under way that changed since they were sent."""
    name = REVIEWED[model]
    waiting = Review.objects.filter(state__in=WAITING, **{f"{name}__isnull": False})
    found: set[int] = set()
    last = 0
    while lot := list(waiting.filter(pk__gt=last).select_related(name).order_by("pk")[:_LOT]):
        found |= {review.record.pk for review, _found in changed_reviews(lot)}
        last = lot[-1].pk
    return found


def end_review(review: Review, *, comment: str) -> None:
    """Make a draft of what waits, unless somebody did so meanwhile; and of what waits with it."""
    ends = {"state": ReviewState.DRAFT, "publish_at": None, "approved_digest": ""}
    rows = Review.objects.filter(pk=review.pk, state__in=WAITING)
    rows.update(**ends, first_update=None, comment=comment)
    if review.update_id is not None:
        beside = Review.objects.filter(first_update=review.update_id, state=ReviewState.SCHEDULED)
        beside.update(**ends, first_update=None, comment=comment)
