"""The page of the documentation: made from the schema, whole, and plain HTML."""

from __future__ import annotations

import json
import re
from html import unescape

import html5lib
import pytest
from django.test import Client

from tracker.api.openapi import schema


@pytest.fixture
def page(client: Client, db: None) -> str:
    return client.get("/api/docs/").content.decode()


def test_is_valid(page: str) -> None:
    html5lib.HTMLParser(strict=True).parse(page)


def test_tells_of_everything_in_the_schema(page: str) -> None:
    for path, methods in schema()["paths"].items():
        told = methods["get"]
        section = page.partition(f'<h3 id="{told["operationId"]}">')[2].partition("</section>")[0]
        assert f"GET {path}" in section
        assert told["summary"] in unescape(section)
        for status in told["responses"]:
            assert f"<strong>{status}</strong>" in section
        for parameter in told.get("parameters", ()):
            assert f'href="#parameter-{parameter["name"]}"' in section
            assert f'id="parameter-{parameter["name"]}"' in page
    for name, shape in schema()["components"]["schemas"].items():
        if name == "NullEnum":
            continue
        section = page.partition(f'<h3 id="shape-{name}">')[2].partition("<h3")[0]
        for field in shape.get("properties", ()):
            assert f"<code>{field}</code>" in section
        for value in shape.get("enum", ()):
            assert f"<code>{value}</code>" in section


def test_shows_the_examples_of_the_schema(page: str) -> None:
    shown = dict(re.findall(r'<pre id="example-([a-z]+)">(.*?)</pre>', page, re.DOTALL))
    for methods in schema()["paths"].values():
        told = methods["get"]
        examples = told["responses"]["200"]["content"]["application/json"].get("examples")
        if examples:
            assert json.loads(unescape(shown[told["operationId"]])) == examples["Example"]["value"]


def test_every_link_on_the_page_leads_somewhere(client: Client, page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in set(re.findall(r'href="#([^"]+)"', page)):
        assert target in ids, target
    for address in set(re.findall(r'href="(/api/[^"]*)"', page)):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/commitments/?x=1",
        "/api/v1/commitments/?page=2",
        "/api/v1/commitments/never/",
        "/api/v1/changes/?after=7",
    ],
)
def test_the_type_of_an_error_is_explained(client: Client, page: str, address: str) -> None:
    explained = client.get(address).json()["type"]
    assert explained.startswith("http://testserver/api/docs/#")
    assert f'id="{explained.partition("#")[2]}"' in page


def test_works_without_a_script(page: str) -> None:
    assert "<script" not in page.partition("<main")[2]
    assert " style=" not in page
