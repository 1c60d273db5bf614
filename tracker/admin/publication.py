"""Whether a record is a draft, public or taken back: the word for it, and the filter by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from tracker.models import Revision, StatusUpdate
from tracker.models.records import PublicRecord


class Publication(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLIC = "public", _("Public")
    CORRECTED = "corrected", _("Corrected")
    RETRACTED = "retracted", _("Retracted")


def revision_of(update: StatusUpdate) -> Revision | None:
    """What says that the update no longer counts; None while it does."""
    revision: Revision | None = getattr(update, "revision", None)
    return revision


def publication_of(record: StatusUpdate | PublicRecord) -> Publication:
    if not record.is_published:
        return Publication.DRAFT
    if isinstance(record, PublicRecord):
        return Publication.RETRACTED if record.is_retracted else Publication.PUBLIC
    revision = revision_of(record)
    if revision is None:
        return Publication.PUBLIC
    return Publication.RETRACTED if revision.is_retraction else Publication.CORRECTED


class PublicationFilter(admin.SimpleListFilter):
    title = _("publication")
    parameter_name = "publication"
    offered: Sequence[Publication] = (
        Publication.DRAFT,
        Publication.PUBLIC,
        Publication.RETRACTED,
    )

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(choice.value, choice.label) for choice in self.offered]

    def kept(self, rows: Any, publication: str) -> Any:
        match publication:
            case Publication.DRAFT:
                return rows.draft()
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
    """For nouns that are never retracted."""

    offered = (Publication.DRAFT, Publication.PUBLIC)


class UpdatePublicationFilter(PublicationFilter):
    offered = tuple(Publication)

    def kept(self, rows: Any, publication: str) -> Any:
        match publication:
            case Publication.DRAFT:
                return rows.draft()
            case Publication.PUBLIC:
                return rows.effective()
            case Publication.CORRECTED:
                return rows.filter(revision__replacement__isnull=False)
            case Publication.RETRACTED:
                return rows.filter(revision__isnull=False, revision__replacement__isnull=True)
        return rows.none()
