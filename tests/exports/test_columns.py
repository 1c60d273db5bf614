"""The one list of columns: complete, in order, and true to the records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.exports.plain_cells import read
from tests.exports.reading import json_object
from tracker.exports.cells import Column
from tracker.exports.extract import TABLES, Table

# Of a record, what no column shows: it follows from another one, or is said of each entry only.
ONLY_IN_JSON = {
    *("slug", "commitment.slug", "id", "aliases[].language", "aliases[].note"),
    *("target.precision", "happened.precision"),
    *("citations[].publisher", "citations[].language"),
    *("citations[].published_on.words", "citations[].published_on.precision"),
}


def leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value or [""]:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_value_of_a_record_has_its_column(client: Client, table: Table) -> None:
    shown = {column.path for column in table.columns}
    told = set()
    for record in json_object(client, f"/{table.name}.json")[table.name]:
        told |= set(leaves(record)) - {"target"}
    assert told - ONLY_IN_JSON - shown - {"aliases[]"} == set()


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_a_column_promises_holds(client: Client, table: Table) -> None:
    records = json_object(client, f"/{table.name}.json")[table.name]
    for column in table.columns:
        cells = [read(column, record) for record in records]
        assert None not in cells or not column.is_required, column.name
        if column.choices is not None:
            values = {v for cell in cells if cell for v in str(cell).split("; ")}
            assert values <= set(column.choices.values), column.name
    keys = [
        tuple(read(column, record) for column in table.columns if column.name in table.key)
        for record in records
    ]
    assert len(set(keys)) == len(keys) == len(records)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_names_are_plain_and_given_once(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z]+(_[a-z]+)*", name)] == []


@pytest.mark.parametrize(
    "column", [c for table in TABLES for c in table.columns], ids=lambda column: column.name
)
def test_every_column_is_described_by_a_sentence(column: Column) -> None:
    assert column.title
    assert re.fullmatch("[A-Z].+[.]", str(column.description))
