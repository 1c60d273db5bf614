"""What a column is, how its cell is read from a record, and text that no spreadsheet will run.

A column is read from the record of the JSON file by its path, so that the flat files cannot say
anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.lib.spreadsheet_text import safe_texts
from tracker.schema.payloads import Fields

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

    def texts(self, records: Fields) -> list[str]:
        """Its cells in a text file; empty text for nothing.

        A list keeps its places, so that the nth quotation is that of the nth source.
        """
        found = self._values(records)
        if self.kind is Kind.LIST:
            return safe_texts(_joined(values) for values in found)
        if self.kind is Kind.YES_NO:
            return [_YES_NO[value] for value in found]
        if self.kind is Kind.NUMBER:
            return ["" if value is None else str(value) for value in found]
        texts = ["" if value is None else value for value in found]
        return safe_texts(texts) if self.kind is Kind.TEXT else texts

    def cells(self, records: Fields) -> list[Cell]:
        """Its cells in a workbook; None for nothing. A day is a date, text is safe."""
        if self.kind in {Kind.YES_NO, Kind.NUMBER}:
            return self._values(records)
        texts = self.texts(records)
        if self.kind in {Kind.DATE, Kind.PARTIAL_DATE}:
            return [_day_or_text(text) for text in texts]
        return [text or None for text in texts]

    def _values(self, records: Fields) -> list[Any]:
        """What stands at the path in each record: a list where a part of it ends in []."""
        name, _, rest = self.path.partition(".")
        values = records[name.removesuffix("[]")]
        if name.endswith("[]"):
            return _below_each(values, rest) if rest else [*values]
        return _below(values, rest) if rest else [*values]


def _below(values: Sequence[Any], path: str) -> list[Any]:
    """What stands at a path in each of several values."""
    for part in path.split("."):
        values = [None if value is None else value[part] for value in values]
    return [*values]


def _below_each(lists: Sequence[Sequence[Any]], path: str) -> list[list[Any]]:
    """What stands at a path in each item of several lists, in lists of the same lengths."""
    found = iter(_below([item for items in lists for item in items], path))
    return [[*islice(found, len(items))] for items in lists]


_YES_NO = {None: "", True: "true", False: "false"}


def _day_or_text(text: str) -> dt.date | str | None:
    return dt.date.fromisoformat(text) if text.count("-") == 2 else text or None


def _joined(values: Sequence[Any]) -> str:
    if len(values) == 1:
        return "" if values[0] is None else str(values[0])
    told = ["" if value is None else str(value) for value in values]
    return SEPARATOR.join(told) if any(told) else ""
