"""Validation of amendments by a file, with the rules of both the actions and the forms."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.actions.amendment_rules import refuse_unfit_commitment, refuse_unfit_meeting
from tracker.models import Commitment, Meeting, MeetingState
from tracker.models.records import PublicRecord


def refuse_unfit(record: PublicRecord, values: dict[str, Any]) -> None:
    """Raise ValidationError for an amendment that the action or its form would refuse."""
    if record.is_retracted:
        raise ValidationError(_("It was retracted and is never edited again."))
    if isinstance(record, Commitment):
        refuse_unfit_commitment(record, values)
        for other in values.get("related", ()):
            if not other.is_public:
                raise ValidationError(_("Publish “%(record)s” first."), params={"record": other})
    if isinstance(record, Meeting):
        refuse_unfit_meeting(record, values)
        _refuse_unfit_meeting_that_counts(record, values)


def _refuse_unfit_meeting_that_counts(meeting: Meeting, values: dict[str, Any]) -> None:
    """Refuse a change that would affect the updates or flags that depend on a meeting."""
    if {"level", "parties"} & set(values) and meeting.updates.exists():
        raise ValidationError(
            _("Parties and level stay as they are once updates rest on the meeting.")
        )
    if not meeting.is_fully_recorded:
        return
    if values.get("state", MeetingState.HELD) != MeetingState.HELD:
        raise ValidationError(_("A fully recorded meeting was held, and stays so."))
    if "date" in values and (values["date"] is None or values["date"].first_day is None):
        raise ValidationError(_("A fully recorded meeting keeps at least its year."))
