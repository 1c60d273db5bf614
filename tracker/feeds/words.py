"""Format values of log payloads as text, for entries and events."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tracker.lib.partial_dates import PartialDate
from tracker.lib.text import without_control_characters
from tracker.schema.payloads import Payload


def plain(text: str) -> str:
    """Remove what neither XML nor iCalendar can carry, and end every line with LF alone."""
    return without_control_characters(text).replace("\r\n", "\n").replace("\r", "\n")


def spelled_date(value: Payload | None) -> str:
    """Spell out the date of a published partial date, or return its words if it has none."""
    if not value:
        return ""
    if value.get("date"):
        return PartialDate.parse(value["date"]).spelled()
    return str(value.get("words") or "")


def spelled(value: object) -> str:
    """Format any value of a payload on one line."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return spelled_date(value) if "precision" in value else str(value.get("name") or "–")
    if isinstance(value, list):
        return ", ".join(spelled(item) for item in value)
    return str(value)
