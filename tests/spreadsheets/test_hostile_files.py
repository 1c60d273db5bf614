"""Files that would take a server's memory, time or disk are refused in a sentence, and soon."""

from __future__ import annotations

import io
import threading
import time
import tracemalloc
from collections.abc import Callable

import pytest

from tests.spreadsheets.hostile import TEXT_FILES, WORKBOOKS, repeated, workbook
from tracker.spreadsheets import workbooks
from tracker.spreadsheets.cells import Fault, SpreadsheetError
from tracker.spreadsheets.reading import count_rows, read_sheet

# Of a processor that many tests share.
SOON = 60
# Bytes that reading may take of a server process, beside the file itself.
LITTLE = 25_000_000


def read_all(content: bytes, ending: str) -> str:
    """Count and read a file as an upload is; the sentence, or how many rows it has."""
    file = io.BytesIO(content)
    try:
        count_rows(file, ending=ending)
        return f"{sum(1 for _row in read_sheet(file, ending=ending).rows)} rows"
    except SpreadsheetError as error:
        return str(error)


def read_with_little(make: Callable[[], bytes], ending: str) -> str:
    content = make()
    started = time.monotonic()
    tracemalloc.start()
    try:
        result = read_all(content, ending)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < SOON
    assert peak < LITTLE
    return result


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_hostile_workbook_is_refused_with_little_memory(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where memory runs out among nested parts, reading may go on until its time is over.
    monkeypatch.setitem(workbooks.LIMITS, "seconds", 25)
    make, sentence = WORKBOOKS[name]
    assert read_with_little(make, "xlsx").startswith(sentence)


@pytest.mark.parametrize("name", TEXT_FILES)
def test_a_hostile_text_file_is_refused_with_little_memory(name: str) -> None:
    make, sentence = TEXT_FILES[name]
    assert read_with_little(make, "csv").startswith(sentence)


def test_what_only_takes_time_is_ended_by_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    names = workbook(names=repeated('<definedName name="a">1</definedName>', 120_000))
    assert read_all(names, "xlsx") == "1 rows"
    monkeypatch.setitem(workbooks.LIMITS, "seconds", 1)
    assert read_all(names, "xlsx").startswith("Reading this workbook takes too much time")


def test_an_honest_workbook_of_the_same_making_is_read() -> None:
    assert read_all(workbook(), "xlsx") == "1 rows"


def test_what_only_one_row_has_too_much_of_is_named_there() -> None:
    far = '<row r="2"><c r="XFD2"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>'
    first, second = read_sheet(io.BytesIO(workbook(rows=far)), ending="xlsx").rows
    assert isinstance(first.cells[0], Fault)
    assert first.cells[0].sentence == (
        "It has 16384 cells, and at most 200 are read: remove the others."
    )
    assert (second.number, second.cells) == (3, ("1", ""))


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_beyond_all_numbers_is_named_where_it_stands(number: str) -> None:
    cell = f'<row r="2"><c r="A2"><v>{number}</v></c></row>'
    [row] = read_sheet(io.BytesIO(workbook(rows=cell)), ending="xlsx").rows
    assert isinstance(row.cells[0], Fault)
    assert "error" in row.cells[0].sentence


def test_a_text_of_a_million_letters_is_named_where_it_stands() -> None:
    cell = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"a" * 1_000_001}</t></is></c></row>'
    [row] = read_sheet(io.BytesIO(workbook(rows=cell)), ending="xlsx").rows
    assert isinstance(row.cells[0], Fault)
    assert row.cells[0].sentence == (
        "It holds 1000001 letters, and at most 1000000 are read: shorten it."
    )


def test_many_records_of_one_line_each_are_not_mistaken_for_many_rows() -> None:
    """A source's text has many lines; rows are what counts."""
    text = "line\n" * 1_000
    content = "slug,text\n" + f'a,"{text}"\n' * 400
    assert count_rows(io.BytesIO(content.encode()), ending="csv") == 400_400
    assert read_all(content.encode(), "csv") == "400 rows"


def test_a_reader_that_stops_early_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 50_000))
    free = threading.BoundedSemaphore(1)
    monkeypatch.setattr(workbooks, "_SLOTS", free)
    sheet = read_sheet(io.BytesIO(workbook(rows=rows)), ending="xlsx")
    assert next(sheet.rows).number == 2
    assert not free.acquire(blocking=False)
    del sheet
    assert free.acquire(blocking=False)


def test_whoever_waits_too_long_for_others_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_SLOTS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(workbooks, "_SLOT_TIMEOUT", 0.01)
    sheet = read_sheet(io.BytesIO(workbook()), ending="xlsx")
    assert read_all(workbook(), "xlsx").startswith("Other workbooks are being read just now")
    assert len(list(sheet.rows)) == 1
