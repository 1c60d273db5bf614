"""Values of the log's payloads in words, for entries and events."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from tracker.lib.partial_dates import PartialDate
from tracker.lib.text import without_control_characters
from tracker.schema.payloads import Payload


def plain(text: str) -> str:
    """Without what neither XML nor iCalendar can carry; every line ends with LF alone."""
    return without_control_characters(text).replace("\r\n", "\n").replace("\r", "\n")


def label(choices: type[TextChoices], value: object) -> str:
    """The word for a value; the bare value where a later vocabulary no longer has it."""
    told = str(value or "")
    try:
        return str(choices(told).label)
    except ValueError:
        return told


def spelled_date(value: Payload | None) -> str:
    """A partial date as published, spelled out: its date, and else its words."""
    if not value:
        return ""
    if value.get("date"):
        return PartialDate.parse(value["date"]).spelled()
    return str(value.get("words") or "")


def spelled(value: object) -> str:
    """Any value of a payload on one line."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return spelled_date(value) if "precision" in value else str(value.get("name") or "–")
    if isinstance(value, list):
        return ", ".join(spelled(item) for item in value)
    return str(value)
