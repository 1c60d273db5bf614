"""Rows written as columns give the same file as the library's own cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracker.lib.column_sheet import Cell, ColumnSheet

WIDTH = 3
TEXTS = st.text().filter(lambda text: not text.startswith("<r>"))
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.dates(min_value=dt.date(1900, 3, 1)),
    TEXTS.filter(bool),
    st.sampled_from(["&", "<b>", "_x000D_", " a", "a\n", "a\tb", "\r", "\x0b", "a\u2028", "가😀"]),
)
ROWS = st.lists(st.tuples(*[CELLS] * WIDTH), min_size=1, max_size=6)


def as_columns(sheet: ColumnSheet, row: int, chunk: Sequence[Sequence[Cell]], day: Format) -> None:
    sheet.write_columns(row, [*zip(*chunk, strict=True)], day_format=day)


def cell_by_cell(sheet: Worksheet, row: int, chunk: Sequence[Sequence[Cell]], day: Format) -> None:
    for number, cells in enumerate(chunk, row):
        for place, cell in enumerate(cells):
            if isinstance(cell, bool):
                sheet.write_boolean(number, place, cell)
            elif isinstance(cell, int):
                sheet.write_number(number, place, cell)
            elif isinstance(cell, dt.date):
                sheet.write_datetime(number, place, cell, day)
            elif cell is not None:
                sheet.write_string(number, place, cell)


def written(write: object, chunks: Sequence[Sequence[Sequence[Cell]]]) -> bytes:
    """Return a workbook of these chunks of rows, with a sheet below and after them."""
    file = BytesIO()
    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2026, 11, 22, tzinfo=dt.UTC)})
        sheet = book.add_worksheet("rows", ColumnSheet if write is as_columns else None)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for place in range(WIDTH):
            sheet.write_string(0, place, f"Column {place}", bold)
        row = 1
        for chunk in chunks:
            write(sheet, row, chunk, day)  # type: ignore[operator]
            row += len(chunk)
        sheet.autofilter(0, 0, row - 1, WIDTH - 1)
        sheet.write_string(row, 0, "The end", bold)
        book.add_worksheet("about").write_string(0, 0, "About", bold)
    return file.getvalue()


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, max_size=3))
def test_the_file_is_the_same(chunks: list[list[tuple[Cell, ...]]]) -> None:
    assert written(as_columns, chunks) == written(cell_by_cell, chunks)
