"""The program that reads one workbook, in a process of its own with little memory and time.

A workbook of a few kilobytes can unpack to millions of strings, names or styles, which openpyxl
holds in memory whole, and no list of such tricks is complete. Here the operating system bounds
them all: what needs more ends this process and nothing else. It is run as a file, and knows
nothing of Django.

The workbook is standard input. Standard output has one JSON value on each line: first an object
with what the workbook is, then for each row its number and cells; last `true`, or a text that
names what is wrong (the keys of `workbooks._SENTENCES`, and a row after a colon). A cell is text,
or a list of its kind and value.
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

_PIECE = 1 << 16
_STRINGS = "xl/sharedstrings.xml"


class Refused(Exception):  # noqa: N818 - no fault of this program
    """The workbook is not read; the argument is a key of `workbooks._SENTENCES`."""


def limit_process(*, memory: int, seconds: int) -> None:
    """Let this process have so many bytes of memory and seconds of a processor, and no more."""
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds))
    for kind, most in (*limits, (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        # macOS refuses some of them.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def refuse_parts(archive: zipfile.ZipFile, limits: dict[str, int]) -> None:
    """Refuse what would take long to read, by the sizes of what is packed in it.

    The sizes can be trusted: zipfile unpacks no more of a part than its entry says.
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
    """About how many rows all sheets have: never too few."""
    names = [part.filename for part in archive.infolist()]
    return sum(
        _count(archive, name, b"</row")
        for name in names
        if name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml")
    )


def _count(archive: zipfile.ZipFile, name: str, mark: bytes) -> int:
    count, rest = 0, b""
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            text = rest + piece
            count += text.count(mark)
            rest = text[len(text) - len(mark) + 1 :]
    return count


class _Order:
    """Refuse a sheet whose rows or cells go backwards or stand twice.

    openpyxl leaves out such rows and cells without a word.
    """

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
    """Refuse a sheet of which rows or cells would be lost, as far as it is read at all."""
    order, parser = _Order(), expat.ParserCreate()
    parser.StartElementHandler = order.start
    try:
        while (piece := sheet.read(_PIECE)) and order.row <= limits["rows"]:
            parser.Parse(piece)
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
            raise MemoryError from error
        raise


def _cell(cell: Any, longest: int) -> Any:
    """A cell as JSON: text, or what kind of value it holds and which; `workbooks` reads it."""
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
    # What else there is: a time alone, and openpyxl's own objects for formulas over several cells.
    return ["time" if isinstance(value, dt.time | dt.timedelta) else "f", ""]


def _number(value: float) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not math.isfinite(value):
        return ["e", str(value)]
    return str(int(value)) if value == int(value) else str(value)


def read(file: IO[bytes], limits: dict[str, int]) -> Iterator[Any]:
    """The lines of the first sheet, as they are written."""
    book = load_workbook(file, read_only=True, keep_links=False)
    sheet: Any = book.worksheets[0]
    # No public interface of openpyxl tells which part of the archive a sheet is.
    with sheet._get_source() as part:
        refuse_disorder(part, limits)
    # Some programs write a wrong size, and rows beyond it would be lost.
    sheet.reset_dimensions()
    yield {"title": sheet.title[:100]}
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > limits["rows"]:
            raise Refused("rows")
        # Much of a row may be emptiness on its right.
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
        pass  # enough was read
    except zipfile.BadZipFile:
        out.write('"no workbook"\n')
    except Exception:  # whatever openpyxl raises for a file that is none
        out.write('"damaged"\n')
    with contextlib.suppress(BrokenPipeError):
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
