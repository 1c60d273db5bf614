"""Write a table as an Excel workbook: a sheet of rows, and a sheet that describes them.

Rows go to a temporary file as they come, so memory use does not grow. The same register, day and
filter give the same bytes: the workbook is dated by the head of the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import IO, Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from tracker.exports.extract import Extract
from tracker.filters.words import sentence
from tracker.lib.column_sheet import Cell, ColumnSheet
from tracker.lib.spreadsheet_text import safe_text
from tracker.lib.workbook_files import MAX_CELL_LENGTH, cell_length, workbook_file

# Excel's calendar is right from this day on; earlier days are written as text.
FIRST_DAY = dt.date(1900, 3, 1)
# No character takes more than two units of UTF-16.
SURELY_FITS = MAX_CELL_LENGTH // 2
# The date of the workbook while the log is empty.
EMPTY_LOG_DATE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def xlsx_file(extract: Extract, *, check: Callable[[], object] = lambda: None) -> IO[bytes]:
    """Write the workbook to a temporary file, which is deleted when it is closed.

    `check` is called before each chunk; an exception that it raises ends the work.
    """

    def fill(book: Workbook) -> None:
        created = extract.head.recorded_at or EMPTY_LOG_DATE
        book.set_properties(
            {
                "title": safe_text(sentence(extract.filterset)),
                "author": settings.REGISTER_NAME,
                "created": created.astimezone(dt.UTC),
            }
        )
        count = _Sheet(book, extract.table.name).write_rows(extract, check)
        _Sheet(book, _("About")).write_about(extract, count)

    return workbook_file(fill)


class _Sheet:
    """A worksheet that is written from top to bottom."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.sheet: ColumnSheet = book.add_worksheet(name, ColumnSheet)
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.row = 0

    def write_rows(self, extract: Extract, check: Callable[[], object]) -> int:
        """Write a heading that stays visible, and the rows; return their number."""
        columns = extract.table.columns
        self.sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width)
        self.write([column.name for column in columns], form=self.bold)
        for chunk in extract.chunks():
            check()
            cells = [_fitting(column.cells(chunk)) for column in columns]
            self.sheet.write_columns(self.row, cells, day_format=self.day)
            self.row += len(cells[0])
        self.sheet.autofilter(0, 0, self.row - 1, len(columns) - 1)
        return self.row - 1

    def write_about(self, extract: Extract, count: int) -> None:
        """Describe the rows, the state of the log and each column."""
        for place, width in enumerate((24, 28, 90, 16)):
            self.sheet.set_column(place, place, width)
        for label, value in _about(extract, count):
            self.write([label, safe_text(value)])
        self.row += 1
        headings = [_("Column"), _("Title"), _("What it holds"), _("Type")]
        self.write(headings, form=self.bold)
        for column in extract.table.columns:
            self.write([column.name, column.title, column.description, column.kind.value])

    def write(self, texts: Sequence[str | Promise], *, form: Any = None) -> None:
        for place, text in enumerate(texts):
            self.sheet.write_string(self.row, place, _fitted(str(text)), form)
        self.row += 1


def _fitting(cells: Sequence[Cell]) -> list[Cell]:
    """Return cells that a workbook can hold: days before its calendar as text, texts cut."""
    # Few cells need the function, and to call it for each would take a tenth of a workbook's time.
    return [
        cell
        if cell is None or (type(cell) is str and len(cell) <= SURELY_FITS and cell[:1] != "<")
        else _fitting_cell(cell)
        for cell in cells
    ]


def _fitting_cell(cell: Cell) -> Cell:
    if isinstance(cell, dt.date) and cell < FIRST_DAY:
        return cell.isoformat()
    return _fitted(cell) if isinstance(cell, str) else cell


def _fitted(text: str) -> str:
    """Cut text that is too long for a cell, and mark the cut with an ellipsis."""
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # XlsxWriter would take it for its own rich text and not escape it
    if cell_length(text) <= MAX_CELL_LENGTH:
        return text
    return text.encode("utf-16-le")[: 2 * (MAX_CELL_LENGTH - 1)].decode("utf-16-le", "ignore") + "…"


def _about(extract: Extract, count: int) -> list[tuple[str, str]]:
    filterset, head = extract.filterset, extract.head
    viewpoint = filterset.viewpoint
    entries = [
        (_("Register"), settings.REGISTER_NAME),
        (_("Shown"), sentence(filterset)),
        (_("Rows"), str(count)),
        (_("Address"), extract.address),
        (_("Day"), filterset.today.isoformat()),
        (_("As things stood on"), viewpoint.as_of.isoformat() if viewpoint.as_of else ""),
        (_("As known on"), viewpoint.known_at.isoformat() if viewpoint.known_at else ""),
        (
            _("Log of changes up to"),
            _("line %(seq)d, %(hash)s") % {"seq": head.seq, "hash": head.hash},
        ),
        (
            _("Text"),
            _(
                "Text that a spreadsheet would take for a formula has an apostrophe before it; "
                "take one away to have the text back."
            ),
        ),
    ]
    return [(label, value) for label, value in entries if value]
