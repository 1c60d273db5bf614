"""What a commitment's page reads, and what it says after each kind of act."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from tests.acts import every_act
from tests.dashboard.conftest import OnDay
from tests.make import make_commitment, published_commitment
from tracker.models import Commitment

pytestmark = pytest.mark.django_db
LOOKS_BACK = "?as_of=2026-01-31", "?known_at=2026-11-22"


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def page(client: Client, address: str, *, host: str = "testserver") -> bytes:
    response = client.get(address, headers={"host": host})
    assert response.status_code == 200, address
    return response.content


def test_after_each_act_the_page_says_something_else(client: Client) -> None:
    told: list[Commitment] = []
    seen: set[bytes] = set()
    for act in every_act(told):
        address = told[0].get_absolute_url()
        shown = page(client, address)
        for look in LOOKS_BACK:
            page(client, address + look)
        # The last two acts are to be seen nowhere, or only in other figures.
        assert act.startswith("a draft") or shown not in seen, act
        seen.add(shown)


def test_no_act_makes_it_read_more_than_its_parts(client: Client) -> None:
    told: list[Commitment] = []
    for act in every_act(told):
        with CaptureQueriesContext(connection) as queries:
            page(client, told[0].get_absolute_url())
        # Aliases, notes, parts and successors, and the meetings that passed it over.
        assert len(queries) <= 7 + 5, act
        assert len({query["sql"] for query in queries}) == len(queries), act


def test_written_for_a_host_and_a_language(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    address = published_commitment(target="2026-03").get_absolute_url()
    here = page(client, address)
    assert b"//localhost/commitments/" in page(client, address, host="localhost")
    with translation.override("fr"):
        french = page(client, address)
    assert french != here == page(client, address)


def test_another_day_flags_more(client: Client, on_day: OnDay) -> None:
    address = published_commitment(target="2026-03").get_absolute_url()
    on_day(dt.date(2026, 3, 31))
    assert b"flag-overdue" not in page(client, address)
    on_day(dt.date(2026, 4, 1))
    assert b"flag-overdue" in page(client, address)


def test_what_a_commitment_does_not_have_is_not_read(client: Client) -> None:
    plain, rich = published_commitment(), published_commitment()
    published_commitment(part_of=rich)
    make_commitment(part_of=plain)  # a draft, which is read and not shown
    taken = []
    for one in (published_commitment(), rich, plain):
        with CaptureQueriesContext(connection) as queries:
            told = page(client, one.get_absolute_url())
        taken.append((len(queries), b"Its parts" in told))
    assert taken == [(7, False), (8, True), (8, False)]
