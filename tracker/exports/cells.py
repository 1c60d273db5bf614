"""What a column is, how its cell is read from a record, and text that no spreadsheet will run.

A column is read from the record of the JSON file by its path, so that the flat files cannot say
anything else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.lib.spreadsheet_text import safe_text
from tracker.payloads import Payload

Cell = str | int | bool | dt.date | None
SEPARATOR = "; "


class Kind(Enum):
    """What a cell holds, as the data dictionary names it."""

    TEXT = _("text")
    LIST = _("list")
    PARTIAL_DATE = _("partial date")
    DATE = _("date")
    MOMENT = _("date and time")
    NUMBER = _("whole number")
    YES_NO = _("true or false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `path` leads to its value: `target.date`, `parties[]`, `citations[].source`."""

    name: str
    title: str | Promise
    description: str | Promise
    path: str
    kind: Kind = Kind.TEXT
    choices: type[Choices] | None = None
    is_required: bool = False
    width: int = 16  # of a spreadsheet's column, in characters

    def read(self, record: Payload) -> Cell:
        """The value in one record; None for nothing. A day is a date, text is safe."""
        found = _at(record, self.path)
        if self.kind is Kind.LIST:
            # Places are kept, so that the nth quotation is that of the nth source.
            told = ["" if value is None else str(value) for value in found]
            return safe_text(SEPARATOR.join(told)) if any(told) else None
        [value] = found
        if value is None or isinstance(value, bool | int):
            return value
        is_day = self.kind in {Kind.DATE, Kind.PARTIAL_DATE} and value.count("-") == 2
        return dt.date.fromisoformat(value) if is_day else safe_text(value) or None


def _at(record: Payload, path: str) -> list[Any]:
    """The values at a path; several where a part of it ends in []."""
    found: list[Any] = [record]
    for part in path.split("."):
        found = [None if at is None else at[part.removesuffix("[]")] for at in found]
        if part.endswith("[]"):
            found = [item for items in found for item in items]
    return found
