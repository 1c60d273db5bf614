"""What a commitment's page keeps is what it would write anew, after each kind of act."""

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
from tracker.dashboard import commitment_sections
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


def made_anew(client: Client, address: str, *, host: str = "testserver") -> bytes:
    commitment_sections._KEPT.clear()
    return page(client, address, host=host)


def test_after_each_act_the_page_is_the_one_made_anew(client: Client) -> None:
    told: list[Commitment] = []
    seen: set[bytes] = set()
    for act in every_act(told):
        address = told[0].get_absolute_url()
        asked = (address, *(address + look for look in LOOKS_BACK))
        pages = [page(client, each) for each in asked]
        assert [page(client, each) for each in asked] == pages, act
        assert [made_anew(client, each) for each in asked] == pages, act
        # The last two acts are to be seen nowhere, or only in other figures.
        assert act.startswith("a draft") or pages[0] not in seen, act
        seen.add(pages[0])


def test_no_act_makes_it_read_more_than_its_parts(client: Client) -> None:
    told: list[Commitment] = []
    for act in every_act(told):
        with CaptureQueriesContext(connection) as queries:
            made_anew(client, told[0].get_absolute_url())
        # Aliases, notes, parts and successors, and the meetings that passed it over.
        assert len(queries) <= 7 + 5, act
        assert len({query["sql"] for query in queries}) == len(queries), act


def test_kept_for_a_host_and_a_language(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    address = published_commitment(target="2026-03").get_absolute_url()
    here = page(client, address)
    there = page(client, address, host="localhost")
    assert b"//localhost/commitments/" in there
    assert made_anew(client, address, host="localhost") == there
    with translation.override("fr"):
        french = page(client, address)
        assert french == made_anew(client, address)
    assert french != here == page(client, address)


def test_what_another_day_flags_is_said_beside_what_is_kept(client: Client, on_day: OnDay) -> None:
    address = published_commitment(target="2026-03").get_absolute_url()
    on_day(dt.date(2026, 3, 31))
    assert b"flag-overdue" not in page(client, address)
    on_day(dt.date(2026, 4, 1))
    assert b"flag-overdue" in page(client, address)


def test_one_more_view_writes_nothing_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    one = published_commitment()
    first = page(client, one.get_absolute_url())

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("it was written before")

    monkeypatch.setattr(commitment_sections, "render_to_string", refuse)
    published_commitment()  # the log moves on, and the citation says so
    again = page(client, f"{one.get_absolute_url()}?utm_source=x")
    assert again != first
    before, after = (text.partition(b"log of changes up to line")[0] for text in (first, again))
    assert before == after


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
