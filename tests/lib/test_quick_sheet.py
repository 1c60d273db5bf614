"""What is written a column at a time is what the library writes cell by cell."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tracker.lib.quick_sheet import QuickSheet

MADE = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
TEXTS = (
    st.text(st.sampled_from("aé한<>&\"'_x0041 \t\n\r\u00a0😀"))
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(["_x0041_", " a", "a\n", "=1+1", "https://example.org/?a=1&b=2"])
).filter(lambda text: not text.startswith("<r>"))
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31))
VALUES = st.none() | TEXTS | st.booleans() | st.integers(0, 10**12) | DAYS
ROWS = st.lists(st.tuples(TEXTS, VALUES, VALUES), min_size=1)
Rows = list[tuple[Any, ...]]


def book(rows: Rows, kind: type[Worksheet], cut: int) -> bytes:
    file = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as made:
        made.set_properties({"created": MADE})
        days, bold = made.add_format({"num_format": "yyyy-mm-dd"}), made.add_format({"bold": True})
        sheet = made.add_worksheet("first", kind)
        for place in range(3):
            sheet.write_string(0, place, f"column {place}", bold)
        _write(sheet, rows, days, cut)
        sheet.autofilter(0, 0, len(rows), 2)
        made.add_worksheet("second", kind).write_string(0, 0, "below")
    return file.getvalue()


def _write(sheet: Worksheet, rows: Rows, days: Any, cut: int) -> None:
    if isinstance(sheet, QuickSheet):
        row = 1
        for start in range(0, len(rows), cut):
            columns = list(zip(*rows[start : start + cut], strict=True))
            row = sheet.write_columns(row, columns, days=days)
        assert row == 1 + len(rows)
        return
    for row, values in enumerate(rows, 1):
        for place, value in enumerate(values):
            if isinstance(value, bool):
                sheet.write_boolean(row, place, value)
            elif isinstance(value, int):
                sheet.write_number(row, place, value)
            elif isinstance(value, dt.date):
                sheet.write_datetime(row, place, value, days)
            elif value is not None:
                sheet.write_string(row, place, value)


def inside(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 4))
@example([("a", None, dt.date(1900, 3, 1)), ("b", dt.date(9999, 12, 31), True)], 1)
def test_a_sheet_is_the_same_to_the_byte(rows: Rows, cut: int) -> None:
    assert inside(book(rows, QuickSheet, cut)) == inside(book(rows, Worksheet, cut))


@pytest.mark.parametrize("text", ["<r>a</r>", "<r>&</r>", "<r><t>a</t></r>"])
def test_text_that_looks_like_markup_is_text(text: str) -> None:
    sheet = load_workbook(io.BytesIO(book([(text, text, 1)], QuickSheet, 1)))["first"]
    assert [cell.value for cell in sheet[2]] == [text, text, 1]
