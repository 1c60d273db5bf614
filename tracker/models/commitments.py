"""What was promised: the commitment, its other names and its topics."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracker.lib.field_history import FieldHistory
from tracker.lib.line_fields import LineField
from tracker.lib.partial_date_fields import EdgeDayField, PartialDateField
from tracker.models.meetings import Forum, Level, Meeting
from tracker.models.parties import Party
from tracker.models.records import PublicRecord, PublicRecordQuerySet, one_of


class Instrument(models.TextChoices):
    AGREEMENT = "agreement", _("Agreement")
    ARRANGEMENT = "arrangement", _("Arrangement")
    DIALOGUE = "dialogue", _("Dialogue")
    MEETING = "meeting", _("Meeting")
    ACTION_PLAN = "action_plan", _("Action plan")
    EXERCISE = "exercise", _("Exercise")
    COOPERATION = "cooperation", _("Cooperation")
    STATEMENT = "statement", _("Statement")


class Stage(models.TextChoices):
    """How far it has come: a fact, with evidence. Declared in the order of progress."""

    ANNOUNCED = "announced", _("Announced")
    PREPARING = "preparing", _("Preparing")
    NEGOTIATING = "negotiating", _("Negotiating")
    SCHEDULED = "scheduled", _("Scheduled")
    CONCLUDED = "concluded", _("Concluded")
    SIGNED = "signed", _("Signed")
    IN_EFFECT = "in_effect", _("In effect")
    COMPLETED = "completed", _("Completed")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


DELIVERED_STAGES = (Stage.IN_EFFECT, Stage.COMPLETED)
ENDED_STAGES = (Stage.SUPERSEDED, Stage.WITHDRAWN)


class Assessment(models.TextChoices):
    """How it is going: a judgement, with a rationale."""

    NOT_ASSESSED = "not_assessed", _("Not assessed")
    ON_TRACK = "on_track", _("On track")
    DELAYED = "delayed", _("Delayed")
    STALLED = "stalled", _("Stalled")
    DELIVERED = "delivered", _("Delivered")
    DELIVERED_LATE = "delivered_late", _("Delivered late")
    DELIVERED_IN_PART = "delivered_in_part", _("Delivered in part")
    ABANDONED = "abandoned", _("Abandoned")
    NOT_ASSESSABLE = "not_assessable", _("Not assessable")


DELIVERED_ASSESSMENTS = (Assessment.DELIVERED, Assessment.DELIVERED_LATE)


class Firmness(models.TextChoices):
    """How firmly the words bind. Declared from the weakest to the strongest."""

    ASPIRATION = "aspiration", _("Aspiration")
    INTENT = "intent", _("Intent")
    FIRM = "firm", _("Firm")


class Topic(PublicRecord):
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = LineField(_("name"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)

    objects = PublicRecordQuerySet["Topic"].as_manager()
    history = FieldHistory()

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("name",)
        verbose_name, verbose_name_plural = _("topic"), _("topics")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])


class Position(models.Model):
    """Where a commitment stands after a sequence of updates.

    The commitment's row carries today's position and each `Standing` a past one, under the same
    column names, so that one filter serves both. Always derived, never typed in.
    """

    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True, editable=False)
    assessment = models.CharField(
        _("assessment"), max_length=20, choices=Assessment, blank=True, editable=False
    )
    firmness = models.CharField(
        _("firmness"), max_length=10, choices=Firmness, blank=True, editable=False
    )
    target = PartialDateField(_("target"), blank=True, editable=False)
    target_first_day = EdgeDayField(of="target", edge="first")
    target_last_day = EdgeDayField(of="target", edge="last")
    has_slipped = models.BooleanField(_("slipped"), default=False, editable=False)
    # Last day of the newest update's date: the day up to which something is known.
    last_update_day = models.DateField(_("last update"), null=True, editable=False)
    # Level and parties of the newest meeting that mentioned it: the measure of "not mentioned".
    mention_level = models.PositiveSmallIntegerField(choices=Level, null=True, editable=False)
    mention_parties_key = models.CharField(max_length=400, blank=True, editable=False)
    # A meeting that begins after this day is expected to mention it: the last update, or, of a
    # series that is to be held, the day on which that is due again.
    silence_counts_after = models.DateField(null=True, editable=False)
    # Until this day its forum has had no fair chance to speak of it again; none without a cadence.
    expected_by = models.DateField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_delivered(self) -> bool:
        return self.stage in DELIVERED_STAGES or self.assessment in DELIVERED_ASSESSMENTS

    @property
    def is_open(self) -> bool:
        """Still to be delivered: neither delivered nor ended nor abandoned."""
        return not (
            self.is_delivered
            or self.stage in ENDED_STAGES
            or self.assessment == Assessment.ABANDONED
        )


def _of_public(*fields: str) -> models.Index:
    """An index of what lists show: public commitments, neither drafts nor retracted."""
    falls = "_falling" if fields[0].startswith("-") else ""
    return models.Index(
        name=f"public_by_{fields[0].removeprefix('-').removesuffix('_at')}{falls}"[:30],
        fields=fields,
        condition=Q(published_seq__isnull=False, retracted_seq__isnull=True),
    )


class CommitmentQuerySet(PublicRecordQuerySet["Commitment"]):
    pass


class Commitment(PublicRecord, Position):
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
        # Looked for when a forum is amended, and hardly any commitment has one.
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

    objects = CommitmentQuerySet.as_manager()
    history = FieldHistory(relations=["topics", "parties", "related"])

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("reference",)
        verbose_name, verbose_name_plural = _("commitment"), _("commitments")
        # One for each order of a public list, rising and falling, equals by reference. Where a
        # list is sorted by stage or assessment it is read value by value (see found_sets).
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
            # Hardly any commitment has these: in an index of all, SQLite takes the many without
            # for one value that they share, and reads the whole register instead.
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
            models.CheckConstraint(
                name="commitment_instrument_is_known",
                condition=one_of("instrument", Instrument),
            ),
            models.CheckConstraint(
                name="commitment_stage_is_known", condition=one_of("stage", Stage, blank=True)
            ),
            models.CheckConstraint(
                name="commitment_assessment_is_known",
                condition=one_of("assessment", Assessment, blank=True),
            ),
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

    def get_absolute_url(self) -> str:
        return reverse("commitment", args=[self.slug])


class Alias(PublicRecord):
    """Another name for the same commitment, in some language.

    A name that a meeting gave it belongs to the draft of the update that says so, and is published
    with that alone; one without an update is published with its commitment.
    """

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="aliases")
    # By name, since updates come after commitments.
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
                # What was taken back may be given again.
                condition=Q(published_seq__isnull=False, retracted_seq__isnull=True),
            ),
            # Two meetings may both have drafted the same name: it is published with the first.
            models.UniqueConstraint(
                name="alias_is_drafted_once",
                fields=("commitment", "name", "language"),
                condition=Q(published_seq__isnull=True, update__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.name
