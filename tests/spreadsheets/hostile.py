"""Files of a few kilobytes that would take a server's memory, time or disk."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterable

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

HEADINGS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>slug</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>title</t></is></c></row>'
)
ROW = (
    '<row r="2"><c r="A2" t="inlineStr"><is><t>a-meeting</t></is></c>'
    '<c r="B2" t="inlineStr"><is><t>A meeting</t></is></c></row>'
)
Part = str | bytes | Iterable[bytes]
_OUT_OF_ORDER = "Row %d of this workbook is out of order, and part of it would be lost"


def workbook(
    *,
    rows: Part = ROW,
    start: str = "",
    strings: Part = "",
    styles: Part = "",
    names: Part = "",
    more: dict[str, Part] | None = None,
) -> bytes:
    """The smallest workbook that openpyxl reads, with what is hostile in its place."""
    parts: dict[str, Part] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_SPREADSHEET}.sheet.main+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" '
            f'ContentType="{_SPREADSHEET}.worksheet+xml"/>'
            '<Override PartName="/xl/sharedStrings.xml" '
            f'ContentType="{_SPREADSHEET}.sharedStrings+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_SPREADSHEET}.styles+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/workbook.xml": _joined(
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
            '<sheet name="One" sheetId="1" r:id="r1"/></sheets><definedNames>',
            names,
            "</definedNames></workbook>",
        ),
        "xl/sharedStrings.xml": _joined(f'<sst xmlns="{_MAIN}">', strings, "</sst>"),
        "xl/styles.xml": _joined(f'<styleSheet xmlns="{_MAIN}">', styles, "</styleSheet>"),
        "xl/worksheets/sheet1.xml": _joined(
            f'{start}<worksheet xmlns="{_MAIN}"><sheetData>{HEADINGS}',
            rows,
            "</sheetData></worksheet>",
        ),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (parts | (more or {})).items():
            with archive.open(name, "w", force_zip64=False) as entry:
                for piece in _pieces(part):
                    entry.write(piece)
    return file.getvalue()


def _pieces(part: Part) -> Iterable[bytes]:
    if isinstance(part, str | bytes):
        return [part.encode() if isinstance(part, str) else part]
    return part


def _joined(*parts: Part) -> Iterable[bytes]:
    for part in parts:
        yield from _pieces(part)


def repeated(text: str, times: int) -> Iterable[bytes]:
    """The text so many times, in pieces: what is unpacked would not fit in a test's memory."""
    at_once = max(1, 1_000_000 // len(text))
    whole, rest = divmod(times, at_once)
    piece = (text * at_once).encode()
    for _ in range(whole):
        yield piece
    yield text.encode() * rest


def _laughs(levels: int = 9) -> str:
    entities = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels + 1)
    )
    return f"<?xml version='1.0'?><!DOCTYPE worksheet [{entities}]>"


def _inline(text: str) -> str:
    return f'<row r="2"><c r="A2" t="inlineStr"><is><t>{text}</t></is></c></row>'


def _quadratic() -> bytes:
    entity = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "{"a" * 1_000_000}">]>'
    return workbook(start=entity, rows=_inline("&a;" * 20_000))


def _external() -> bytes:
    entity = '<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return workbook(start=entity, rows=_inline("&a;"))


def _with_password() -> bytes:
    """An archive whose parts say that they are encrypted."""
    content = bytearray(workbook())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 1)
    return bytes(content)


def _rows(*numbers: str) -> bytes:
    """A row for each number, as the file says it; "" says none."""
    return workbook(
        rows="".join(
            f'<row r="{number}"><c><v>1</v></c></row>' if number else "<row><c><v>1</v></c></row>"
            for number in numbers
        )
    )


def _cells(*places: str) -> bytes:
    """One row with a cell at each place."""
    cells = "".join(f'<c r="{place}"><v>1</v></c>' for place in places)
    return workbook(rows=f'<row r="2">{cells}</row>')


# Each with the beginning of what is said of it.
WORKBOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a row far below": (
        lambda: workbook(rows='<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>'),
        "It has more than 250000 rows",
    ),
    "millions of shared strings": (
        lambda: workbook(strings=repeated("<si/>", 5_800_000)),
        "Unpacked, this workbook is too large",
    ),
    "99 MB of styles": (
        lambda: workbook(styles=repeated("<fonts><font><b/></font></fonts>", 3_100_000)),
        "Beside its cells this workbook holds too much",
    ),
    "two million names": (
        lambda: workbook(names=repeated('<definedName name="a">1</definedName>', 2_000_000)),
        "Beside its cells this workbook holds too much",
    ),
    "entities that grow by ten": (
        lambda: workbook(start=_laughs(), rows=_inline("&l9;")),
        "The workbook is damaged",
    ),
    "one long entity, many times": (_quadratic, "The workbook is damaged"),
    "a file of the server": (_external, "The workbook is damaged"),
    "parts within parts": (
        lambda: workbook(rows=repeated("<a>", 9_000_000)),
        "Reading this workbook takes too much",
    ),
    "parts within parts of the styles": (
        lambda: workbook(styles=repeated("<a>", 1_600_000)),
        "The workbook is damaged",
    ),
    "empty rows without end": (
        lambda: workbook(rows=repeated("<row/>", 3_000_000)),
        "It has more than 250000 rows",
    ),
    "one text in a million cells": (
        lambda: workbook(
            strings=f"<si><t>{'a' * 900_000}</t></si>",
            rows=repeated('<row><c t="s"><v>0</v></c></row>', 200_000),
        ),
        "Unpacked, this workbook is too large",
    ),
    "long texts in one row": (
        lambda: workbook(
            strings=f"<si><t>{'a' * 900_000}</t></si>",
            rows=b"<row>" + b"".join(repeated('<c t="s"><v>0</v></c>', 150)) + b"</row>",
        ),
        "Unpacked, this workbook is too large",
    ),
    "with a password": (_with_password, "The workbook is damaged"),
    "not an archive to its end": (
        lambda: workbook()[:-200],
        "This is no Excel workbook (.xlsx).",
    ),
    "rows that go backwards": (lambda: _rows("4", "3"), _OUT_OF_ORDER % 3),
    "a row twice": (lambda: _rows("2", "3", "3"), _OUT_OF_ORDER % 3),
    "a row before the first": (lambda: _rows("0"), _OUT_OF_ORDER % 0),
    "a row without a number, and the one that it is": (lambda: _rows("", "2"), _OUT_OF_ORDER % 2),
    "cells that go backwards": (lambda: _cells("C2", "B2"), _OUT_OF_ORDER % 2),
    "a cell twice": (lambda: _cells("A2", "A2"), _OUT_OF_ORDER % 2),
    "a cell of another row": (lambda: _cells("A2", "B3"), _OUT_OF_ORDER % 2),
    "a column that is none": (
        lambda: workbook(rows='<row r="2"><c r="ABCDEFG2"><v>1</v></c></row>'),
        "The workbook is damaged",
    ),
}


def _lines(count: int) -> bytes:
    return b"slug,title\n" + b"a,b\n" * count


TEXT_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "15 million rows": (lambda: _lines(12_000_000), "It has more than 250000 rows"),
    "50 million empty rows": (
        lambda: b"slug,title\n" + b"\n" * 49_000_000,
        "It has more than 250000 rows",
    ),
    "more rows than are read, in UTF-16": (
        lambda: _lines(300_000).decode().encode("utf-16"),
        "It has more than 250000 rows",
    ),
    "a compressed file": (
        lambda: gzip.compress(_lines(10)),
        "This is no CSV file but a compressed file (gzip)",
    ),
    "a workbook by another name": (
        workbook,
        "This is no CSV file but a workbook or an archive (zip)",
    ),
    "a document": (lambda: b"%PDF-1.7\n", "This is no CSV file but a PDF document"),
    "NUL bytes": (lambda: b"slug,title\na\0b,c\n", "From line 2 on it is not UTF-8"),
    "a text that never ends": (
        lambda: b'slug,title\na,"' + b"x" * 2_000_000,
        "Row 2: A cell of it holds more than 1000000 letters",
    ),
}
