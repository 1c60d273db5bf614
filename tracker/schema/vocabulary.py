"""Vocabularies of computed values, which are not recorded, with their labels."""

from __future__ import annotations

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Flag(TextChoices):
    """The warnings on a commitment, computed for a day."""

    OVERDUE = "overdue", _("Overdue")
    DUE_SOON = "due_soon", _("Due soon")
    SLIPPED = "slipped", _("Slipped")
    QUIET = "quiet", _("Quiet")
    NOT_MENTIONED = "not_mentioned", _("Not mentioned")
    AWAITING_ENTRY_INTO_FORCE = "awaiting_entry_into_force", _("Awaiting entry into force")

    @property
    def rule(self) -> str:
        """The rule of the flag in one sentence, shown wherever the flag is."""
        return str(RULES[self]) % {"months": settings.QUIET_AFTER_MONTHS}


RULES = {
    Flag.OVERDUE: _("The last day of the target has passed and it is not delivered."),
    Flag.DUE_SOON: _("The last day of the target is near and it is not delivered."),
    Flag.SLIPPED: _("The target was moved to a later date."),
    Flag.QUIET: _(
        "It is open and nothing was recorded about it for %(months)d months or more, or for one "
        "and a half times as long as its forum takes between meetings, whichever is longer."
    ),
    Flag.NOT_MENTIONED: _(
        "It is open, and a later meeting of the same parties at the same or a higher level, "
        "whose full statement was read, did not mention it. A series that is to be held is not "
        "missed before it is due. It says nothing about why."
    ),
    Flag.AWAITING_ENTRY_INTO_FORCE: _(
        "It is an agreement that is signed, and we hold no source that says it is in force."
    ),
}


class Movement(TextChoices):
    """How an update changed its commitment, in display order."""

    CORRECTED = "corrected", _("Corrected")
    NEW = "new", _("New")
    DELIVERED = "delivered", _("Delivered")
    ADVANCED = "advanced", _("Advanced")
    SET_BACK = "set_back", _("Set back")
    RESCHEDULED = "rescheduled", _("Rescheduled")
    STRENGTHENED = "strengthened", _("Strengthened")
    WEAKENED = "weakened", _("Weakened")
    RENAMED = "renamed", _("Renamed")
    RESTATED = "restated", _("Restated")
    MENTIONED = "mentioned", _("Mentioned")
