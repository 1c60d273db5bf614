"""Status updates of commitments, and the evidence for them.

Once published, an update, its citations and its revision never change: database triggers refuse it
(migration 0002). Mistakes are corrected or retracted by a further row.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.field_history import FieldHistory
from tracker.lib.line_fields import LineField
from tracker.lib.partial_date_fields import EdgeDayField, PartialDateField
from tracker.models.commitments import Commitment
from tracker.models.meetings import Meeting
from tracker.models.parties import Party
from tracker.models.positions import Assessment, Firmness, Stage
from tracker.models.records import PublishedQuerySet, known_choice
from tracker.models.sources import Source


class Significance(models.TextChoices):
    MAJOR = "major", _("Major")
    MINOR = "minor", _("Minor")


def effective_q(*, known: int | None = None, of: str = "") -> Q:
    """Match updates, or those at the path `of`, that were published and not revised by `known`."""
    if known is None:
        return Q(**{f"{of}published_seq__isnull": False, f"{of}revision__isnull": True})
    return Q(**{f"{of}published_seq__lte": known}) & (
        Q(**{f"{of}revision__isnull": True}) | Q(**{f"{of}revision__seq__gt": known})
    )


class StatusUpdateQuerySet(PublishedQuerySet["StatusUpdate"]):
    def effective(self, *, known: int | None = None) -> Self:
        """Keep what was published, and neither corrected nor retracted, by change `known`."""
        return self.filter(effective_q(known=known))

    def chronological(self) -> Self:
        """Order by when it happened; of dates that start on one day, the less precise come last."""
        return self.order_by(
            F("happened_first_day").asc(nulls_last=True), "happened_last_day", "number", "pk"
        )


class StatusUpdate(models.Model):
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, verbose_name=_("commitment"), related_name="updates"
    )
    number = models.PositiveIntegerField(
        _("number"),
        null=True,
        editable=False,
        help_text=_("Permanent number within the commitment, given at publication."),
    )
    happened = PartialDateField(_("happened"), blank=False)
    happened_first_day = EdgeDayField(of="happened", edge="first", db_index=True)
    happened_last_day = EdgeDayField(of="happened", edge="last")
    meeting = models.ForeignKey(
        Meeting,
        models.PROTECT,
        verbose_name=_("meeting"),
        related_name="updates",
        null=True,
        blank=True,
    )
    party = models.ForeignKey(
        Party,
        models.PROTECT,
        verbose_name=_("one party’s own step"),
        related_name="steps",
        null=True,
        blank=True,
        help_text=_("Only when this is one party’s step, not what all of them did together."),
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    assessment = models.CharField(
        _("assessment"), max_length=20, choices=Assessment, default=Assessment.NOT_ASSESSED
    )
    firmness = models.CharField(_("firmness"), max_length=10, choices=Firmness, blank=True)
    target = PartialDateField(_("target"), blank=True)
    target_first_day = EdgeDayField(of="target", edge="first")
    target_last_day = EdgeDayField(of="target", edge="last")
    rationale = models.TextField(_("rationale"))
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("corrects"),
        related_name="corrections",
        null=True,
        blank=True,
    )
    reason = models.TextField(_("reason of the correction"), blank=True)
    significance = models.CharField(
        _("significance"),
        max_length=5,
        choices=Significance,
        default=Significance.MAJOR,
        help_text=_("A minor change is shown but nobody is notified of it."),
    )
    gives_name = models.BooleanField(
        _("gives a new name"),
        default=False,
        editable=False,
        help_text=_("Set at publication, where a name was drafted with it that was not public."),
    )
    published_seq = models.PositiveBigIntegerField(
        _("public since change"), null=True, editable=False, db_index=True
    )
    published_at = models.DateTimeField(_("recorded"), null=True, editable=False)

    objects = StatusUpdateQuerySet.as_manager()
    history = FieldHistory()

    class Meta:
        ordering = ("commitment", "number")
        verbose_name, verbose_name_plural = _("status update"), _("status updates")
        indexes = (
            # A covering index for which meeting mentioned what, and when.
            models.Index(
                name="update_mentions",
                fields=("meeting", "commitment", "happened_first_day", "id", "published_seq"),
                condition=Q(meeting__isnull=False, published_seq__isnull=False),
            ),
        )
        constraints = (
            known_choice("update", "stage", Stage),
            known_choice("update", "assessment", Assessment),
            known_choice("update", "firmness", Firmness, blank=True),
            known_choice("update", "significance", Significance),
            models.CheckConstraint(
                name="update_is_numbered_when_it_is_published",
                condition=Q(number__isnull=True, published_seq__isnull=True, published_at=None)
                | Q(number__isnull=False, published_seq__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="update_that_corrects_says_why",
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="update_happened_on_a_known_date",
                condition=Q(happened_first_day__isnull=False),
            ),
            models.UniqueConstraint(
                name="update_number_is_given_once", fields=("commitment", "number")
            ),
            models.UniqueConstraint(
                name="update_is_corrected_once",
                fields=("corrects",),
                condition=Q(published_seq__isnull=False),
            ),
        )

    def __str__(self) -> str:
        number = self.number if self.number is not None else _("draft")
        return f"{self.commitment.reference}/{number} ({self.happened}: {self.stage})"

    @property
    def is_published(self) -> bool:
        return self.published_seq is not None

    @property
    def permanent_id(self) -> str:
        """The reference of its commitment and its number."""
        return f"{self.commitment.reference}/{self.number}"

    @property
    def retracted_because(self) -> str:
        """The reason for its retraction; empty if it was not retracted."""
        revision: Revision | None = getattr(self, "revision", None)
        return revision.reason if revision is not None and revision.is_retraction else ""


class Citation(models.Model):
    """The evidence in a source: a short quotation, and its place."""

    update = models.ForeignKey(StatusUpdate, models.CASCADE, related_name="citations")
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), related_name="citations"
    )
    quotation = models.TextField(_("quotation"), blank=True)
    locator = LineField(
        _("where in the source"),
        max_length=160,
        blank=True,
        help_text=_("Such as “paragraph 8” or “Annex, item 2”."),
    )
    language = LineField(_("language"), max_length=35, default="en")
    added_seq = models.PositiveBigIntegerField(
        _("added by change"),
        null=True,
        editable=False,
        help_text=_("Set when the evidence was added after the update was published."),
    )

    history = FieldHistory(indexed=["update"])

    class Meta:
        ordering = ("pk",)
        verbose_name, verbose_name_plural = _("citation"), _("citations")

    def __str__(self) -> str:
        return self.quotation or self.locator or self.source.title


class Revision(models.Model):
    """The end of a published update: replaced by a correction, or retracted."""

    update = models.OneToOneField(StatusUpdate, models.PROTECT, related_name="revision")
    replacement = models.OneToOneField(
        StatusUpdate, models.PROTECT, related_name="replaces", null=True, blank=True
    )
    reason = models.TextField(_("reason"))
    seq = models.PositiveBigIntegerField(_("change"), unique=True)

    class Meta:
        verbose_name, verbose_name_plural = _("revision"), _("revisions")
        constraints = (
            models.CheckConstraint(name="revision_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="revision_is_not_by_itself", condition=~Q(update=F("replacement"))
            ),
        )

    def __str__(self) -> str:
        return self.reason

    @property
    def is_retraction(self) -> bool:
        return self.replacement_id is None
