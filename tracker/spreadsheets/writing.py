"""Write the file that staff export, row by row; the import accepts it unchanged."""

from __future__ import annotations

import codecs
import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from tracker.lib.workbook_files import workbook_in
from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.tables import Table

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_CELL_LENGTH = 32_767
MAX_ROWS = 1_048_575
_ROWS_AT_A_TIME = 500


class _Lines:
    """A file-like buffer for csv.writer, emptied by `take`."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def write(self, line: str) -> None:
        self.waiting.append(line)

    def take(self) -> bytes:
        taken = "".join(self.waiting).encode()
        self.waiting.clear()
        return taken


def csv_parts(table: Table, rows: Any) -> Iterator[bytes]:
    """Yield a CSV file (RFC 4180) in UTF-8, with a byte-order mark so that Excel detects UTF-8."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(table.columns)
    yield codecs.BOM_UTF8 + lines.take()
    for number, record in enumerate(rows.iterator(chunk_size=_ROWS_AT_A_TIME), 1):
        writer.writerow(table.cells(record))
        if number % _ROWS_AT_A_TIME == 0:
            yield lines.take()
    yield lines.take()


def xlsx_file(table: Table, rows: Any, *, check: Callable[[], object] = lambda: None) -> IO[bytes]:
    """Return a workbook in a temporary file, which is deleted when it is closed.

    `check` is called regularly and may raise to stop the work. Raise SpreadsheetError when a text
    is too long for a cell, or the rows are too many for a sheet.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        _write_book(file, table, rows, check)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write_book(file: IO[bytes], table: Table, rows: Any, check: Callable[[], object]) -> None:
    with workbook_in(file) as book:
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


def _write(sheet: Any, row: int, cells: Iterable[str], form: Any = None) -> None:
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(row, place, cell, form)


def _refuse_unfit(cells: list[str], number: int) -> None:
    if number > MAX_ROWS:
        raise SpreadsheetError(_("An Excel sheet has no room for so many rows. Take the CSV file."))
    longest = max(cells, key=len)
    # Excel counts UTF-16 code units.
    if len(longest.encode("utf-16-le")) // 2 > MAX_CELL_LENGTH:
        sentence = _(
            "A text of “%(name)s” is longer than a cell of Excel holds. Take the CSV file."
        )
        raise SpreadsheetError(sentence % {"name": cells[0]})
