"""Workbooks: real days, nothing that runs, the same bytes each time, no more than fits."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.test import Client

from tests.exports.reading import body, workbook
from tests.exports.small_register import publish_small_register
from tests.make import published_commitment
from tracker.lib import workbook_files


def test_days_are_dates_and_other_dates_are_text(client: Client, db: None) -> None:
    publish_small_register()
    sheet = workbook(client, "/updates.xlsx")["updates"]
    names = [cell.value for cell in sheet[1]]
    happened = [row[names.index("happened")] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in happened] == [
        "2025",
        dt.datetime(2025, 2, 25),  # noqa: DTZ001 - as openpyxl reads a day
        dt.datetime(2026, 2, 25),  # noqa: DTZ001
        "2026-03",
    ]
    assert [cell.number_format for cell in happened[1:3]] == ["yyyy-mm-dd"] * 2
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n", "d"}


def test_no_cell_is_a_formula_or_a_link(client: Client, db: None) -> None:
    published_commitment(title="=1+1", summary="https://example.org/", quotation="@SUM(A1)")
    for table in ("commitments", "updates"):
        content = body(client, f"/{table}.xlsx")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = {name: archive.read(name) for name in archive.namelist()}
        sheet = inside["xl/worksheets/sheet1.xml"]
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
        assert b"'=1+1" in sheet


def test_the_heading_stays_in_sight_and_filters(client: Client, db: None) -> None:
    published_commitment()
    sheet = workbook(client, "/commitments.xlsx")["commitments"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:Y2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["B"].width > 50


def test_an_empty_register_has_a_workbook_too(client: Client, db: None) -> None:
    book = workbook(client, "/updates.xlsx")
    assert book["updates"].max_row == 1
    assert book.properties.created == dt.datetime(1970, 1, 1)  # noqa: DTZ001


def test_the_same_register_gives_the_same_bytes(client: Client, db: None) -> None:
    published_commitment()
    first, second = (body(client, "/commitments.xlsx") for _ in range(2))
    assert first == second


def test_a_day_before_excels_calendar_is_text(client: Client, db: None) -> None:
    published_commitment(happened="1899-12-31", target="1900-03-01")
    [_, row] = workbook(client, "/updates.xlsx")["updates"].iter_rows(values_only=True)
    assert row[3] == "1899-12-31"
    [_, row] = workbook(client, "/commitments.xlsx")["commitments"].iter_rows(values_only=True)
    assert row[7] == dt.datetime(1900, 3, 1)  # noqa: DTZ001


def test_a_text_too_long_for_a_cell_is_cut_with_a_sign(client: Client, db: None) -> None:
    published_commitment(summary="가" * 10 + "😀" * 20_000)
    [_, row] = workbook(client, "/commitments.xlsx")["commitments"].iter_rows(values_only=True)
    assert row[2].startswith("가" * 10 + "😀")
    assert row[2].endswith("😀…")
    assert len(row[2].encode("utf-16-le")) // 2 <= 32_767


def test_more_rows_than_a_sheet_holds_are_refused(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_commitment()
    published_commitment()
    monkeypatch.setattr(workbook_files, "MAX_ROWS", 1)
    answer = client.get("/commitments.xlsx")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Take the CSV file" in answer.json()["detail"]
    assert body(client, "/commitments.csv")


@pytest.mark.parametrize("title", ["<r><t>Ours</t></r>", "<r>&</r>", "<r></r>"])
def test_what_looks_like_the_librarys_rich_text_is_text(
    client: Client, db: None, title: str
) -> None:
    published_commitment(title=title)
    [_, row] = workbook(client, "/commitments.xlsx")["commitments"].iter_rows(values_only=True)
    assert row[1] == title + " "
