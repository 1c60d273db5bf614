"""Whether a record is a draft, public or taken back: the word for it, and the filter by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from tracker.actions.approval import changed_drafts, changed_reviews
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
# Of what has a review of its own.
UNPUBLISHED = (Publication.DRAFT, *_WAITING)


def revision_of(update: StatusUpdate) -> Revision | None:
    """What says that the update no longer counts; None while it does."""
    revision: Revision | None = getattr(update, "revision", None)
    return revision


def state_of(record: StatusUpdate | PublicRecord) -> str:
    """How far a draft has come; what was never sent, or never is by itself, is a draft."""
    # Asked of these only: lists of the others would look for each row's review.
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
    """The drafts that have come just so far; what changed since it was sent is a draft again."""
    changed = changed_drafts(rows.model)
    if publication == Publication.DRAFT:
        return rows.draft().exclude(Q(review__state__in=_WAITING) & ~Q(pk__in=changed))
    return rows.draft().filter(review__state=publication).exclude(pk__in=changed)


def show_as_drafts(rows: Sequence[Any]) -> None:
    """Let rows of a list that changed since they were sent be drafts, as they have to be sent
    again; nothing is stored.
    """
    waiting = [row.review for row in rows if state_of(row) in _WAITING]
    for review, _found in changed_reviews(waiting):
        review.state = ReviewState.DRAFT


class PublicationFilter(admin.SimpleListFilter):
    title = _("publication")
    parameter_name = "publication"
    offered: Sequence[Publication] = (*UNPUBLISHED, Publication.PUBLIC, Publication.RETRACTED)

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(choice.value, choice.label) for choice in self.offered]

    def kept(self, rows: Any, publication: str) -> Any:
        match publication:
            case Publication.DRAFT | Publication.IN_REVIEW | Publication.SCHEDULED:
                return unpublished(rows, publication)
            case Publication.PUBLIC:
                return rows.public()
            case Publication.RETRACTED:
                return rows.filter(retracted_seq__isnull=False)
        # An unknown word finds nothing; everything would look like an answer.
        return rows.none()

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        wanted = self.value()
        return None if wanted is None else self.kept(queryset, wanted)


class DraftOrPublicFilter(PublicationFilter):
    """For nouns that become public with others and are never retracted."""

    offered = (Publication.DRAFT, Publication.PUBLIC)


class ReviewedPublicationFilter(PublicationFilter):
    """For nouns that are published by an act of their own and are never retracted."""

    offered = (*UNPUBLISHED, Publication.PUBLIC)


class UpdatePublicationFilter(PublicationFilter):
    offered = tuple(Publication)

    def kept(self, rows: Any, publication: str) -> Any:
        match publication:
            case Publication.DRAFT | Publication.IN_REVIEW | Publication.SCHEDULED:
                return unpublished(rows, publication)
            case Publication.PUBLIC:
                return rows.effective()
            case Publication.CORRECTED:
                return rows.filter(revision__replacement__isnull=False)
            case Publication.RETRACTED:
                return rows.filter(revision__isnull=False, revision__replacement__isnull=True)
        return rows.none()
