"""For whom entries are written, and what that reads."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from tests.feeds.reading import TYPES
from tests.make import published_commitment, published_update

pytestmark = pytest.mark.django_db
FEEDS = [f"/changes.{ending}" for ending in TYPES]


def feed(client: Client, address: str, *, host: str = "testserver") -> bytes:
    response = client.get(address, headers={"host": host})
    assert response.status_code == 200, address
    return response.content


@pytest.mark.parametrize("address", FEEDS)
def test_written_for_a_host_and_a_language(
    client: Client, settings: Settings, address: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    published_commitment(target="2026-03")
    here = feed(client, address)
    assert b"//localhost/commitments/" in feed(client, address, host="localhost")
    with translation.override("fr"):
        assert feed(client, address) != here
    assert feed(client, address) == here


@pytest.mark.parametrize("address", FEEDS)
def test_however_many_lines_it_takes_the_same_queries(client: Client, address: str) -> None:
    one = published_commitment(target="2026-03")
    taken = []
    for day in range(1, 4):
        with CaptureQueriesContext(connection) as queries:
            feed(client, address)
        taken.append(len(queries))
        published_update(one, happened=f"2026-05-{day:02d}")
    assert taken == [4, 4, 4]  # head, filtered lines, the lines themselves, the feed's id
