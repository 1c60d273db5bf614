"""Read CSV files (RFC 4180 and its common variants) line by line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.spreadsheets.cells import (
    CHUNK_SIZE,
    MAX_CELL_LENGTH,
    Cell,
    Line,
    SpreadsheetError,
    UnknownEncodingError,
    chunks,
    formula_fault,
    text_cell,
)

_DELIMITERS = ",;\t|"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Signatures of files that are often uploaded as CSV by mistake.
_OTHER_FORMATS = (
    (b"\x1f\x8b", gettext_lazy("a compressed file (gzip)")),
    (b"PK\x03\x04", gettext_lazy("a workbook or an archive (zip)")),
    (b"\xd0\xcf\x11\xe0", gettext_lazy("an old Excel or Word file")),
    (b"%PDF-", gettext_lazy("a PDF document")),
    (b"BZh", gettext_lazy("a compressed file (bzip2)")),
    (b"\xfd7zXZ", gettext_lazy("a compressed file (xz)")),
    (b"7z\xbc\xaf", gettext_lazy("an archive (7z)")),
    (b"(\xb5/\xfd", gettext_lazy("a compressed file (Zstandard)")),
)

csv.field_size_limit(MAX_CELL_LENGTH)


def _encoding_of(file: IO[bytes]) -> str:
    """Detect UTF-8, or UTF-16 by its byte-order mark. Raise UnknownEncodingError otherwise."""
    start = file.read(4)
    for mark, name in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return name
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, before = 1, b""
    while chunk := file.read(CHUNK_SIZE):
        try:
            decoder.decode(chunk)
            if b"\0" in chunk:
                raise UnicodeDecodeError("utf-8", chunk, chunk.index(b"\0"), 1, "NUL")
        except UnicodeDecodeError as error:
            text = before + chunk
            at = max(0, text.find(error.object[error.start : error.start + 8]))
            lines += _line_ends(text[:at]) - _line_ends(before)
            begin = 1 + max(text.rfind(b"\n", 0, at), text.rfind(b"\r", 0, at), at - 60)
            raise UnknownEncodingError(line=lines, sample=text[begin : at + 60]) from error
        lines += _line_ends(chunk)
        before = chunk[-200:]
    return "utf-8"


def _line_ends(chunk: bytes) -> int:
    return max(chunk.count(b"\n"), chunk.count(b"\r"))


def _reject_other_formats(file: IO[bytes]) -> None:
    """Reject a binary file, rather than ask in which encoding it was saved."""
    start = file.read(8)
    for mark, kind in _OTHER_FORMATS:
        if start.startswith(mark):
            sentence = _(
                "This is no CSV file but %(kind)s. Hand in the table itself, as CSV in UTF-8."
            )
            raise SpreadsheetError(sentence % {"kind": kind})
    file.seek(0)


def read_lines(file: IO[bytes], encoding: str) -> Iterator[Line]:
    _reject_other_formats(file)
    encoding = encoding or _encoding_of(file)
    if encoding == "utf-8":
        encoding = "utf-8-sig"  # drops a byte-order mark, if there is one
    return _records(_reader(file, encoding, is_strict=True))


def _delimiter(head: str) -> str:
    """Return the delimiter that splits the first line into the most headings."""
    widths = {}
    for delimiter in _DELIMITERS:
        lines = io.StringIO(head, newline="")
        try:
            widths[delimiter] = len(next(csv.reader(lines, delimiter=delimiter), []))
        except csv.Error:
            widths[delimiter] = 0
    return max(_DELIMITERS, key=lambda delimiter: widths[delimiter])


def _reader(file: IO[bytes], encoding: str, *, is_strict: bool) -> Iterator[list[str]]:
    """Read a whole file, with the delimiter that suits its first line."""
    file.seek(0)
    head = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(CHUNK_SIZE))
    file.seek(0)
    # newline="" keeps line ends inside cells and accepts any of them between rows.
    unclosed: Any = _Unclosed(file)
    text = io.TextIOWrapper(unclosed, encoding, errors="replace", newline="")
    return csv.reader(text, delimiter=_delimiter(head), strict=is_strict)


def _records(records: Iterator[list[str]]) -> Iterator[Line]:
    number = 0
    try:
        for number, record in enumerate(records, 1):
            yield number, tuple([_cell(cell) for cell in record])
    except csv.Error as error:
        if "field larger" in str(error):
            sentence = _(
                "A cell of it holds more than %(most)d letters: shorten it, or put the quotation "
                "mark right that is missing at its end."
            )
            raise SpreadsheetError(sentence % {"most": MAX_CELL_LENGTH}, row=number + 1) from error
        sentence = _(
            "It cannot be read, nor what follows it: a quotation mark is missing or too many "
            "(%(why)s). Inside a cell in quotation marks, write each of them twice."
        )
        raise SpreadsheetError(sentence % {"why": error}, row=number + 1) from error


class _Unclosed(io.BufferedIOBase):
    """A wrapper that keeps a binary file open when its TextIOWrapper is closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._file.read(-1 if size is None else size)

    def read1(self, size: int = -1) -> bytes:
        return self._file.read(CHUNK_SIZE if size < 0 else size)


def _cell(cell: str) -> Cell:
    if not cell:
        return cell
    if cell.lstrip().startswith(("=", "＝")):
        return formula_fault()
    return text_cell(cell)


def count_lines(file: IO[bytes]) -> int:
    """Return an upper bound of the lines below the first."""
    file.seek(0)
    ends, last = 0, b""
    for chunk in chunks(file):
        ends, last = ends + _line_ends(chunk), chunk
    return max(0, ends - last.rstrip(b"\0").endswith((b"\n", b"\r")))


def has_more_records(file: IO[bytes], most: int) -> bool:
    """Return whether a file has more than `most` records; one record may span many lines."""
    file.seek(0)
    start = file.read(4)
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if start.startswith(mark)), "latin-1")
    try:
        return next(islice(_reader(file, encoding, is_strict=False), most, None), None) is not None
    except csv.Error:
        return False  # reported with its row when the file is read
