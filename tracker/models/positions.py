"""The status of a commitment: the vocabularies, and the rules for open, overdue and quiet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.partial_date_fields import EdgeDayField, PartialDateField
from tracker.lib.partial_dates import add_days, add_months
from tracker.models.meetings import Level


class Stage(models.TextChoices):
    """Progress: a fact, with evidence. Declared in the order of progress."""

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


_DELIVERED_STAGES = (Stage.IN_EFFECT, Stage.COMPLETED)
ENDED_STAGES = (Stage.SUPERSEDED, Stage.WITHDRAWN)


class Assessment(models.TextChoices):
    """A judgement of the progress, with a rationale."""

    NOT_ASSESSED = "not_assessed", _("Not assessed")
    ON_TRACK = "on_track", _("On track")
    DELAYED = "delayed", _("Delayed")
    STALLED = "stalled", _("Stalled")
    DELIVERED = "delivered", _("Delivered")
    DELIVERED_LATE = "delivered_late", _("Delivered late")
    DELIVERED_IN_PART = "delivered_in_part", _("Delivered in part")
    ABANDONED = "abandoned", _("Abandoned")
    NOT_ASSESSABLE = "not_assessable", _("Not assessable")


_DELIVERED_ASSESSMENTS = (Assessment.DELIVERED, Assessment.DELIVERED_LATE)
_OPEN_STAGES = [stage for stage in Stage if stage not in (*_DELIVERED_STAGES, *ENDED_STAGES)]
_OPEN_ASSESSMENTS = [
    one for one in Assessment if one not in (*_DELIVERED_ASSESSMENTS, Assessment.ABANDONED)
]


class Firmness(models.TextChoices):
    """How binding the wording is. Declared from the weakest to the strongest."""

    ASPIRATION = "aspiration", _("Aspiration")
    INTENT = "intent", _("Intent")
    FIRM = "firm", _("Firm")


class Instrument(models.TextChoices):
    """The form that a commitment takes once it is delivered."""

    AGREEMENT = "agreement", _("Agreement")
    ARRANGEMENT = "arrangement", _("Arrangement")
    DIALOGUE = "dialogue", _("Dialogue")
    MEETING = "meeting", _("Meeting")
    ACTION_PLAN = "action_plan", _("Action plan")
    EXERCISE = "exercise", _("Exercise")
    COOPERATION = "cooperation", _("Cooperation")
    STATEMENT = "statement", _("Statement")


def is_delivered(stage: str, assessment: str) -> bool:
    return stage in _DELIVERED_STAGES or assessment in _DELIVERED_ASSESSMENTS


def quiet_since(day: dt.date) -> dt.date:
    """Return the latest day of a last update that makes an open commitment quiet on `day`."""
    try:
        return add_months(day, -settings.QUIET_AFTER_MONTHS)
    except ValueError:
        return dt.date.min  # nothing was that long ago


def due_soon_until(day: dt.date) -> dt.date:
    return add_days(day, settings.DUE_SOON_DAYS)


class Position(models.Model):
    """The status of a commitment after a sequence of updates.

    The commitment's row has today's position and each `Standing` a past one, in columns of the
    same names, so that one filter works on both. Always derived, never entered.

    Each rule exists for a row and as a query, where `at` is the path to the position ("at__"),
    empty for the commitment's own row.
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
    # The last day of the newest update's date.
    last_update_day = models.DateField(_("last update"), null=True, editable=False)
    # The level and parties of the newest meeting that mentioned it, for the rule "not mentioned".
    mention_level = models.PositiveSmallIntegerField(choices=Level, null=True, editable=False)
    mention_parties_key = models.CharField(max_length=400, blank=True, editable=False)
    # Meetings that begin after this day are expected to mention it: the last update, or, for a
    # series of meetings to be held, the day when the next is due.
    silence_counts_after = models.DateField(null=True, editable=False)
    # Before this day its forum was not expected to meet again; null without a cadence.
    expected_by = models.DateField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_delivered(self) -> bool:
        return is_delivered(self.stage, self.assessment)

    @staticmethod
    def delivered_q(at: str = "") -> Q:
        return Q(**{f"{at}stage__in": _DELIVERED_STAGES}) | Q(
            **{f"{at}assessment__in": _DELIVERED_ASSESSMENTS}
        )

    @property
    def has_ended(self) -> bool:
        """Superseded, withdrawn or abandoned: no longer awaited."""
        return self.stage in ENDED_STAGES or self.assessment == Assessment.ABANDONED

    @property
    def is_open(self) -> bool:
        """Still to be delivered: neither delivered nor ended."""
        return not (self.is_delivered or self.has_ended)

    @staticmethod
    def open_q(at: str = "") -> Q:
        # What is open is listed: what is not would be a subquery on each row of a join.
        return Q(**{f"{at}stage__in": _OPEN_STAGES}) & Q(
            **{f"{at}assessment__in": _OPEN_ASSESSMENTS}
        )

    def is_overdue(self, day: dt.date) -> bool:
        last = self.target_last_day
        return self.is_open and last is not None and last < day

    @staticmethod
    def overdue_q(day: dt.date, at: str = "") -> Q:
        return Position.open_q(at) & Q(**{f"{at}target_last_day__lt": day})

    def is_due_soon(self, day: dt.date) -> bool:
        last = self.target_last_day
        return self.is_open and last is not None and day <= last <= due_soon_until(day)

    @staticmethod
    def due_soon_q(day: dt.date, at: str = "") -> Q:
        last = f"{at}target_last_day"
        soon = Q(**{f"{last}__gte": day, f"{last}__lte": due_soon_until(day)})
        return Position.open_q(at) & soon

    def is_quiet(self, day: dt.date) -> bool:
        last, expected_by = self.last_update_day, self.expected_by
        is_old = last is not None and last <= quiet_since(day)
        return self.is_open and is_old and (expected_by is None or expected_by <= day)

    @staticmethod
    def quiet_q(day: dt.date, at: str = "") -> Q:
        is_old = Q(**{f"{at}last_update_day__lte": quiet_since(day)})
        was_expected = Q(**{f"{at}expected_by__isnull": True}) | Q(**{f"{at}expected_by__lte": day})
        return Position.open_q(at) & is_old & was_expected

    def awaits_entry_into_force(self, instrument: str) -> bool:
        """Signed, but an agreement binds nobody before it enters into force."""
        return self.stage == Stage.SIGNED and instrument == Instrument.AGREEMENT

    @staticmethod
    def awaiting_entry_into_force_q(
        at: str = "", *, has_instrument: Callable[[Instrument], Q]
    ) -> Q:
        """`has_instrument` makes the condition on the commitment, which may be as of a past day."""
        return Q(**{f"{at}stage": Stage.SIGNED}) & has_instrument(Instrument.AGREEMENT)

    def has_no_information(self, day: dt.date) -> bool:
        """Past its target without any evidence since, for or against. Not a failure."""
        last, updated = self.target_last_day, self.last_update_day
        return (
            self.is_overdue(day)
            and self.assessment == Assessment.NOT_ASSESSED
            and last is not None
            and updated is not None
            and updated <= last
        )

    @staticmethod
    def no_information_q(day: dt.date, at: str = "") -> Q:
        return Position.overdue_q(day, at) & Q(
            **{
                f"{at}assessment": Assessment.NOT_ASSESSED,
                f"{at}last_update_day__lte": F(f"{at}target_last_day"),
            }
        )
