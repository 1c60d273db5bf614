"""Files as they come from spreadsheets and other programs: read, or refused in words."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from tracker.spreadsheets import workbooks
from tracker.spreadsheets.cells import ENCODINGS, Fault, Row, SpreadsheetError, UnknownEncodingError
from tracker.spreadsheets.reading import count_rows, read_sheet
from tracker.spreadsheets.spool import spooled


def rows(content: bytes, *, ending: str = "csv", encoding: str = "") -> list[Row]:
    return list(read_sheet(io.BytesIO(content), ending=ending, encoding=encoding).rows)


def workbook(*lines: list[Any], **formats: str) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    for cell, number_format in formats.items():
        book.active[cell].number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TEXT = "title,place\nÉté,Séoul\n서울,b\n"
READ = [Row(2, ("Été", "Séoul")), Row(3, ("서울", "b"))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_mark_and_line_end(encoding: str, end: str) -> None:
    assert rows(TEXT.replace("\n", end).encode(encoding)) == READ


def test_big_endian_utf_16_has_a_mark_too() -> None:
    assert rows(b"\xfe\xff" + TEXT.encode("utf-16-be")) == READ


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators(separator: str) -> None:
    assert rows(TEXT.replace(",", separator).encode()) == READ


def test_line_ends_within_a_cell_are_kept_and_rows_counted_as_a_spreadsheet_does() -> None:
    content = b'title,place\r\n"two\r\nlines",a\r\n\r\nthird,b\r\n'
    assert rows(content) == [Row(2, ("two\nlines", "a")), Row(4, ("third", "b"))]


def test_another_encoding_is_asked_about_with_samples() -> None:
    content = "title,place\nplain,a\nÉté à Séoul,b\n".encode("windows-1252")
    with pytest.raises(UnknownEncodingError) as asked:
        rows(content)
    assert str(asked.value) == (
        "From line 3 on it is not UTF-8. Say in which encoding it was saved."
    )
    samples = dict(asked.value.samples())
    assert samples["windows-1252"] == "Été à Séoul,b"
    assert set(samples) == set(ENCODINGS)
    assert rows(content, encoding="windows-1252")[1] == Row(3, ("Été à Séoul", "b"))


def test_utf_16_without_a_mark_is_asked_about() -> None:
    with pytest.raises(UnknownEncodingError):
        rows("title,place\na,b\n".encode("utf-16-le"))


def test_utf_8_insisted_upon_names_the_broken_cell() -> None:
    [row] = rows(b"title,place\nfine,bro\xffken\n", encoding="utf-8")
    assert row.cells[0] == "fine"
    assert isinstance(row.cells[1], Fault)


def test_a_formula_is_refused_where_it_stands_and_text_is_not() -> None:
    [row] = rows(b"a,b,c,d\n=1+1,'=1+1,-5 degrees,''=x\n")
    assert isinstance(row.cells[0], Fault)
    assert "formula" in row.cells[0].sentence
    assert row.cells[1:] == ("=1+1", "-5 degrees", "'=x")
    [row] = rows(workbook(["a", "b"], ["=SUM(A1:A2)", "fine"]), ending="xlsx")
    assert isinstance(row.cells[0], Fault)
    assert row.cells[1] == "fine"


def test_control_characters_are_refused_where_they_stand() -> None:
    [row] = rows(b"a,b\nbell\x07,fine\n")
    assert isinstance(row.cells[0], Fault)


def test_too_many_cells_are_a_fault_of_their_row_alone() -> None:
    found = rows(b"a,b\n1,2,3\n4,5,\n6\n")
    assert [bool(row.fault) for row in found] == [True, False, False]
    assert found[0].fault.startswith("It has 3 cells and the headings are 2")
    assert found[1:] == [Row(3, ("4", "5")), Row(4, ("6", ""))]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The first row is empty"),
        (b"\n\na,b\n", "The first row is empty"),
        (b"a,b,a\n1,2,3\n", "Two columns have the heading “a”"),
        (b"x" * 201 + b",b\n", "The first row has more than 200 cells, or one of more than 200"),
        (b"x," * 200 + b"x\n", "The first row has more than 200 cells"),
        (b'a,b\n"x"y,1\n', "Row 2: It cannot be read"),
        (b'a,b\n1,2\n"never closed,1\n', "Row 3: It cannot be read"),
    ],
    ids=["empty", "no headings", "twice", "long", "many", "stray mark", "open mark"],
)
def test_what_stops_the_reading_is_told(content: bytes, told: str) -> None:
    with pytest.raises(SpreadsheetError) as refusal:
        rows(content)
    assert str(refusal.value).startswith(told)


def test_a_workbook_is_read_like_text() -> None:
    content = workbook(
        ["title", "number", "day", "month", "flag"],
        ["Été", 2026, dt.date(2026, 2, 25), dt.date(2026, 3, 1), True],
        [],
        ["two\nlines", 1.5, dt.time(9), "#N/A", None],
        C2="yyyy-mm-dd",
        D2="mmm-yy",
    )
    first, second = rows(content, ending="xlsx")
    assert first.cells[:3] == ("Été", "2026", dt.date(2026, 2, 25))
    assert isinstance(first.cells[3], Fault)
    assert first.cells[3].sentence == (
        "The cell shows no day but holds 2026-03-01. Format it as text, and write 2026-03 or "
        "the day that is meant."
    )
    assert first.cells[4] == "true"
    assert (second.number, second.cells[:2]) == (4, ("two\nlines", "1.5"))
    assert [isinstance(cell, Fault) for cell in second.cells] == [False, False, True, True, False]


def test_what_is_no_workbook_is_refused_in_words() -> None:
    for content in (b"", b"title,place\n", b"\xd0\xcf\x11\xe0 an old .xls"):
        with pytest.raises(SpreadsheetError, match=r"This is no Excel workbook \(\.xlsx\)"):
            rows(content, ending="xlsx")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(SpreadsheetError, match="damaged"):
        rows(other.getvalue(), ending="xlsx")
    whole = workbook(["title"], *[[f"row {n}"] for n in range(2_000)])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        kept = {name: archive.read(name) for name in archive.namelist()}
    cut = io.BytesIO()
    with zipfile.ZipFile(cut, "w") as archive:
        for name, part in kept.items():
            archive.writestr(name, sheet[:-500] if name.endswith("sheet1.xml") else part)
    with pytest.raises(SpreadsheetError, match="damaged"):
        rows(cut.getvalue(), ending="xlsx")


def test_a_workbook_full_of_zeros_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(workbooks.LIMITS, "unpacked", 1_000)
    with pytest.raises(SpreadsheetError, match="too large"):
        rows(workbook(["title"], ["a"]), ending="xlsx")


def test_rows_are_counted_fast() -> None:
    assert count_rows(io.BytesIO(b"a\r1\r2\r"), ending="csv") == 2
    assert count_rows(io.BytesIO(b"a\r\n1\r\n2"), ending="csv") == 2
    assert count_rows(io.BytesIO(b""), ending="csv") == 0
    assert count_rows(io.BytesIO(workbook(["a"], ["1"], ["2"])), ending="xlsx") == 2


def test_rows_set_aside_are_the_same_rows() -> None:
    content = b"a,b\n1,=2\n3,4,5\n6,7\n"
    with spooled(read_sheet(io.BytesIO(content), ending="csv")) as kept:
        assert list(kept.rows) == rows(content)
    broken = read_sheet(io.BytesIO(content + b'"open'), ending="csv")
    with spooled(broken) as kept, pytest.raises(SpreadsheetError, match="Row 5: It cannot be read"):
        list(kept.rows)
