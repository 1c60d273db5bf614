"""The page of one source: what rests on it, in the order of its text, at a moment."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import NOW, make_source, published_commitment

STATEMENT = "/sources/2026-02-25-ministerial-joint-statement/"


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def locators(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200
    return [citation.locator for citation in response.context["citations"]]


@pytest.mark.usefixtures("shipped_register")
def test_what_rests_on_it_stands_in_the_order_of_the_text(client: Client) -> None:
    found = locators(client, STATEMENT)
    assert found[:3] == [
        "opening, paragraph 1",
        "opening, paragraph 1",
        "opening, paragraph 3",
    ]
    assert found[-3:] == ["Annex, item 1", "Annex, item 2", "Annex, item 3"]
    places = [place for place in found if place.startswith("paragraph ")]
    numbers = [int(place.split()[1]) for place in places]
    assert numbers == sorted(numbers)
    assert places[0] == "paragraph 8 (Indo-Pacific region)"
    assert places[-1] == "paragraph 20 (Looking forward)"
    assert "In the order of the places cited" in client.get(STATEMENT).content.decode()


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.usefixtures("shipped_register")
def test_a_look_back_is_named_and_leads_back(client: Client) -> None:
    response = client.get(f"{STATEMENT}?as_of=2026-02-24")
    page = response.content.decode()
    assert response.status_code == 404
    assert "Position on 24 February 2026" in page
    assert 'href="?">Back to today' in page
    assert "Second Foreign and Defence" not in page
    assert locators(client, f"{STATEMENT}?as_of=2026-02-25") == locators(client, STATEMENT)
    assert locators(client, f"{STATEMENT}?known_at=2026-11-22") == locators(client, STATEMENT)


@pytest.mark.usefixtures("shipped_register")
def test_before_it_was_recorded_there_is_nothing(client: Client) -> None:
    response = client.get(f"{STATEMENT}?known_at=2026-11-21")
    assert response.status_code == 404
    assert "At that moment the register had nothing at this address" in (response.content.decode())


@pytest.mark.parametrize("query", ["as_of=2026-13", "known_at=2999-01-01", "as_of=0001-01-01"])
def test_a_day_that_cannot_be_shown_says_why(client: Client, db: None, query: str) -> None:
    source = make_source()
    published_commitment(source=source)
    response = client.get(f"{source.get_absolute_url()}?{query}")
    assert response.status_code == 400
    assert "That day cannot be shown" in response.content.decode()


def test_many_citations_are_paged(client: Client, db: None) -> None:
    source = make_source()
    for _ in range(52):
        published_commitment(source=source)
    assert len(locators(client, source.get_absolute_url())) == 50
    page = client.get(f"{source.get_absolute_url()}?page=2")
    assert len(page.context["citations"]) == 2
    assert re.search("Page\\s+2 of 2", page.content.decode())


def test_queries_do_not_grow_with_the_rows(
    client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    source = make_source()
    published_commitment(source=source, now=NOW)
    with django_assert_max_num_queries(12) as queries:
        client.get(source.get_absolute_url())
    for _ in range(3):
        published_commitment(source=source)
    with django_assert_max_num_queries(len(queries)):
        client.get(source.get_absolute_url())
