"""A cell read from one record by the path of its column: reading many is compared with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tracker.exports.cells import Column, Kind
from tracker.lib.column_sheet import Cell
from tracker.lib.spreadsheet_text import SEPARATOR, safe_text
from tracker.schema.payloads import Payload


def read(column: Column, record: Payload) -> Cell:
    """The value in one record; None for nothing. A day is a date, text is safe."""
    found = _at(record, column.path)
    if column.kind is Kind.LIST:
        texts = ["" if value is None else str(value) for value in found]
        return safe_text(SEPARATOR.join(texts)) if any(texts) else None
    [value] = found
    if value is None or isinstance(value, bool | int):
        return value
    is_day = column.kind in {Kind.DATE, Kind.PARTIAL_DATE} and value.count("-") == 2
    return dt.date.fromisoformat(value) if is_day else safe_text(value) or None


def _at(record: Payload, path: str) -> list[Any]:
    """The values at a path; several where a part of it ends in []."""
    found: list[Any] = [record]
    for part in path.split("."):
        found = [None if at is None else at[part.removesuffix("[]")] for at in found]
        if part.endswith("[]"):
            found = [item for items in found for item in items]
    return found
