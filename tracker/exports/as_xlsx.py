"""A table as an Excel workbook: the rows, and a sheet that says what they are.

Rows go to a temporary file as they come, so memory does not grow with them. The same register,
day and filter give the same bytes: the workbook is dated by the head of the log.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tracker.exports.cells import Cell
from tracker.exports.extract import Extract
from tracker.filters.words import sentence
from tracker.lib.spreadsheet_text import safe_text
from tracker.lib.workbook_files import workbook_in

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a sheet holds beside its heading.
MOST_ROWS = 1_048_575
LONGEST_TEXT = 32_767
# Excel's calendar begins here; earlier days are written as text.
FIRST_DAY = dt.date(1900, 3, 1)
# The date of a workbook of an empty register.
BEFORE_EVERYTHING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def xlsx_file(extract: Extract, *, check: Callable[[], object] = lambda: None) -> IO[bytes]:
    """Write the workbook to a temporary file, which is gone when it is closed.

    `check` is called now and then; what it raises ends the work.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    try:
        with workbook_in(file) as book:
            created = extract.head.recorded_at or BEFORE_EVERYTHING
            book.set_properties(
                {
                    "title": safe_text(sentence(extract.found)),
                    "author": settings.REGISTER_NAME,
                    "created": created.astimezone(dt.UTC),
                }
            )
            count = _Sheet(book, extract.table.name).write_rows(extract, check)
            _Sheet(book, _("About")).write_about(extract, count)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


class _Sheet:
    """A worksheet that is written from top to bottom."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.sheet: Worksheet = book.add_worksheet(name)
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.row = 0

    def write_rows(self, extract: Extract, check: Callable[[], object]) -> int:
        """A heading that stays in sight, and the rows; returns their number."""
        columns = extract.table.columns
        self.sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width)
        self.write([column.name for column in columns], form=self.bold)
        for chunk in extract.chunks():
            check()
            for row in zip(*(column.cells(chunk) for column in columns), strict=True):
                self.write(row)
        self.sheet.autofilter(0, 0, self.row - 1, len(columns) - 1)
        return self.row - 1

    def write_about(self, extract: Extract, count: int) -> None:
        """What the rows are, at which state of the log, and what each column holds."""
        for place, width in enumerate((24, 28, 90, 16)):
            self.sheet.set_column(place, place, width)
        for label, value in _about(extract, count):
            self.write([label, safe_text(value)])
        self.row += 1
        headings = [_("Column"), _("Title"), _("What it holds"), _("Type")]
        self.write(headings, form=self.bold)
        for column in extract.table.columns:
            self.write([column.name, column.title, column.description, column.kind.value])

    def write(self, cells: Iterable[Any], *, form: Any = None) -> None:
        for place, cell in enumerate(cells):
            self._write_cell(place, cell, form)
        self.row += 1

    def _write_cell(self, place: int, cell: Cell, form: Any) -> None:
        if cell is None:
            return
        if isinstance(cell, bool):
            self.sheet.write_boolean(self.row, place, cell)
        elif isinstance(cell, int):
            self.sheet.write_number(self.row, place, cell)
        elif isinstance(cell, dt.date) and cell >= FIRST_DAY:
            self.sheet.write_datetime(self.row, place, cell, self.day)
        else:
            self.sheet.write_string(self.row, place, _fitting(str(cell)), form)


def _fitting(text: str) -> str:
    """Cut what is too long for a cell, with a sign that it was cut."""
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # the library takes it for rich text of its own, and would not escape it
    # Counted as Excel counts, in units of UTF-16.
    if len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT:
        return text
    return text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def _about(extract: Extract, count: int) -> list[tuple[str, str]]:
    found, head = extract.found, extract.head
    moment = found.moment
    told = [
        (_("Register"), settings.REGISTER_NAME),
        (_("Shown"), sentence(found)),
        (_("Rows"), str(count)),
        (_("Address"), extract.address),
        (_("Day"), found.today.isoformat()),
        (_("As things stood on"), moment.as_of.isoformat() if moment.as_of else ""),
        (_("As known on"), moment.known_at.isoformat() if moment.known_at else ""),
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
    return [(label, value) for label, value in told if value]
