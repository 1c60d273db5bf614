"""What feeds keep of an entry is what they would write anew, after each kind of act."""

from __future__ import annotations

from itertools import chain

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from tests.acts import every_act
from tests.feeds.reading import TYPES
from tests.make import NOW, published_commitment, published_update
from tracker.actions.correct import retract_commitment
from tracker.feeds import entries
from tracker.models import Commitment

pytestmark = pytest.mark.django_db
FEEDS = [f"/changes.{ending}" for ending in TYPES]


def feed(client: Client, address: str, *, host: str = "testserver") -> bytes:
    response = client.get(address, headers={"host": host})
    assert response.status_code == 200, address
    return response.content


def made_anew(client: Client, address: str, *, host: str = "testserver") -> bytes:
    entries._WRITTEN.clear()
    return feed(client, address, host=host)


def test_after_each_act_feeds_are_those_made_anew(client: Client) -> None:
    told: list[Commitment] = []
    for act in chain(every_act(told), ["retracted as a whole"]):
        if act == "retracted as a whole":
            retract_commitment(told[0], reason="A misreading.", now=NOW)
        asked = [*FEEDS, *(f"{each}?before=5" for each in FEEDS)]
        kept = [feed(client, each) for each in asked]
        assert [feed(client, each) for each in asked] == kept, act
        assert [made_anew(client, each) for each in asked] == kept, act


@pytest.mark.parametrize("address", FEEDS)
def test_kept_for_a_host_and_a_language(client: Client, settings: Settings, address: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    published_commitment(target="2026-03")
    here = feed(client, address)
    there = feed(client, address, host="localhost")
    assert b"//localhost/commitments/" in there
    assert made_anew(client, address, host="localhost") == there
    with translation.override("fr"):
        french = feed(client, address)
        assert french == made_anew(client, address)
    assert feed(client, address) == here


@pytest.mark.parametrize("address", FEEDS)
def test_what_was_written_is_neither_read_nor_written_again(client: Client, address: str) -> None:
    one = published_commitment(target="2026-03")
    first = feed(client, address)
    with CaptureQueriesContext(connection) as queries:
        assert feed(client, address) == first
    assert len(queries) == 4  # head, filtered lines, what they name, the feed's id
    assert not any('"payload"' in query["sql"] for query in queries.captured_queries)
    published_update(one, happened="2026-05-01")
    with CaptureQueriesContext(connection) as queries:
        assert feed(client, address) != first
    assert len(queries) == 6  # and the new line, with what became of it
