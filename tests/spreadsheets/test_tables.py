"""Columns of the four nouns: what is exported is read back, and says the same."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests import make
from tracker.lib.text import one_line
from tracker.models import Commitment
from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.reading import read_sheet
from tracker.spreadsheets.tables import TABLES
from tracker.spreadsheets.writing import csv_parts, xlsx_file

pytestmark = pytest.mark.django_db


def exported(noun: str, ending: str = "csv") -> io.BytesIO:
    table = TABLES[noun]
    if ending == "csv":
        return io.BytesIO(b"".join(csv_parts(table, table.rows())))
    with xlsx_file(table, table.rows()) as file:
        return io.BytesIO(file.read())


def read(noun: str, ending: str) -> list[dict[str, Any]]:
    table = TABLES[noun]
    sheet = read_sheet(exported(noun, ending), ending=ending)
    assert sheet.headings == tuple(table.columns)
    found = []
    for row in sheet.rows:
        values, wrong, asked = table.read(dict(zip(sheet.headings, row.cells, strict=True)))
        assert (wrong, asked) == ({}, {})
        found.append(values)
    return found


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("noun", TABLES)
@pytest.mark.usefixtures("shipped_register")
def test_the_shipped_register_is_read_back(noun: str, ending: str) -> None:
    table = TABLES[noun]
    assert read(noun, ending) == [table.exported_values(record) for record in table.rows()]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_texts_that_look_like_anything_are_read_back(ending: str) -> None:
    texts = ["=1+1", "'=1", "-a; b", "back\\slash; \\", "two\nlines", "“서울”", "a,b\t;"]
    update = make.make_update(rationale="=SUM(A1)", target="2026-03", is_cited=False)
    for text in texts:
        make.make_citation(update, quotation=text, locator="", source=make.make_source(title=text))
    for text in texts:
        make.make_alias(update.commitment, name=text, note=text[::-1])
    [told] = read("updates", ending)
    assert told["quotations"] == tuple(text.strip() for text in texts)
    assert told["rationale"] == "=SUM(A1)"
    assert told["draft"] == update.pk
    # Titles and names have one line; quotations have as many as they like.
    lines = [one_line(text) for text in texts]
    assert lines != texts
    assert [s["title"] for s in read("sources", ending)] == lines
    [told] = read("commitments", ending)
    assert told["aliases"] == tuple(lines)


def test_a_file_with_two_lines_in_a_title_reads_as_the_register_keeps_it() -> None:
    columns = TABLES["sources"].columns
    assert columns["title"].read("Joint\r\nstatement") == "Joint statement"
    assert TABLES["updates"].columns["locators"].read("a\n8; b") == ("a 8", "b")
    assert TABLES["updates"].columns["target_words"].read("in\nspring") == "in spring"
    assert columns["summary"].read("two\nlines") == "two\nlines"


def test_a_text_that_no_cell_holds_is_told_and_not_cut() -> None:
    make.make_source(slug="long", text="한" * 32_768)
    with pytest.raises(SpreadsheetError, match="A text of “long” is longer than a cell of Excel"):
        exported("sources", "xlsx")
    [told] = read("sources", "csv")
    assert told["text"] == "한" * 32_768


# What an action derives or the database needs has no column.
_DERIVED = {
    *("id", "published_seq", "retracted_seq", "parties_key", "fully_recorded_seq", "text_sha256"),
    *("last_change_seq", "last_changed_at", "published_at", "mention_level"),
    *("mention_parties_key", "has_slipped", "last_update_day"),
    *("silence_counts_after", "expected_by", "gives_name", "folded_text"),
}
_OF_THE_POSITION = {"stage", "assessment", "firmness", "target"}


@pytest.mark.parametrize("noun", TABLES)
def test_everything_that_is_not_derived_has_its_column(noun: str) -> None:
    model = TABLES[noun].model
    fields = {f.name for f in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    fields -= _DERIVED | (_OF_THE_POSITION if model is Commitment else set())
    fields -= {n for n in fields if n.endswith(("first_day", "last_day"))}
    filled = {column.field for column in TABLES[noun].columns.values()}
    assert filled - {""} == fields


def test_what_belongs_to_a_cell_is_said_in_words() -> None:
    table = TABLES["commitments"]
    _values, wrong, asked = table.read(
        {
            "reference": "CAN 1",
            "title": "",
            "instrument": "treaty",
            "last_checked_on": "03/04/2026",
            "slug": "not a slug",
        }
    )
    assert asked == {"last_checked_on": "03/04/2026"}
    assert wrong["reference"] == "Write parties, year and number, such as CAN-KOR-2025-004."
    assert wrong["title"] == "The cell is empty, and it is needed."
    assert wrong["instrument"].startswith("“treaty” is none of: agreement, arrangement,")
    assert set(wrong) == {"reference", "title", "instrument", "slug"}
    assert table.read({"instrument": "Action plan"})[0] == {"instrument": "action_plan"}


def test_parts_are_counted_by_their_first_column() -> None:
    table = TABLES["commitments"]
    values, wrong, _asked = table.read(
        {"aliases": "GSOMIA; 협정", "alias_languages": "; ko", "alias_notes": ""}
    )
    assert wrong == {}
    assert values["alias_languages"] == ("en", "ko")
    assert values["alias_notes"] == ("", "")
    _values, wrong, _asked = table.read({"aliases": "GSOMIA", "alias_notes": "one; two"})
    assert set(wrong) == {"alias_notes"}


def test_parts_and_numbers_are_held_to_what_the_database_holds() -> None:
    table = TABLES["commitments"]
    cells = {"aliases": "x" * 201, "alias_languages": "y" * 36, "alias_notes": "z" * 301}
    assert set(table.read(cells)[1]) == set(cells)
    numbers = {"number": "1" * 10, "corrects": "٣", "draft": "1" * 19}
    assert set(TABLES["updates"].read(numbers)[1]) == set(numbers)
