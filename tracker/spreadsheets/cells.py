"""Cells and rows of an uploaded file, the limits on reading it, and the errors it can raise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from tracker.lib.spreadsheet_text import plain_text
from tracker.lib.text import has_control_characters

# The encodings offered when a file is not UTF-8: those that spreadsheet programs write.
ENCODINGS = ("windows-1252", "cp949", "mac-roman", "utf-16-le", "utf-8")
CHUNK_SIZE = 1 << 16
# Limits on one file: well above any real register, well below what would tie up a server.
MAX_ROWS = 250_000
MAX_COLUMNS = 200
MAX_CELL_LENGTH = 1_000_000
_LOST = "\ufffd"


@dataclass(frozen=True, slots=True)
class Fault:
    """The stand-in for a cell that cannot be read; `sentence` says why, and what to do."""

    sentence: str


Cell = str | dt.date | Fault


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the headings, which are row 1 in the numbering that a spreadsheet shows.

    `fault` concerns the row as a whole.
    """

    number: int
    cells: tuple[Cell, ...]
    fault: str = ""


# A line's number and its cells.
Line = tuple[int, tuple[Cell, ...]]


class SpreadsheetError(ValueError):
    """Raised when a file cannot be read any further; `row` is where it failed, 0 if unknown."""

    def __init__(self, sentence: str, *, row: int = 0) -> None:
        place = _("Row %(row)d") % {"row": row} if row else ""
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.sentence, self.row = sentence, row


class UnknownEncodingError(SpreadsheetError):
    """Raised for a CSV file that is not UTF-8; `sample` holds the bytes around the first error."""

    def __init__(self, *, line: int, sample: bytes) -> None:
        super().__init__(
            _("From line %(line)d on it is not UTF-8. Say in which encoding it was saved.")
            % {"line": line}
        )
        self.sample = sample

    def samples(self) -> list[tuple[str, str]]:
        """Return each candidate encoding with the sample decoded in it."""
        samples = []
        for name in ENCODINGS:
            text = self.sample.decode(name, errors="replace")
            printable = "".join(c if c.isprintable() else " " for c in text)
            samples.append((name, " ".join(printable.split())[:120]))
        return samples


def text_cell(cell: str) -> Cell:
    """Clean up the text of a cell: trim it, and drop the apostrophe that only protects it."""
    if _LOST in cell:
        return Fault(_("Letters were lost in it, shown as “\ufffd”: type it anew."))
    if has_control_characters(cell):
        return Fault(_("It holds a control character, which no page can show: type it anew."))
    return plain_text(cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def formula_fault() -> Fault:
    """Return the fault for a formula, whose value may change from one day to the next."""
    return Fault(
        _(
            "It holds a formula. Paste its value in its place; or, if it is meant as text, put "
            "an apostrophe before it."
        )
    )


def too_many_rows() -> SpreadsheetError:
    """Return the error for a file with more than MAX_ROWS rows."""
    sentence = _("It has more than %(most)d rows, which is too much at once: split it.")
    return SpreadsheetError(sentence % {"most": MAX_ROWS})


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the contents of a file in chunks."""
    return iter(lambda: file.read(CHUNK_SIZE), b"")
