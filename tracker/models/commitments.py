"""What was promised: the commitment, its other names and its topics."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.field_history import FieldHistory
from tracker.lib.folded_fields import FoldedField
from tracker.lib.line_fields import LineField
from tracker.models.meetings import Forum, Meeting
from tracker.models.parties import Party
from tracker.models.positions import Assessment, Instrument, Position, Stage
from tracker.models.records import PublicRecord, PublicRecordQuerySet, RecordWithPage, known_choice


class Topic(RecordWithPage):
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = LineField(_("name"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)
    folded_text = FoldedField(of=["name"])

    objects = PublicRecordQuerySet["Topic"].as_manager()
    history = FieldHistory()

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("name",)
        verbose_name, verbose_name_plural = _("topic"), _("topics")

    def __str__(self) -> str:
        return self.name


def _of_public(*fields: str) -> models.Index:
    """Return an index of public commitments: neither drafts nor retracted."""
    falls = "_falling" if fields[0].startswith("-") else ""
    return models.Index(
        name=f"public_by_{fields[0].removeprefix('-').removesuffix('_at')}{falls}"[:30],
        fields=fields,
        condition=Q(published_seq__isnull=False, retracted_seq__isnull=True),
    )


class Commitment(RecordWithPage, Position):
    """Something parties said they will do, with a permanent reference."""

    reference = models.CharField(
        _("reference"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Z0-9]+(-[A-Z0-9]+)*-[0-9]{4}-[0-9]{3,6}\Z",
                _("Write parties, year and number, such as CAN-KOR-2025-004."),
            )
        ],
        help_text=_("Permanent: parties, year first stated and a number, CAN-KOR-2025-004."),
    )
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    title = LineField(_("title"), max_length=200)
    summary = models.TextField(_("summary"))
    instrument = models.CharField(_("instrument"), max_length=12, choices=Instrument)
    topics = models.ManyToManyField(
        Topic, verbose_name=_("topics"), related_name="commitments", blank=True
    )
    parties = models.ManyToManyField(Party, verbose_name=_("parties"), related_name="commitments")
    first_stated_at = models.ForeignKey(
        Meeting,
        models.PROTECT,
        verbose_name=_("first stated at"),
        related_name="commitments_first_stated",
        null=True,
        blank=True,
    )
    series = models.ForeignKey(
        Forum,
        models.PROTECT,
        verbose_name=_("series to be held"),
        related_name="promised_by",
        # Queried only when a forum is amended; hardly any commitment has one.
        db_index=False,
        null=True,
        blank=True,
    )
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("part of"),
        related_name="parts",
        null=True,
        blank=True,
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("supersedes"),
        related_name="superseded_by",
        null=True,
        blank=True,
    )
    related = models.ManyToManyField(
        "self", verbose_name=_("related"), symmetrical=True, blank=True
    )
    last_checked_on = models.DateField(_("last checked"), null=True, blank=True)
    last_change_seq = models.PositiveBigIntegerField(null=True, editable=False)
    last_changed_at = models.DateTimeField(_("last change"), null=True, editable=False)

    # Not a column: the code that reads the reason from the log sets it.
    retracted_because = ""

    objects = PublicRecordQuerySet["Commitment"].as_manager()
    history = FieldHistory(relations=["topics", "parties", "related"])

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("reference",)
        verbose_name, verbose_name_plural = _("commitment"), _("commitments")
        # One for each order of a public list, ascending and descending, then by reference. Lists
        # sorted by stage or assessment are read value by value (see `filters.bitset_filter`).
        indexes = (
            _of_public("reference"),
            _of_public("stage", "reference"),
            _of_public("assessment", "reference"),
            *(
                _of_public(f"{sign}{column}", "reference")
                for column in (
                    *("title", "instrument", "target_last_day", "last_update_day"),
                    "last_changed_at",
                )
                for sign in ("", "-")
            ),
            # Hardly any commitment has these: with a full index, SQLite takes the many nulls
            # for a common value, and reads the whole table instead.
            models.Index(
                name="commitment_parts",
                fields=("part_of",),
                condition=Q(part_of__isnull=False),
            ),
            models.Index(
                name="commitment_successors",
                fields=("supersedes",),
                condition=Q(supersedes__isnull=False),
            ),
        )
        constraints = (
            *PublicRecord.Meta.constraints,
            known_choice("commitment", "instrument", Instrument),
            known_choice("commitment", "stage", Stage, blank=True),
            known_choice("commitment", "assessment", Assessment, blank=True),
            models.CheckConstraint(
                name="commitment_has_a_stage_before_it_is_public",
                condition=Q(published_seq__isnull=True) | ~Q(stage=""),
            ),
            models.CheckConstraint(
                name="commitment_is_not_part_of_itself",
                condition=~Q(part_of=models.F("id")) & ~Q(supersedes=models.F("id")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class Alias(PublicRecord):
    """Another name for the same commitment, in some language.

    A name given at a meeting belongs to the update that says so, and is published with it; a name
    without an update is published with its commitment.
    """

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="aliases")
    # A string, since `updates` imports this module.
    update = models.ForeignKey(
        "tracker.StatusUpdate",
        models.CASCADE,
        verbose_name=_("drafted with"),
        related_name="names",
        null=True,
        editable=False,
    )
    name = LineField(_("name"), max_length=200)
    language = LineField(_("language"), max_length=35, default="en")
    note = LineField(_("note"), max_length=300, blank=True)

    objects = PublicRecordQuerySet["Alias"].as_manager()
    history = FieldHistory(indexed=["commitment"])

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("name",)
        verbose_name, verbose_name_plural = _("other name"), _("other names")
        constraints = (
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                name="alias_is_given_once",
                fields=("commitment", "name", "language"),
                # A retracted name may be given again.
                condition=Q(published_seq__isnull=False, retracted_seq__isnull=True),
            ),
            # Two updates may both draft the same name: it is published with the first.
            models.UniqueConstraint(
                name="alias_is_drafted_once",
                fields=("commitment", "name", "language"),
                condition=Q(published_seq__isnull=True, update__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.name
