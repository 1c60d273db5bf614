"""Whole files of a small register against tests/samples/exports."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.exports.reading import body, csv_rows, workbook
from tests.exports.small_register import publish_small_register

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "exports"
TABLES = ("commitments", "updates")


@pytest.fixture(autouse=True)
def _register(db: None) -> None:
    publish_small_register()


@pytest.mark.parametrize("name", [f"{table}.{e}" for table in TABLES for e in ("csv", "json")])
def test_the_whole_file(client: Client, name: str) -> None:
    assert body(client, f"/{name}").decode() == (SAMPLES / name).read_bytes().decode()


def test_the_whole_data_package(client: Client) -> None:
    answer = client.get("/datapackage.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.content.decode() == (SAMPLES / "datapackage.json").read_text("utf-8")


@pytest.mark.parametrize("table", TABLES)
def test_a_workbook_holds_what_the_csv_holds(client: Client, table: str) -> None:
    heading, *rows = workbook(client, f"/{table}.xlsx")[table].iter_rows(values_only=True)
    told = [
        {name: _as_csv(value) for name, value in zip(heading, row, strict=True)} for row in rows
    ]
    assert told == csv_rows(client, f"/{table}.csv")


def _as_csv(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.date().isoformat() if hasattr(value, "date") else str(value)


def test_the_second_sheet_says_what_the_first_holds(client: Client) -> None:
    book = workbook(client, "/commitments.xlsx?as_of=2026-11-01&stage=signed")
    assert book.sheetnames == ["commitments", "About"]
    told = [
        "\t".join(str(cell) for cell in row if cell is not None)
        for row in book["About"].iter_rows(values_only=True)
    ]
    assert "\n".join(told) + "\n" == (SAMPLES / "about.txt").read_text("utf-8")
