"""Rows of a file set aside in a temporary file, so that reading it once more is quick.

Reading a workbook takes most of the time of an import, and nobody else can write to the register
while it is under way; so a file is read before that begins.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from tracker.spreadsheets.cells import Cell, Fault, Row, SpreadsheetError
from tracker.spreadsheets.reading import Sheet

_TOLD_EVERY = 1_000


@contextmanager
def spooled(sheet: Sheet, *, tell: Callable[[int], object] = lambda rows: None) -> Iterator[Sheet]:
    """The same sheet, read to its end; `tell` is called with the rows read so far.

    What stops it from being read on is raised again at the same row.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        try:
            for count, row in enumerate(sheet.rows, 1):
                kept = [row.number, [_kept(cell) for cell in row.cells], row.fault]
                file.write(json.dumps(kept, ensure_ascii=False) + "\n")
                if count % _TOLD_EVERY == 0:
                    tell(count)
        except SpreadsheetError as error:
            file.write(json.dumps([error.row, None, error.sentence]) + "\n")
        file.seek(0)
        yield Sheet(sheet.headings, _rows(file), sheet.name)


def _kept(cell: Cell) -> Any:
    if isinstance(cell, Fault):
        return [cell.sentence]
    # A day in ISO 8601 is read like a date cell.
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _rows(file: IO[str]) -> Iterator[Row]:
    for line in file:
        number, cells, told = json.loads(line)
        if cells is None:
            raise SpreadsheetError(told, row=number)
        yield Row(number, tuple(Fault(*c) if isinstance(c, list) else c for c in cells), told)
