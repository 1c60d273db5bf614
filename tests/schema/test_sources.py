"""A field that is declared once is found in every place."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.make import make_source, published_commitment
from tracker.api.openapi import schema
from tracker.models import Source
from tracker.queries.register_dump import register_files
from tracker.spreadsheets.tables import TABLES


@pytest.mark.django_db
def test_the_licence_of_a_source_is_in_every_place(client: Client) -> None:
    source = make_source(slug="statement", licence="OGL-Canada-2.0")
    published_commitment(source=source)
    assert client.get("/api/v1/sources/statement/").json()["licence"] == "OGL-Canada-2.0"
    assert "OGL-Canada-2.0" in client.get("/sources/statement/").content.decode()
    assert "\n  licence: OGL-Canada-2.0\n" in dict(register_files())["sources.yaml"]
    table = TABLES["sources"]
    exported = dict(zip(table.columns, table.cells(Source.objects.get()), strict=True))
    assert exported["licence"] == "OGL-Canada-2.0"
    assert schema()["components"]["schemas"]["Source"]["properties"]["licence"] == {
        "type": "string",
        "description": "The publisher’s licence for it; empty if unknown.",
    }
