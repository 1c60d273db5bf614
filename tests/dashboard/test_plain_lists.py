"""The lists of sources, parties, topics and forums look back like every other page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.dashboard.conftest import OnDay

pytestmark = pytest.mark.usefixtures("shipped_register")
LISTS = ["/sources/", "/parties/", "/topics/", "/forums/"]


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


@pytest.mark.parametrize(
    ("address", "now", "then"),
    [("/sources/", 10, 4), ("/parties/", 2, 2), ("/topics/", 11, 3), ("/forums/", 5, 2)],
)
def test_as_of_lists_what_there_was_by_then(
    client: Client, address: str, now: int, then: int
) -> None:
    assert len(client.get(address).context["paging"].rows) == now
    response = client.get(f"{address}?as_of=2024-06-30")
    assert len(response.context["paging"].rows) == then
    assert "Position on 30 June 2024" in response.content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_before_it_was_loaded_nothing_was_known(client: Client, address: str) -> None:
    assert len(client.get(f"{address}?known_at=2026-11-21").context["paging"].rows) == 0


@pytest.mark.parametrize("address", LISTS)
def test_a_day_that_cannot_be_shown_says_why(client: Client, address: str) -> None:
    response = client.get(f"{address}?as_of=2026-13")
    assert response.status_code == 400
    assert "Write the day as year-month-day" in response.content.decode()
