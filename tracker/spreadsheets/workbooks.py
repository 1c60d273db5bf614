"""Excel workbooks (.xlsx), row by row."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tracker.spreadsheets.cells import (
    Cell,
    Fault,
    Line,
    SpreadsheetError,
    formula,
    pieces,
    text_cell,
)

# An Excel file is a compressed archive: a small one may hold a disk full of zeros.
MOST_UNPACKED = 500_000_000
# The one part of it that is held in memory whole.
MOST_SHARED_TEXT = 100_000_000
# What openpyxl raises for files that are damaged, or no workbooks.
_DAMAGED = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, SyntaxError),
    *(KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError),
)


def read_lines(file: IO[bytes]) -> tuple[str, Iterator[Line]]:
    _refuse_what_is_no_workbook(file)
    try:
        book = load_workbook(file, read_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        # Some programs write a wrong size, and rows beyond it would be lost.
        sheet.reset_dimensions()
    except _DAMAGED as error:
        raise _damaged() from error
    return sheet.title, _records(sheet)


def _refuse_what_is_no_workbook(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = {part.filename: part.file_size for part in archive.infolist()}
    except (zipfile.BadZipFile, OSError) as error:
        sentence = _("This is no Excel workbook (.xlsx). Save it as one, or as CSV in UTF-8.")
        raise SpreadsheetError(sentence) from error
    shared = parts.get("xl/sharedStrings.xml", 0)
    if sum(parts.values()) > MOST_UNPACKED or shared > MOST_SHARED_TEXT:
        raise SpreadsheetError(
            _("Unpacked, this workbook is too large to be read here. Save it as CSV in UTF-8.")
        )
    file.seek(0)


def _damaged() -> SpreadsheetError:
    return SpreadsheetError(_("The workbook is damaged. Open it, save it anew, and try again."))


def _records(sheet: Any) -> Iterator[Line]:
    rows: Iterable[Any] = sheet.iter_rows()
    try:
        for number, row in enumerate(rows, 1):
            yield number, tuple([_cell(cell) for cell in row])
    except _DAMAGED as error:
        raise _damaged() from error


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            told = _("It holds the error %(error)s: put a value there.")
            return Fault(told % {"error": value[:20]})
        return formula() if cell.data_type == "f" else text_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else str(value)
    return _of_the_calendar(value, cell.number_format or "")


def _of_the_calendar(value: Any, shown_as: str) -> Cell:
    if isinstance(value, dt.datetime):
        return _day(value, shown_as)
    if isinstance(value, dt.date):
        return value
    if isinstance(value, dt.time | dt.timedelta):
        return Fault(_("It holds a time without a day: format the cell as text."))
    return formula()  # openpyxl's own objects: formulas over several cells


def _day(value: dt.datetime, shown_as: str) -> Cell:
    """The day of a date cell. Excel makes 1 March of “2026-03” and shows only “Mar-26”."""
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", shown_as).lower()
    if "d" not in plain and not plain.startswith("general"):
        told = _(
            "The cell shows no day but holds %(day)s. Format it as text, and write %(month)s or "
            "the day that is meant."
        )
        return Fault(told % {"day": value.date().isoformat(), "month": f"{value:%Y-%m}"})
    return value.date()


def count_lines(file: IO[bytes]) -> int:
    """How many rows there are below the first, at most."""
    _refuse_what_is_no_workbook(file)
    count = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.namelist():
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    with archive.open(part) as sheet:
                        count += sum(piece.count(b"</row") for piece in pieces(sheet))
    except _DAMAGED as error:
        raise _damaged() from error
    return max(0, count - 1)
