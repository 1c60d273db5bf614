"""Read a CSV or XLSX file as rows of cells, numbered as a spreadsheet shows them.

Rows are read one by one, so memory does not grow with the file. An unreadable cell becomes a
`Fault`; an unreadable file raises `SpreadsheetError`. Both carry a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from tracker.spreadsheets import text_files, workbooks
from tracker.spreadsheets.cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    Line,
    Row,
    SpreadsheetError,
    too_many_rows,
)

ENDINGS = ("csv", "xlsx")
MAX_HEADING_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """The headings in order, and the rows; `name` is the title of the sheet in a workbook."""

    headings: tuple[str, ...]
    rows: Iterator[Row]
    name: str = ""


def read_sheet(file: IO[bytes], *, ending: str, encoding: str = "") -> Sheet:
    """Read the headings of a file, and its rows lazily; `encoding` is empty for UTF-8.

    The file must stay open while rows are read. Both steps may raise SpreadsheetError.
    """
    file.seek(0)
    if ending == "xlsx":
        name, lines = workbooks.read_lines(file)
    else:
        name, lines = "", text_files.read_lines(file, encoding)
    heading = next(lines, (1, ()))[1]
    headings = [cell.strip() if isinstance(cell, str) else "" for cell in heading]
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise SpreadsheetError(_("The first row is empty: put the names of the columns there."))
    if len(headings) > MAX_COLUMNS or any(len(h) > MAX_HEADING_LENGTH for h in headings):
        raise SpreadsheetError(
            _(
                "The first row has more than %(columns)d cells, or one of more than %(letters)d "
                "letters. It should hold the names of the columns, and only of those needed here."
            )
            % {"columns": MAX_COLUMNS, "letters": MAX_HEADING_LENGTH}
        )
    duplicates = [h for n, h in enumerate(headings) if h and h in headings[:n]]
    if duplicates:
        raise SpreadsheetError(
            _("Two columns have the heading “%(heading)s”: give one of them another name.")
            % {"heading": duplicates[0][:80]}
        )
    return Sheet(tuple(headings), _rows(lines, width=len(headings)), name)


def _rows(lines: Iterator[Line], *, width: int) -> Iterator[Row]:
    for number, cells in lines:
        if number > MAX_ROWS + 1:
            raise too_many_rows()
        if not any(cells):
            continue
        extra = [n for n, cell in enumerate(cells) if cell and n >= width]
        if extra:
            sentence = _(
                "It has %(found)d cells and the headings are %(width)d: is a quotation mark or a "
                "separator missing?"
            )
            fault = sentence % {"found": extra[-1] + 1, "width": width}
            yield Row(number, tuple(cells[:width]), fault)
        else:
            yield Row(number, (*cells[:width], *[""] * (width - len(cells))))


def count_rows(file: IO[bytes], *, ending: str) -> int:
    """Return a quick upper estimate of the rows below the headings.

    Raise SpreadsheetError for more than MAX_ROWS.
    """
    if ending == "xlsx":
        return workbooks.count_lines(file)
    count = text_files.count_lines(file)
    if count > MAX_ROWS and text_files.has_more_records(file, MAX_ROWS + 1):
        raise too_many_rows()
    return count
