"""A CSV or XLSX file as rows of cells with the numbers that a spreadsheet shows beside them.

Rows are read one by one, so memory does not grow with the file. What cannot be read of one cell or
row is a `Fault` there; what stops the file from being read at all is a `SpreadsheetError`. Both
are sentences that say what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from tracker.spreadsheets import text_files, workbooks
from tracker.spreadsheets.cells import (
    MOST_COLUMNS,
    MOST_ROWS,
    Line,
    Row,
    SpreadsheetError,
    many_rows,
)

ENDINGS = ("csv", "xlsx")
LONGEST_HEADING = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """The headings, by their places, and the rows. `name` is the sheet's within a workbook."""

    headings: tuple[str, ...]
    rows: Iterator[Row]
    name: str = ""


def read_sheet(file: IO[bytes], *, ending: str, encoding: str = "") -> Sheet:
    """Begin to read a file from its start; `encoding` is the answer, where it was asked about.

    The file must stay open while rows are taken. Raises SpreadsheetError, and so may the rows.
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
    if len(headings) > MOST_COLUMNS or any(len(h) > LONGEST_HEADING for h in headings):
        raise SpreadsheetError(
            _(
                "The first row has more than %(columns)d cells, or one of more than %(letters)d "
                "letters. It should hold the names of the columns, and only of those needed here."
            )
            % {"columns": MOST_COLUMNS, "letters": LONGEST_HEADING}
        )
    twice = [h for n, h in enumerate(headings) if h and h in headings[:n]]
    if twice:
        raise SpreadsheetError(
            _("Two columns have the heading “%(heading)s”: give one of them another name.")
            % {"heading": twice[0][:80]}
        )
    return Sheet(tuple(headings), _rows(lines, width=len(headings)), name)


def _rows(lines: Iterator[Line], *, width: int) -> Iterator[Row]:
    for number, cells in lines:
        if number > MOST_ROWS + 1:
            raise many_rows()
        if not any(cells):
            continue
        extra = [n for n, cell in enumerate(cells) if cell and n >= width]
        if extra:
            told = _(
                "It has %(found)d cells and the headings are %(width)d: is a quotation mark or a "
                "separator missing?"
            )
            fault = told % {"found": extra[-1] + 1, "width": width}
            yield Row(number, tuple(cells[:width]), fault)
        else:
            yield Row(number, (*cells[:width], *[""] * (width - len(cells))))


def count_rows(file: IO[bytes], *, ending: str) -> int:
    """About how many rows stand below the headings: found out fast, never too few.

    Raises SpreadsheetError for more than are read.
    """
    if ending == "xlsx":
        return workbooks.count_lines(file)
    count = text_files.count_lines(file)
    if count > MOST_ROWS and text_files.has_more_records(file, MOST_ROWS + 1):
        raise many_rows()
    return count
