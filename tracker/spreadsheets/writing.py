"""Write the file that staff export, row by row; the import accepts it unchanged."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from tracker.lib.csv_lines import csv_lines
from tracker.lib.workbook_files import MAX_CELL_LENGTH, MAX_ROWS, cell_length, workbook_file
from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.tables import Table

_ROWS_AT_A_TIME = 500


def csv_parts(table: Table, rows: QuerySet[Any]) -> Iterator[bytes]:
    """Yield a CSV file (RFC 4180) in UTF-8, with a byte-order mark so that Excel detects UTF-8."""
    yield codecs.BOM_UTF8 + csv_lines([name] for name in table.columns).encode()
    records = rows.iterator(chunk_size=_ROWS_AT_A_TIME)
    while cells := [table.cells(record) for record in islice(records, _ROWS_AT_A_TIME)]:
        yield csv_lines(zip(*cells, strict=True)).encode()


def xlsx_file(
    table: Table, rows: QuerySet[Any], *, check: Callable[[], object] = lambda: None
) -> IO[bytes]:
    """Return a workbook in a temporary file, which is deleted when it is closed.

    `check` is called regularly and may raise to stop the work. Raise SpreadsheetError when a text
    is too long for a cell, or the rows are too many for a sheet.
    """

    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet(table.noun)
        sheet.freeze_panes(1, 1)
        # Text format, so that Excel does not turn a typed 2026-03 into a day.
        sheet.set_column(0, len(table.columns) - 1, 20, book.add_format({"num_format": "@"}))
        _write(sheet, 0, table.columns, book.add_format({"bold": True}))
        for number, record in enumerate(rows.iterator(chunk_size=_ROWS_AT_A_TIME), 1):
            cells = table.cells(record)
            _refuse_unfit(cells, number)
            _write(sheet, number, cells)
            if number % _ROWS_AT_A_TIME == 0:
                check()

    return workbook_file(fill)


def _write(sheet: Any, row: int, cells: Iterable[str], form: Any = None) -> None:
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(row, place, cell, form)


def _refuse_unfit(cells: list[str], number: int) -> None:
    if number > MAX_ROWS:
        raise SpreadsheetError(_("An Excel sheet has no room for so many rows. Take the CSV file."))
    longest = max(cells, key=len)
    if cell_length(longest) > MAX_CELL_LENGTH:
        sentence = _(
            "A text of “%(name)s” is longer than a cell of Excel holds. Take the CSV file."
        )
        raise SpreadsheetError(sentence % {"name": cells[0]})
