"""The page about the files: every column and parameter, and an example that is true."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import html5lib
import pytest
from django.test import Client

from tests.exports.reading import json_object
from tests.exports.small_register import publish_small_register
from tracker.exports.extract import TABLES
from tracker.filters import CommitmentFilter
from tracker.filters.parameter_docs import MEANINGS


@pytest.fixture
def page(client: Client, db: None) -> str:
    return client.get("/data/").content.decode()


def test_is_valid(page: str) -> None:
    html5lib.HTMLParser(strict=True).parse(page)


def test_every_column_is_documented(page: str) -> None:
    for table in TABLES:
        for column in table.columns:
            row = page.partition(f'id="{table.name}-{column.name}"')[2].partition("</tr>")[0]
            told = unescape(row)
            assert f"<code>{column.name}</code>" in told
            assert f"<code>{column.path}</code>" in told
            assert str(column.description) in told
            assert str(column.kind.value) in told


def test_every_parameter_is_documented(page: str) -> None:
    for name in CommitmentFilter.base_filters:
        told = page.partition(f'id="parameter-{name}"')[2].partition("</div>")[0]
        assert str(MEANINGS[name]) in unescape(told)


def shape(value: Any) -> Any:
    """A value's keys, with one entry for a list and nothing for anything else."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value[:1]] if isinstance(value, list) else None


def fits(real: Any, example: Any) -> bool:
    """Whether the example has the keys of the real thing, in their order, where that has any."""
    if isinstance(real, dict) and isinstance(example, dict):
        return list(real) == list(example) and all(fits(real[n], example[n]) for n in real)
    if isinstance(real, list) and isinstance(example, list):
        return not (real and example) or fits(real[0], example[0])
    return real is None or example is None


def test_the_examples_have_the_shape_of_the_files(client: Client, page: str) -> None:
    publish_small_register()
    examples = {
        table.name: json.loads(
            unescape(re.findall(rf'<pre id="example-{table.name}">(.*?)</pre>', page, re.DOTALL)[0])
        )
        for table in TABLES
    }
    whole = shape(json_object(client, "/commitments.json?q=GSOMIA"))
    example = shape(examples["commitments"])
    assert whole.pop("filter") == {"q": [None]}
    assert example.pop("filter") == {"stage": [None]}
    assert fits(whole, example)
    [*_, update] = json_object(client, "/updates.json")["updates"]
    assert fits(shape(update), shape(examples["updates"]))


def test_the_links_lead_to_the_files(client: Client, page: str) -> None:
    for table in TABLES:
        for ending in ("csv", "xlsx", "json"):
            assert f'href="/{table.name}.{ending}"' in page
    assert 'href="/datapackage.json"' in page
