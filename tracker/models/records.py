"""The base of all public records: whether, and since which change, a record is public.

A record is a draft until an action publishes it; its row then has the number of that change in the
log. For publishing, see `tracker.actions`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def public_q(*, known: int | None = None, of: str = "") -> Q:
    """Match records that readers may see, or whose related record at the path `of` they may see."""
    if known is None:
        return Q(**{f"{of}published_seq__isnull": False, f"{of}retracted_seq__isnull": True})
    return Q(**{f"{of}published_seq__lte": known}) & (
        Q(**{f"{of}retracted_seq__isnull": True}) | Q(**{f"{of}retracted_seq__gt": known})
    )


_M_co = TypeVar("_M_co", bound=models.Model, covariant=True)


class PublicRecordQuerySet(models.QuerySet[_M_co]):
    def public(self, *, known: int | None = None) -> Self:
        """Keep what readers may see, as of change number `known` if given."""
        return self.filter(public_q(known=known))

    def published(self, *, known: int | None = None) -> Self:
        """Keep what was published by change number `known`, even if retracted since."""
        if known is None:
            return self.filter(published_seq__isnull=False)
        return self.filter(published_seq__lte=known)

    def draft(self) -> Self:
        return self.filter(published_seq__isnull=True)


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


def one_of(field: str, choices: type[models.Choices], *, blank: bool = False) -> Q:
    """Match rows whose column has one of its choices, for a CheckConstraint."""
    values: list[Any] = list(choices.values)
    return Q(**{f"{field}__in": [*values, ""] if blank else values})
