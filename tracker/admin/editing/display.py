"""Format field values as staff read them, for comparing two versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from tracker.lib.partial_dates import PartialDate

# Shown for an empty value.
NOTHING = "–"


def in_full(date: PartialDate | None) -> str:
    """Format the known part of a date, and the words of its source."""
    if date is None:
        return NOTHING
    return " ".join(part for part in (date.iso, f"“{date.words}”" if date.words else "") if part)


def in_words(field: Field[Any, Any], value: Any) -> str:
    """Format the value of a model field, related records by name."""
    if value is None or value == "":
        return NOTHING
    if field.name == "text_sha256":
        # Histories store the digest instead of the text.
        return f"SHA-256 {value[:12]}…"
    if field.many_to_many:
        return "; ".join(sorted(str(one) for one in value)) or NOTHING
    if isinstance(value, PartialDate):
        return in_full(value)
    return str(dict(field.flatchoices).get(value, value))


def label_of(field: Field[Any, Any]) -> str:
    stands_for = {"text_sha256": "text"}.get(field.name)
    named = field.model._meta.get_field(stands_for) if stands_for else field
    return capfirst(str(named.verbose_name))  # type: ignore[union-attr]


def moment(at: dt.datetime | None) -> str:
    """Format a date and time in the time zone of the register."""
    return date_format(timezone.localtime(at), "Y-m-d H:i") if at else NOTHING
