"""The descriptor says of the CSV files what is so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.exports.reading import csv_rows

pytestmark = pytest.mark.usefixtures("shipped_register")

READ: dict[str, Callable[[str], Any]] = {
    "string": str,
    "date": dt.date.fromisoformat,
    "datetime": lambda text: dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z"),
    "integer": int,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def holds(cell: str, field: dict[str, Any]) -> bool:
    constraints = field.get("constraints", {})
    if not cell:
        return not constraints.get("required")
    READ[field["type"]](cell)
    pattern, choices = constraints.get("pattern", ".*"), constraints.get("enum", [cell])
    return re.fullmatch(pattern, cell, re.DOTALL) is not None and cell in choices


@pytest.mark.parametrize("query", ["", "?as_of=2026-03-01&stage=signed"])
def test_every_cell_is_what_its_field_says(client: Client, query: str) -> None:
    package = client.get(f"/datapackage.json{query}").json()
    assert [resource["name"] for resource in package["resources"]] == ["commitments", "updates"]
    rows = {}
    for resource in package["resources"]:
        assert resource["path"] == f"http://testserver/{resource['name']}.csv{query}"
        rows[resource["name"]] = csv_rows(client, resource["path"])
        fields = resource["schema"]["fields"]
        for row in rows[resource["name"]]:
            assert list(row) == [field["name"] for field in fields]
            assert [f["name"] for f in fields if not holds(row[f["name"]], f)] == []
        keys = [
            tuple(row[name] for name in resource["schema"]["primaryKey"])
            for row in rows[resource["name"]]
        ]
        assert len(set(keys)) == len(keys) > 0
    references = {row["reference"] for row in rows["commitments"]}
    assert {row["commitment"] for row in rows["updates"]} == references
