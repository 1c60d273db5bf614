"""What a file holds: cells, rows, and what is said in their place when they cannot be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from tracker.lib.spreadsheet_text import plain_text
from tracker.lib.text import has_control_characters

# What is asked about when a file is not UTF-8: what spreadsheets and exports write.
ENCODINGS = ("windows-1252", "cp949", "mac-roman", "utf-16-le", "utf-8")
PIECE = 1 << 16
# What is read of a file at most: more than a register of some size has, and far less than would
# keep a server from other work.
MOST_ROWS = 250_000
MOST_COLUMNS = 200
LONGEST_CELL = 1_000_000
_LOST = "\ufffd"


@dataclass(frozen=True, slots=True)
class Fault:
    """What stands in a cell's place when it cannot be read: why, and what to do."""

    sentence: str


Cell = str | dt.date | Fault


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the headings. `number` is what a spreadsheet shows beside it; the headings
    are row 1. `fault` is about the row as a whole."""

    number: int
    cells: tuple[Cell, ...]
    fault: str = ""


# The cells of one line of a file, with its number.
Line = tuple[int, tuple[Cell, ...]]


class SpreadsheetError(ValueError):
    """The file cannot be read on; `row` is how far it could, 0 where that says nothing."""

    def __init__(self, sentence: str, *, row: int = 0) -> None:
        place = _("Row %(row)d") % {"row": row} if row else ""
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.sentence, self.row = sentence, row


class UnknownEncodingError(SpreadsheetError):
    """A CSV file in letters that are not UTF-8; `sample` holds the first bytes that are not."""

    def __init__(self, *, line: int, sample: bytes) -> None:
        super().__init__(
            _("From line %(line)d on it is not UTF-8. Say in which encoding it was saved.")
            % {"line": line}
        )
        self.sample = sample

    def samples(self) -> list[tuple[str, str]]:
        """Each encoding that may be meant, and how the sample reads in it."""
        told = []
        for name in ENCODINGS:
            text = self.sample.decode(name, errors="replace")
            printable = "".join(c if c.isprintable() else " " for c in text)
            told.append((name, " ".join(printable.split())[:120]))
        return told


def text_cell(cell: str) -> Cell:
    """The text of a cell that holds text, without what only protects it."""
    if _LOST in cell:
        return Fault(_("Letters were lost in it, shown as “\ufffd”: type it anew."))
    if has_control_characters(cell):
        return Fault(_("It holds a control character, which no page can show: type it anew."))
    return plain_text(cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def formula() -> Fault:
    """What stands for a formula, whose value may be any other by tomorrow."""
    return Fault(
        _(
            "It holds a formula. Paste its value in its place; or, if it is meant as text, put "
            "an apostrophe before it."
        )
    )


def many_rows() -> SpreadsheetError:
    """What is said of a file with more than MOST_ROWS rows."""
    sentence = _("It has more than %(most)d rows, which is too much at once: split it.")
    return SpreadsheetError(sentence % {"most": MOST_ROWS})


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A file bit by bit."""
    return iter(lambda: file.read(PIECE), b"")
