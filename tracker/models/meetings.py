"""Where promises are made: standing forums and their meetings."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.field_history import FieldHistory
from tracker.lib.folded_fields import FoldedField
from tracker.lib.line_fields import LineField
from tracker.lib.partial_date_fields import EdgeDayField, PartialDateField
from tracker.models.parties import Party
from tracker.models.records import PublicRecord, PublicRecordQuerySet, RecordWithPage, known_choice
from tracker.models.sources import Source


class Level(models.IntegerChoices):
    """The level of a meeting; a higher number outranks a lower one.

    A meeting whose level is not stated is compared with no other.
    """

    NOT_STATED = 0, _("Level not stated")
    WORKING_LEVEL = 1, _("Working level")
    SENIOR_OFFICIALS = 2, _("Senior officials")
    MINISTERS = 3, _("Ministers")
    LEADERS = 4, _("Leaders")


class Forum(RecordWithPage):
    """A standing series of meetings between the same parties at one level."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = LineField(_("name"), max_length=160)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    parties = models.ManyToManyField(Party, verbose_name=_("parties"), related_name="forums")
    cadence_months = models.PositiveSmallIntegerField(
        _("months between meetings"), null=True, blank=True
    )
    summary = models.TextField(_("summary"), blank=True)
    folded_text = FoldedField(of=["name"])

    objects = PublicRecordQuerySet["Forum"].as_manager()
    history = FieldHistory(relations=["parties"])

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = ("-level", "name")
        verbose_name, verbose_name_plural = _("forum"), _("forums")
        constraints = (
            *PublicRecord.Meta.constraints,
            known_choice("forum", "level", Level),
        )

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(PublicRecordQuerySet["Meeting"]):
    def fully_recorded(self, *, known: int | None = None) -> MeetingQuerySet:
        """Keep held meetings whose full text was read, so that silence is meaningful."""
        held = self.filter(state=MeetingState.HELD)
        if known is None:
            return held.filter(fully_recorded_seq__isnull=False)
        return held.filter(fully_recorded_seq__lte=known)


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class Meeting(RecordWithPage):
    """One meeting, of a forum or standing alone."""

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    title = LineField(_("title"), max_length=200)
    forum = models.ForeignKey(
        Forum,
        models.PROTECT,
        verbose_name=_("forum"),
        related_name="meetings",
        null=True,
        blank=True,
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    parties = models.ManyToManyField(Party, verbose_name=_("parties"), related_name="meetings")
    parties_key = models.CharField(max_length=400, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=MeetingState, default=MeetingState.PLANNED
    )
    date = PartialDateField(_("date"), blank=False)
    first_day = EdgeDayField(of="date", edge="first", db_index=True)
    last_day = EdgeDayField(of="date", edge="last")
    place = LineField(_("place"), max_length=120, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    folded_text = FoldedField(of=["title", "place", "summary"])
    sources = models.ManyToManyField(
        Source, verbose_name=_("sources"), related_name="meetings", blank=True
    )
    fully_recorded_seq = models.PositiveBigIntegerField(
        _("fully recorded by change"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Set when the whole text was read; only then does silence mean anything."),
    )

    objects = MeetingQuerySet.as_manager()
    history = FieldHistory(relations=["parties", "sources"])

    class Meta(PublicRecord.Meta):
        abstract = False
        ordering = (models.F("first_day").desc(nulls_last=True), "slug")
        verbose_name, verbose_name_plural = _("meeting"), _("meetings")
        indexes = (
            # Serves the rule of "not mentioned": same parties, same or higher level, later day.
            models.Index(
                name="meeting_fully_recorded",
                fields=("parties_key", "level", "first_day"),
                condition=Q(fully_recorded_seq__isnull=False),
            ),
        )
        constraints = (
            *PublicRecord.Meta.constraints,
            known_choice("meeting", "level", Level),
            known_choice("meeting", "state", MeetingState),
            models.CheckConstraint(
                name="meeting_is_held_and_public_before_it_is_fully_recorded",
                condition=Q(fully_recorded_seq__isnull=True)
                | Q(state="held", published_seq__isnull=False, first_day__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.date})"

    @property
    def cadence_months(self) -> int | None:
        """The months between meetings of its forum, if known."""
        return self.forum.cadence_months if self.forum is not None else None

    @property
    def is_fully_recorded(self) -> bool:
        return self.fully_recorded_seq is not None

    def is_past(self, day: dt.date) -> bool:
        """Whether the whole of its date is before `day`."""
        return self.last_day is not None and self.last_day < day
