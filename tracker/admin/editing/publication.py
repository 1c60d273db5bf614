"""The publication status of a record, and the list filters by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from tracker.actions.review.approval import changed_drafts, changed_reviews
from tracker.models import Commitment, Meeting, Note, Review, ReviewState, Revision, StatusUpdate
from tracker.models.records import PublicRecord


class Publication(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLIC = "public", _("Public")
    CORRECTED = "corrected", _("Corrected")
    RETRACTED = "retracted", _("Retracted")


_WAITING = (Publication.IN_REVIEW, Publication.SCHEDULED)
# The statuses of an unpublished record with a review of its own.
UNPUBLISHED = (Publication.DRAFT, *_WAITING)


def revision_of(update: StatusUpdate) -> Revision | None:
    """Return the correction or retraction of an update; None while it is in effect."""
    revision: Revision | None = getattr(update, "revision", None)
    return revision


def state_of(record: StatusUpdate | PublicRecord) -> str:
    """Return the review state of a draft; DRAFT if it was never sent for review."""
    # The other nouns have no review; looking for one would cost a query for each row.
    is_sent = isinstance(record, Commitment | Meeting | Note | StatusUpdate)
    review: Review | None = getattr(record, "review", None) if is_sent else None
    return ReviewState.DRAFT if review is None else review.state


def publication_of(record: StatusUpdate | PublicRecord) -> Publication:
    if not record.is_published:
        state = state_of(record)
        return Publication(state) if state in _WAITING else Publication.DRAFT
    if isinstance(record, PublicRecord):
        return Publication.RETRACTED if record.is_retracted else Publication.PUBLIC
    revision = revision_of(record)
    if revision is None:
        return Publication.PUBLIC
    return Publication.RETRACTED if revision.is_retraction else Publication.CORRECTED


def unpublished(rows: Any, publication: str) -> Any:
    """Filter drafts by review state; a draft that changed after it was sent counts as DRAFT."""
    changed = changed_drafts(rows.model)
    if publication == Publication.DRAFT:
        return rows.draft().exclude(Q(review__state__in=_WAITING) & ~Q(pk__in=changed))
    return rows.draft().filter(review__state=publication).exclude(pk__in=changed)


def show_as_drafts(rows: Sequence[Any]) -> None:
    """Set the review state of rows changed after they were sent to DRAFT, without saving."""
    waiting = [row.review for row in rows if state_of(row) in _WAITING]
    for review, _found in changed_reviews(waiting):
        review.state = ReviewState.DRAFT


class PublicationFilter(admin.SimpleListFilter):
    title = _("publication")
    parameter_name = "publication"
    offered: Sequence[Publication] = (*UNPUBLISHED, Publication.PUBLIC, Publication.RETRACTED)
    # Which of all rows have each status once they were published.
    published: Mapping[str, Callable[[Any], Any]] = {
        Publication.PUBLIC: lambda rows: rows.public(),
        Publication.RETRACTED: lambda rows: rows.filter(retracted_seq__isnull=False),
    }

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(choice.value, choice.label) for choice in self.offered]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        value = self.value()
        if value is None:
            return None
        if value in UNPUBLISHED:
            return cast(QuerySet[Any], unpublished(queryset, value))
        # An unknown value matches nothing: an unfiltered list would be misleading.
        chosen = self.published.get(value, lambda rows: rows.none())
        return cast(QuerySet[Any], chosen(queryset))


class DraftOrPublicFilter(PublicationFilter):
    """For nouns that become public with other records and are never retracted."""

    offered = (Publication.DRAFT, Publication.PUBLIC)


class ReviewedPublicationFilter(PublicationFilter):
    """For nouns that have their own act of publication and are never retracted."""

    offered = (*UNPUBLISHED, Publication.PUBLIC)


class UpdatePublicationFilter(PublicationFilter):
    offered = tuple(Publication)
    published = {
        Publication.PUBLIC: lambda rows: rows.effective(),
        Publication.CORRECTED: lambda rows: rows.filter(revision__replacement__isnull=False),
        Publication.RETRACTED: lambda rows: rows.filter(
            revision__isnull=False, revision__replacement__isnull=True
        ),
    }
