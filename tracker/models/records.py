"""The base of all public records: whether, and since which change, a record is public.

A record is a draft until an action publishes it; its row then has the number of that change in the
log. For publishing, see `tracker.actions`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def public_q(*, known: int | None = None, of: str = "") -> Q:
    """Match records that readers may see, or whose related record at the path `of` they may see."""
    if known is None:
        return Q(**{f"{of}published_seq__isnull": False, f"{of}retracted_seq__isnull": True})
    return Q(**{f"{of}published_seq__lte": known}) & (
        Q(**{f"{of}retracted_seq__isnull": True}) | Q(**{f"{of}retracted_seq__gt": known})
    )


_M_co = TypeVar("_M_co", bound=models.Model, covariant=True)


class PublishedQuerySet(models.QuerySet[_M_co]):
    """Rows that a line of the log published, by its number."""

    def published(self, *, known: int | None = None) -> Self:
        """Keep what was published by change number `known`, even if retracted or revised since."""
        if known is None:
            return self.filter(published_seq__isnull=False)
        return self.filter(published_seq__lte=known)

    def draft(self) -> Self:
        return self.filter(published_seq__isnull=True)


class PublicRecordQuerySet(PublishedQuerySet[_M_co]):
    def public(self, *, known: int | None = None) -> Self:
        """Keep what readers may see, as of change number `known` if given."""
        return self.filter(public_q(known=known))


class PublicRecord(models.Model):
    """A draft, public or retracted row; the two numbers refer to lines of the log."""

    published_seq = models.PositiveBigIntegerField(
        _("public since change"),
        null=True,
        blank=True,
        editable=False,
        db_index=True,
        help_text=_("Number of the change that made it public; empty for a draft."),
    )
    retracted_seq = models.PositiveBigIntegerField(
        _("retracted by change"), null=True, blank=True, editable=False
    )

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(class)s_is_public_before_it_is_retracted",
                condition=Q(retracted_seq__isnull=True)
                | Q(published_seq__isnull=False, retracted_seq__gte=models.F("published_seq")),
            ),
        )

    @property
    def is_published(self) -> bool:
        """Whether it was ever made public, even if retracted since."""
        return self.published_seq is not None

    @property
    def is_retracted(self) -> bool:
        return self.retracted_seq is not None

    @property
    def is_public(self) -> bool:
        return self.is_published and not self.is_retracted


class RecordWithPage(PublicRecord):
    """A public record with a page of its own, at the URL named after its model."""

    slug: models.SlugField[str, str]

    class Meta(PublicRecord.Meta):
        abstract = True

    def get_absolute_url(self) -> str:
        return reverse(str(self._meta.model_name), args=[self.slug])


def known_choice(
    noun: str, field: str, choices: type[models.Choices], *, blank: bool = False
) -> models.CheckConstraint:
    """Return the constraint that a column of a noun's table holds one of its choices."""
    values: list[Any] = list(choices.values)
    one_of = Q(**{f"{field}__in": [*values, ""] if blank else values})
    return models.CheckConstraint(name=f"{noun}_{field}_is_known", condition=one_of)
