"""The program that reads one workbook, in a separate process with limited memory and time.

A workbook of a few kilobytes can unpack to millions of strings, names or styles, all of which
openpyxl holds in memory, and no list of such tricks is complete. So the operating system sets the
limit, and a workbook that exceeds it ends only this process. It is run as a file, without Django.

Standard input is the workbook. Standard output has one JSON value on each line: first an object
that describes the workbook, then for each row its number and cells, and last `true` or an error
(a key of `workbooks._SENTENCES`, with a row after a colon). A cell is text, or a list of its kind
and value.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from openpyxl import load_workbook

_CHUNK_SIZE = 1 << 16
_STRINGS = "xl/sharedstrings.xml"


class Refused(Exception):  # noqa: N818 - not an error of this program
    """Raised when a workbook is rejected; the argument is a key of `workbooks._SENTENCES`."""


def limit_process(*, memory: int, seconds: int) -> None:
    """Limit this process to `memory` bytes and `seconds` of CPU time."""
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds))
    for kind, most in (*limits, (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        # macOS refuses some of them.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def refuse_parts(archive: zipfile.ZipFile, limits: dict[str, int]) -> None:
    """Reject a workbook that would take long to read, by the unpacked sizes of its parts.

    The sizes can be trusted: zipfile never unpacks more of a part than its entry declares.
    """
    parts = {part.filename.lower(): part for part in archive.infolist()}
    if sum(part.file_size for part in parts.values()) > limits["unpacked"]:
        raise Refused("large")
    for name, part in parts.items():
        is_sheet = name.startswith("xl/worksheets/")
        if not name.endswith((".xml", ".rels")) or is_sheet:
            continue
        if part.file_size > limits["strings_size" if name == _STRINGS else "part_size"]:
            raise Refused("large" if name == _STRINGS else "cluttered")
    strings = parts.get(_STRINGS)
    if strings is not None and _count(archive, strings.filename, b"<si") > limits["strings"]:
        raise Refused("large")


def count_rows(archive: zipfile.ZipFile) -> int:
    """Return an upper estimate of the rows of all sheets."""
    names = [part.filename for part in archive.infolist()]
    return sum(
        _count(archive, name, b"</row")
        for name in names
        if name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml")
    )


def _count(archive: zipfile.ZipFile, name: str, mark: bytes) -> int:
    count, rest = 0, b""
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK_SIZE):
            text = rest + chunk
            count += text.count(mark)
            rest = text[len(text) - len(mark) + 1 :]
    return count


class _Order:
    """Reject a sheet with rows or cells out of order, or twice: openpyxl silently drops them."""

    def __init__(self) -> None:
        self.row = 0
        self._column = (0, "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place = attributes.get("r")
            if place is not None:
                self._take_cell(place)
        elif name == "row":
            row = int(float(attributes["r"])) if "r" in attributes else self.row + 1
            if row <= self.row:
                raise Refused(f"out of order:{row}")
            self.row, self._column = row, (0, "")
        elif ":" in name:
            self.start(name.rpartition(":")[2], attributes)

    def _take_cell(self, place: str) -> None:
        letters = place.rstrip("0123456789")
        column = (len(letters), letters.upper())
        if column <= self._column or place[len(letters) :] != str(self.row):
            raise Refused(f"out of order:{self.row}")
        self._column = column


def refuse_disorder(sheet: IO[bytes], limits: dict[str, int]) -> None:
    """Reject a sheet if rows or cells would be lost in the part that is read."""
    order, parser = _Order(), expat.ParserCreate()
    parser.StartElementHandler = order.start
    try:
        while (chunk := sheet.read(_CHUNK_SIZE)) and order.row <= limits["rows"]:
            parser.Parse(chunk)
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
            raise MemoryError from error
        raise


def _cell(cell: Any, longest: int) -> Any:
    """Return a cell as JSON for `workbooks`: text, or a list of its kind and value."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type in {"e", "f"}:
            return [cell.data_type, value[:20]]
        return value if len(value) <= longest else ["long", len(value)]
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dt.date):
        format_shown = (cell.number_format or "") if isinstance(value, dt.datetime) else "d"
        return ["day", value.isoformat()[:10], format_shown[:200]]
    # The rest: a time without a date, or openpyxl's objects for formulas over several cells.
    return ["time" if isinstance(value, dt.time | dt.timedelta) else "f", ""]


def _number(value: float) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not math.isfinite(value):
        return ["e", str(value)]
    return str(int(value)) if value == int(value) else str(value)


def read(file: IO[bytes], limits: dict[str, int]) -> Iterator[Any]:
    """Yield the output lines for the first sheet."""
    book = load_workbook(file, read_only=True, keep_links=False)
    sheet: Any = book.worksheets[0]
    # openpyxl has no public interface for the archive member behind a sheet.
    with sheet._get_source() as part:
        refuse_disorder(part, limits)
    # Some programs write wrong dimensions, and rows beyond them would be lost.
    sheet.reset_dimensions()
    yield {"title": sheet.title[:100]}
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > limits["rows"]:
            raise Refused("rows")
        # A row may have many empty cells on its right.
        width = max((n for n, cell in enumerate(row, 1) if cell.value is not None), default=0)
        if width > limits["columns"]:
            yield [number, width]
            continue
        if not width and number > 1:
            continue
        cells = [_cell(cell, limits["cell"]) for cell in row[:width]]
        if sum(len(cell) for cell in cells) > limits["row"]:
            raise Refused("large")
        yield [number, cells]


def main(arguments: list[str]) -> None:
    limits = json.loads(arguments[0])
    limit_process(memory=limits["memory"], seconds=limits["seconds"])
    warnings.simplefilter("ignore")
    out = sys.stdout
    try:
        with zipfile.ZipFile(sys.stdin.buffer) as archive:
            refuse_parts(archive, limits)
            rows = count_rows(archive) if limits["count"] else None
        if rows is not None:
            out.write(json.dumps({"rows": rows}) + "\n")
        else:
            sys.stdin.buffer.seek(0)
            for line in read(sys.stdin.buffer, limits):
                out.write(json.dumps(line) + "\n")
        out.write("true\n")
    except Refused as refusal:
        out.write(json.dumps(str(refusal)) + "\n")
    except MemoryError:
        out.write('"costly"\n')
    except BrokenPipeError:
        pass  # the reader has stopped
    except zipfile.BadZipFile:
        out.write('"no workbook"\n')
    except Exception:  # openpyxl raises many kinds for a broken file
        out.write('"damaged"\n')
    with contextlib.suppress(BrokenPipeError):
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
