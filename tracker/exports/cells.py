"""Columns of the public files, and how their cells are read from a record.

A column reads its value by path from the record of the JSON file, so that the files always agree.
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

from tracker.lib.column_sheet import Cell
from tracker.lib.spreadsheet_text import SEPARATOR, safe_texts
from tracker.schema.payloads import Fields


class Kind(Enum):
    """The type of a cell, as the data dictionary names it."""

    TEXT = _("text")
    LIST = _("list")
    PARTIAL_DATE = _("partial date")
    DATE = _("date")
    DATE_TIME = _("date and time")
    NUMBER = _("whole number")
    YES_NO = _("true or false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `path` leads to its value: `target.date`, `parties[]`, `citations[].source`."""

    name: str
    title: str | Promise
    description: str | Promise
    path: str
    kind: Kind = Kind.TEXT
    choices: type[Choices] | None = None
    is_required: bool = False
    width: int = 16  # of a spreadsheet's column, in characters

    def texts(self, records: Fields) -> list[str]:
        """Return each record's value for a text file, or an empty text.

        A list keeps empty places, so that the nth quotation belongs to the nth source.
        """
        column_values = self._values(records)
        if self.kind is Kind.LIST:
            return safe_texts(_joined(values) for values in column_values)
        if self.kind is Kind.YES_NO:
            return [_YES_NO[value] for value in column_values]
        if self.kind is Kind.NUMBER:
            return ["" if value is None else str(value) for value in column_values]
        texts = ["" if value is None else value for value in column_values]
        return safe_texts(texts) if self.kind is Kind.TEXT else texts

    def cells(self, records: Fields) -> list[Cell]:
        """Return each record's value for a workbook, or None: days as dates, text made safe."""
        if self.kind in {Kind.YES_NO, Kind.NUMBER}:
            return self._values(records)
        texts = self.texts(records)
        if self.kind in {Kind.DATE, Kind.PARTIAL_DATE}:
            return [_day_or_text(text) for text in texts]
        return [text or None for text in texts]

    def _values(self, records: Fields) -> list[Any]:
        """Return the value at the path in each record; a list if a part of the path ends in []."""
        name, _, rest = self.path.partition(".")
        values = records[name.removesuffix("[]")]
        if name.endswith("[]"):
            return _below_each(values, rest) if rest else [*values]
        return _below(values, rest) if rest else [*values]


def _below(values: Sequence[Any], path: str) -> list[Any]:
    """Return the value at a path below each value."""
    for part in path.split("."):
        values = [None if value is None else value[part] for value in values]
    return [*values]


def _below_each(lists: Sequence[Sequence[Any]], path: str) -> list[list[Any]]:
    """Return the values at a path below each item, in lists of the same lengths."""
    flat = iter(_below([item for items in lists for item in items], path))
    return [[*islice(flat, len(items))] for items in lists]


_YES_NO = {None: "", True: "true", False: "false"}


def _day_or_text(text: str) -> dt.date | str | None:
    return dt.date.fromisoformat(text) if text.count("-") == 2 else text or None


def _joined(values: Sequence[Any]) -> str:
    if len(values) == 1:
        return "" if values[0] is None else str(values[0])
    texts = ["" if value is None else str(value) for value in values]
    return SEPARATOR.join(texts) if any(texts) else ""
