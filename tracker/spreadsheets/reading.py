"""A CSV or XLSX file as rows of cells with the numbers that a spreadsheet shows beside them.

Rows are read one by one, so memory does not grow with the file. What cannot be read of one cell or
row is a `Fault` there; what stops the file from being read at all is a `SpreadsheetError`. Both
are sentences that say what to do.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tracker.lib.spreadsheet_text import plain_text
from tracker.lib.text import has_control_characters

ENDINGS = ("csv", "xlsx")
# What is asked about when a file is not UTF-8: what spreadsheets and exports write.
ENCODINGS = ("windows-1252", "cp949", "mac-roman", "utf-16-le", "utf-8")
# An Excel file is a compressed archive: a small one may hold a disk full of zeros.
MOST_UNPACKED = 500_000_000
# The one part of it that is held in memory whole.
MOST_SHARED_TEXT = 100_000_000
LONGEST_CELL = 10_000_000
MOST_COLUMNS = 200
LONGEST_HEADING = 200
_DELIMITERS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE = 1 << 16
_LOST = "\ufffd"
# What openpyxl raises for files that are damaged, or no workbooks.
_DAMAGED = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, SyntaxError),
    *(KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError),
)

csv.field_size_limit(LONGEST_CELL)


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
    records = _workbook(file) if ending == "xlsx" else _text_records(file, encoding)
    name, lines = records
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


def _rows(lines: Iterator[tuple[int, tuple[Cell, ...]]], *, width: int) -> Iterator[Row]:
    for number, cells in lines:
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


# -- CSV ----------------------------------------------------------------------------------------


def _encoding_of(file: IO[bytes]) -> str:
    """UTF-8, or UTF-16 with its mark. Reads the file to its end; raises UnknownEncodingError."""
    start = file.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, before = 1, b""
    while piece := file.read(_PIECE):
        try:
            decoder.decode(piece)
            if b"\0" in piece:
                raise UnicodeDecodeError("utf-8", piece, piece.index(b"\0"), 1, "NUL")
        except UnicodeDecodeError as error:
            text = before + piece
            at = max(0, text.find(error.object[error.start : error.start + 8]))
            lines += _line_ends(text[:at]) - _line_ends(before)
            begin = 1 + max(text.rfind(b"\n", 0, at), text.rfind(b"\r", 0, at), at - 60)
            raise UnknownEncodingError(line=lines, sample=text[begin : at + 60]) from error
        lines += _line_ends(piece)
        before = piece[-200:]
    return "utf-8"


def _line_ends(piece: bytes) -> int:
    return max(piece.count(b"\n"), piece.count(b"\r"))


def _text_records(
    file: IO[bytes], encoding: str
) -> tuple[str, Iterator[tuple[int, tuple[Cell, ...]]]]:
    encoding = encoding or _encoding_of(file)
    if encoding == "utf-8":
        encoding = "utf-8-sig"  # which takes a mark away, if there is one
    file.seek(0)
    head = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(_PIECE))
    file.seek(0)
    return "", _csv_records(file, encoding, _delimiter(head))


def _delimiter(head: str) -> str:
    """What separates the most headings."""
    widths = {}
    for delimiter in _DELIMITERS:
        lines = io.StringIO(head, newline="")
        try:
            widths[delimiter] = len(next(csv.reader(lines, delimiter=delimiter), []))
        except csv.Error:
            widths[delimiter] = 0
    return max(_DELIMITERS, key=lambda delimiter: widths[delimiter])


def _csv_records(
    file: IO[bytes], encoding: str, delimiter: str
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    # newline="" keeps line ends inside cells and takes every kind of them between rows.
    kept: Any = _Kept(file)
    text = io.TextIOWrapper(kept, encoding, errors="replace", newline="")
    number = 0
    try:
        for number, record in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
            yield number, tuple([_csv_cell(cell) for cell in record])
    except csv.Error as error:
        sentence = _(
            "It cannot be read, nor what follows it: a quotation mark is missing or too many "
            "(%(why)s). Inside a cell in quotation marks, write each of them twice."
        )
        raise SpreadsheetError(sentence % {"why": error}, row=number + 1) from error


class _Kept(io.BufferedIOBase):
    """A binary file that stays open when what reads it is thrown away."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._file.read(-1 if size is None else size)

    def read1(self, size: int = -1) -> bytes:
        return self._file.read(_PIECE if size < 0 else size)


def _csv_cell(cell: str) -> Cell:
    if not cell:
        return cell
    if cell.lstrip().startswith(("=", "＝")):
        return _formula()
    return text_cell(cell)


def text_cell(cell: str) -> Cell:
    """The text of a cell that holds text, without what only protects it."""
    if _LOST in cell:
        return Fault(_("Letters were lost in it, shown as “\ufffd”: type it anew."))
    if has_control_characters(cell):
        return Fault(_("It holds a control character, which no page can show: type it anew."))
    return plain_text(cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def _formula() -> Fault:
    return Fault(
        _(
            "It holds a formula. Paste its value in its place; or, if it is meant as text, put "
            "an apostrophe before it."
        )
    )


# -- XLSX ---------------------------------------------------------------------------------------


def _workbook(file: IO[bytes]) -> tuple[str, Iterator[tuple[int, tuple[Cell, ...]]]]:
    _refuse_what_is_no_workbook(file)
    try:
        book = load_workbook(file, read_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        # Some programs write a wrong size, and rows beyond it would be lost.
        sheet.reset_dimensions()
    except _DAMAGED as error:
        raise _damaged() from error
    return sheet.title, _sheet_records(sheet)


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


def _sheet_records(sheet: Any) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    rows: Iterable[Any] = sheet.iter_rows()
    try:
        for number, row in enumerate(rows, 1):
            yield number, tuple([_sheet_cell(cell) for cell in row])
    except _DAMAGED as error:
        raise _damaged() from error


def _sheet_cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            told = _("It holds the error %(error)s: put a value there.")
            return Fault(told % {"error": value[:20]})
        return _formula() if cell.data_type == "f" else text_cell(value)
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
    return _formula()  # openpyxl's own objects: formulas over several cells


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


def count_rows(file: IO[bytes], *, ending: str) -> int:
    """About how many rows stand below the headings: found out fast, never too few."""
    if ending == "xlsx":
        return max(0, _rows_of_workbook(file) - 1)
    file.seek(0)
    ends, last = 0, b""
    for piece in _pieces(file):
        ends, last = ends + _line_ends(piece), piece
    return max(0, ends - last.rstrip(b"\0").endswith((b"\n", b"\r")))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE), b"")


def _rows_of_workbook(file: IO[bytes]) -> int:
    _refuse_what_is_no_workbook(file)
    count = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.namelist():
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    with archive.open(part) as sheet:
                        count += sum(piece.count(b"</row") for piece in _pieces(sheet))
    except _DAMAGED as error:
        raise _damaged() from error
    return count
