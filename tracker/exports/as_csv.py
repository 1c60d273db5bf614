"""A table as CSV (RFC 4180) in UTF-8, with the mark by which Excel knows that it is UTF-8."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
from collections.abc import Iterator

from tracker.exports.cells import Cell
from tracker.exports.extract import Extract

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"


class _Lines:
    """What csv.writer takes for a file: it keeps the lines until they are taken."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def write(self, line: str) -> None:
        self.waiting.append(line)

    def take(self) -> bytes:
        taken = "".join(self.waiting).encode()
        self.waiting.clear()
        return taken


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def csv_parts(extract: Extract) -> Iterator[bytes]:
    """The file, one part for each chunk of records."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    columns = extract.table.columns
    writer.writerow([column.name for column in columns])
    yield codecs.BOM_UTF8 + lines.take()
    for chunk in extract.chunks():
        writer.writerows([_text(column.read(record)) for column in columns] for record in chunk)
        yield lines.take()
