"""Read Excel workbooks (.xlsx) row by row, in a process whose memory the system limits.

`workbook_process` is that process. This module sets its limits and interprets its output.
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
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    Fault,
    Line,
    SpreadsheetError,
    chunks,
    formula_fault,
    text_cell,
    too_many_rows,
)

_PROGRAM = str(Path(__file__).with_name("workbook_process.py"))
# Sizes in bytes; the largest file that may be imported is well within them. openpyxl holds all
# styles, names and shared strings in memory, at about ten times their size.
LIMITS = {
    "memory": 768_000_000,
    "seconds": 120,  # of CPU time
    "unpacked": 500_000_000,
    "part_size": 5_000_000,
    "strings_size": 100_000_000,
    "strings": 1_000_000,
    "rows": MAX_ROWS + 1,
    "columns": MAX_COLUMNS,
    "cell": MAX_CELL_LENGTH,
    "row": 2 * MAX_CELL_LENGTH,
}
# Limit on the output of the process: a million cells may share one long string.
MAX_OUTPUT = 200_000_000
_MAX_LINE = 6 * 3 * MAX_CELL_LENGTH  # JSON may escape a character as six
# Workbooks that one server process reads at a time, and the seconds that a further one waits:
# more than most workbooks take.
_SLOTS = threading.BoundedSemaphore(2)
_SLOT_TIMEOUT = 60

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
    """Return the title of the first sheet and its lines; both may raise SpreadsheetError."""
    output = _output(file, {**LIMITS, "count": False})
    head = next(output)
    return head["title"], _lines(output)


def count_lines(file: IO[bytes]) -> int:
    """Return an upper bound of the rows below the first. Raise SpreadsheetError."""
    output = _output(file, {**LIMITS, "count": True})
    rows: int = next(output)["rows"]
    return max(0, rows - 1)


def _output(file: IO[bytes], limits: dict[str, int]) -> Iterator[Any]:
    """Yield the output of the process line by line; closing the generator ends the process."""
    if not _SLOTS.acquire(timeout=_SLOT_TIMEOUT):
        raise _refusal("busy")
    try:
        with _as_input(file) as source:
            yield from _run(source, limits)
    finally:
        _SLOTS.release()


def _run(source: IO[bytes], limits: dict[str, int]) -> Iterator[Any]:
    # -I: neither the environment nor the current directory affects its imports.
    command = [sys.executable, "-I", _PROGRAM, json.dumps(limits)]
    process = subprocess.Popen(  # noqa: S603 - our own program; the file is only its input
        command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    lines, read = process.stdout, 0
    assert lines is not None  # noqa: S101 - it is a pipe
    try:
        while line := lines.readline(_MAX_LINE):
            read += len(line)
            if read > MAX_OUTPUT or not line.endswith(b"\n"):
                raise _refusal("large")
            value = json.loads(line)
            if value is True:
                return
            if isinstance(value, str):
                raise too_many_rows() if value == "rows" else _refusal(value)
            yield value
        # The limits ended it.
        raise _refusal("costly")
    finally:
        process.kill()
        lines.close()
        process.wait()


def _as_input(file: IO[bytes]) -> IO[bytes]:
    """Copy a file to one that another process can read; closing the copy leaves `file` open."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.seek(0)
    for chunk in chunks(file):
        copy.write(chunk)
    copy.seek(0)
    return copy


def _refusal(error: str) -> SpreadsheetError:
    name, _colon, row = error.partition(":")
    sentence = str(_SENTENCES[name])
    return SpreadsheetError(sentence % {"row": row} if row else sentence)


def _lines(output: Iterator[Any]) -> Iterator[Line]:
    for number, cells in output:
        if isinstance(cells, int):
            sentence = _(
                "It has %(found)d cells, and at most %(most)d are read: remove the others."
            )
            yield number, (Fault(sentence % {"found": cells, "most": MAX_COLUMNS}),)
        else:
            yield number, tuple([_cell(cell) for cell in cells])


def _cell(cell: Any) -> Cell:
    if isinstance(cell, str):
        return text_cell(cell)
    kind, value, *number_format = cell
    if kind == "day":
        return _day(dt.date.fromisoformat(value), *number_format)
    if kind == "f":
        return formula_fault()
    sentences = {
        "e": _("It holds the error %(value)s: put a value there."),
        "long": _("It holds %(value)s letters, and at most %(most)d are read: shorten it."),
        "time": _("It holds a time without a day: format the cell as text."),
    }
    return Fault(sentences[kind] % {"value": value, "most": MAX_CELL_LENGTH})


def _day(value: dt.date, number_format: str) -> Cell:
    """Return the day of a date cell, or a fault for “Mar-26”, which Excel makes of “2026-03”."""
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format).lower()
    if "d" not in plain and not plain.startswith("general"):
        sentence = _(
            "The cell shows no day but holds %(day)s. Format it as text, and write %(month)s or "
            "the day that is meant."
        )
        return Fault(sentence % {"day": value.isoformat(), "month": f"{value:%Y-%m}"})
    return value
