"""Copy the rows of a file into a temporary file, so that a second reading is quick.

Parsing a workbook takes most of the time of an import, during which nobody else can write to the
register; so the file is parsed before the transaction begins.
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

_PROGRESS_EVERY = 1_000


@contextmanager
def spooled(
    sheet: Sheet, *, on_progress: Callable[[int], object] = lambda rows: None
) -> Iterator[Sheet]:
    """Read a sheet to its end and yield a copy; `on_progress` is called with the rows read so far.

    An error that stops the reading is raised again at the same row of the copy.
    """
    failure = None
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        try:
            for count, row in enumerate(sheet.rows, 1):
                stored = [row.number, [_as_json(cell) for cell in row.cells], row.fault]
                file.write(json.dumps(stored, ensure_ascii=False) + "\n")
                if count % _PROGRESS_EVERY == 0:
                    on_progress(count)
        except SpreadsheetError as error:
            failure = error
        file.seek(0)
        yield Sheet(sheet.headings, _rows(file, failure), sheet.name)


def _as_json(cell: Cell) -> Any:
    if isinstance(cell, Fault):
        return [cell.sentence]
    # A text in ISO 8601 is read like a date cell.
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _rows(file: IO[str], failure: SpreadsheetError | None) -> Iterator[Row]:
    for line in file:
        number, cells, fault = json.loads(line)
        yield Row(number, tuple(Fault(*c) if isinstance(c, list) else c for c in cells), fault)
    if failure is not None:
        raise failure
