"""Excel workbooks (.xlsx), row by row: read by a process that the operating system keeps small.

`workbook_process` is that process; here is what its lines mean and what may be read at most.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.spreadsheets.cells import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Fault,
    Line,
    SpreadsheetError,
    formula,
    many_rows,
    pieces,
    text_cell,
)

_PROGRAM = str(Path(__file__).with_name("workbook_process.py"))
# Bytes, unless they are counts; the largest file that may be imported fits well within them.
# openpyxl holds styles, names and shared strings in memory whole, at some ten times their size.
LIMITS = {
    "memory": 768_000_000,
    "seconds": 120,  # of a processor
    "unpacked": 500_000_000,
    "part_size": 5_000_000,
    "strings_size": 100_000_000,
    "strings": 1_000_000,
    "rows": MOST_ROWS + 1,
    "columns": MOST_COLUMNS,
    "cell": LONGEST_CELL,
    "row": 2 * LONGEST_CELL,
}
# What the rows may come to as text: one long string may stand in a million cells.
MOST_TEXT = 200_000_000
_LONGEST_LINE = 6 * 3 * LONGEST_CELL  # six signs of JSON for a letter
# So many workbooks are read at a time in one process of ours; whoever comes later waits so many
# seconds, which most workbooks do not take.
_AT_A_TIME = threading.BoundedSemaphore(2)
_PATIENCE = 60

_SENTENCES = {
    "no workbook": gettext_lazy(
        "This is no Excel workbook (.xlsx). Save it as one without a password, or as CSV in UTF-8."
    ),
    "damaged": gettext_lazy("The workbook is damaged. Open it, save it anew, and try again."),
    "large": gettext_lazy(
        "Unpacked, this workbook is too large to be read here. Split it, or save it as CSV in "
        "UTF-8."
    ),
    "cluttered": gettext_lazy(
        "Beside its cells this workbook holds too much, such as styles or names. Paste its values "
        "into a new workbook, or save it as CSV in UTF-8."
    ),
    "costly": gettext_lazy(
        "Reading this workbook takes too much time or memory. Paste its values into a new "
        "workbook, or save it as CSV in UTF-8."
    ),
    "out of order": gettext_lazy(
        "Row %(row)s of this workbook is out of order, and part of it would be lost. Open it in a "
        "spreadsheet program, save it anew, and try again."
    ),
    "busy": gettext_lazy("Other workbooks are being read just now. Wait a minute, and try again."),
}


def read_lines(file: IO[bytes]) -> tuple[str, Iterator[Line]]:
    """The name of the first sheet and its lines. Raises SpreadsheetError, and so may the lines."""
    output = _output(file, {**LIMITS, "count": False})
    head = next(output)
    return head["title"], _lines(output)


def count_lines(file: IO[bytes]) -> int:
    """How many rows there are below the first, at most. Raises SpreadsheetError."""
    output = _output(file, {**LIMITS, "count": True})
    rows: int = next(output)["rows"]
    return max(0, rows - 1)


def _output(file: IO[bytes], limits: dict[str, int]) -> Iterator[Any]:
    """The output of the process, line by line; the process ends with this generator."""
    if not _AT_A_TIME.acquire(timeout=_PATIENCE):
        raise _refusal("busy")
    try:
        with _as_input(file) as source:
            yield from _run(source, limits)
    finally:
        _AT_A_TIME.release()


def _run(source: IO[bytes], limits: dict[str, int]) -> Iterator[Any]:
    # -I: nothing of the environment or the folder decides what it imports.
    command = [sys.executable, "-I", _PROGRAM, json.dumps(limits)]
    process = subprocess.Popen(  # noqa: S603 - our own program; the file is only its input
        command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    lines, read = process.stdout, 0
    assert lines is not None  # noqa: S101 - it is a pipe
    try:
        while line := lines.readline(_LONGEST_LINE):
            read += len(line)
            if read > MOST_TEXT or not line.endswith(b"\n"):
                raise _refusal("large")
            value = json.loads(line)
            if value is True:
                return
            if isinstance(value, str):
                raise many_rows() if value == "rows" else _refusal(value)
            yield value
        # It was ended by its limits.
        raise _refusal("costly")
    finally:
        process.kill()
        lines.close()
        process.wait()


def _as_input(file: IO[bytes]) -> IO[bytes]:
    """The file, from its start, as one that another process can read; closing it leaves `file`."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - whoever called closes it
    file.seek(0)
    for piece in pieces(file):
        copy.write(piece)
    copy.seek(0)
    return copy


def _refusal(told: str) -> SpreadsheetError:
    name, _colon, row = told.partition(":")
    sentence = str(_SENTENCES[name])
    return SpreadsheetError(sentence % {"row": row} if row else sentence)


def _lines(output: Iterator[Any]) -> Iterator[Line]:
    for number, cells in output:
        if isinstance(cells, int):
            sentence = _(
                "It has %(found)d cells, and at most %(most)d are read: remove the others."
            )
            yield number, (Fault(sentence % {"found": cells, "most": MOST_COLUMNS}),)
        else:
            yield number, tuple([_cell(cell) for cell in cells])


def _cell(cell: Any) -> Cell:
    if isinstance(cell, str):
        return text_cell(cell)
    kind, value, *shown_as = cell
    if kind == "day":
        return _day(dt.date.fromisoformat(value), *shown_as)
    if kind == "f":
        return formula()
    sentences = {
        "e": _("It holds the error %(value)s: put a value there."),
        "long": _("It holds %(value)s letters, and at most %(most)d are read: shorten it."),
        "time": _("It holds a time without a day: format the cell as text."),
    }
    return Fault(sentences[kind] % {"value": value, "most": LONGEST_CELL})


def _day(value: dt.date, shown_as: str) -> Cell:
    """The day of a date cell. Excel makes 1 March of “2026-03” and shows only “Mar-26”."""
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", shown_as).lower()
    if "d" not in plain and not plain.startswith("general"):
        sentence = _(
            "The cell shows no day but holds %(day)s. Format it as text, and write %(month)s or "
            "the day that is meant."
        )
        return Fault(sentence % {"day": value.isoformat(), "month": f"{value:%Y-%m}"})
    return value
