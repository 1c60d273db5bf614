"""How a cell is read from a record, and that no text in it runs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tests.exports.plain_cells import read
from tests.make import NOW
from tracker.exports.cells import Column, Kind
from tracker.exports.extract import TABLES, Extract, Table
from tracker.filters import CommitmentFilter
from tracker.lib.column_sheet import Cell
from tracker.lib.spreadsheet_text import safe_text
from tracker.queries.visibility import log_head
from tracker.schema.payloads import as_payloads

RECORD = {
    "title": "=1+1",
    "empty": "",
    "number": 7,
    "holds": False,
    "none": None,
    "target": {"date": "2026-03", "words": "in March"},
    "day": {"date": "2026-02-25"},
    "parties": ["CAN", "KOR"],
    "nothing": [],
    "citations": [{"quotation": "first"}, {"quotation": ""}, {"quotation": "last"}],
    "blank": [{"quotation": ""}],
}


@pytest.mark.parametrize(
    ("path", "kind", "cell"),
    [
        ("title", Kind.TEXT, "'=1+1"),
        ("empty", Kind.TEXT, None),
        ("number", Kind.NUMBER, 7),
        ("holds", Kind.YES_NO, False),
        ("none", Kind.TEXT, None),
        ("none.date", Kind.PARTIAL_DATE, None),
        ("target.date", Kind.PARTIAL_DATE, "2026-03"),
        ("target.words", Kind.TEXT, "in March"),
        ("day.date", Kind.PARTIAL_DATE, dt.date(2026, 2, 25)),
        ("parties[]", Kind.LIST, "CAN; KOR"),
        ("nothing[]", Kind.LIST, None),
        ("citations[].quotation", Kind.LIST, "first; ; last"),
        ("blank[].quotation", Kind.LIST, None),
    ],
)
def test_a_cell_is_read_by_its_path(path: str, kind: Kind, cell: Cell) -> None:
    column = Column(name="c", title="C", description="It.", path=path, kind=kind)
    assert read(column, RECORD) == cell
    fields = {name: [value, value] for name, value in RECORD.items()}
    assert column.cells(fields) == [cell, cell]
    assert column.texts(fields) == [_as_text(cell)] * 2


def _as_text(cell: Cell) -> str:
    """A cell as a text file has it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("query", ["", "as_of=2025-11-01", "known_at=2026-11-22"])
def test_a_column_read_at_once_is_that_of_each_record(table: Table, query: str) -> None:
    found = CommitmentFilter(QueryDict(query), today=NOW.date())
    for chunk in Extract(table, found, log_head(), "https://x.org", "https://x.org/y").chunks():
        records = as_payloads(chunk)
        for column in table.columns:
            cells = [read(column, record) for record in records]
            assert column.cells(chunk) == cells, column.name
            assert column.texts(chunk) == [_as_text(cell) for cell in cells], column.name


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_starts_a_formula_does_not_stand_first(sign: str) -> None:
    assert safe_text(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    assert safe_text(f"a{sign}b") == f"a{sign}b"


@given(st.text() | st.from_regex(r"'{0,3}[=+\-@\t\r\n].*"))
def test_taking_an_apostrophe_away_gives_the_text_back(text: str) -> None:
    safe = safe_text(text)
    assert safe[:1] not in tuple("=+-@\t\r\n＝＋－＠")
    plain = safe_text(f"a{text}")[1:]  # without what no file can carry
    assert safe == plain or (safe == f"'{plain}" and safe_text(plain) == safe)


def test_control_characters_are_dropped_before_the_first_is_looked_at() -> None:
    assert safe_text("\x00\x1b=1") == "'=1"
