"""What a field holds, in the words that staff read: for two versions side by side."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from tracker.lib.partial_dates import PartialDate

# Where there is nothing to tell.
NOTHING = "–"


def in_full(date: PartialDate | None) -> str:
    """The date as far as it is known and the source's words."""
    if date is None:
        return NOTHING
    return " ".join(part for part in (date.iso, f"“{date.words}”" if date.words else "") if part)


def in_words(field: Field[Any, Any], value: Any) -> str:
    """The value of a model's field, related records by their names."""
    if value is None or value == "":
        return NOTHING
    if field.name == "text_sha256":
        # It stands for the text in the histories, which do not keep that.
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
    """Date and time where the register is kept."""
    return date_format(timezone.localtime(at), "Y-m-d H:i") if at else NOTHING
