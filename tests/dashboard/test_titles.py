"""Each page's title tells it apart in a browser's history."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.make import (
    NOW,
    first_update,
    make_forum,
    make_topic,
    published_commitment,
    published_meeting,
    published_update,
)
from tracker import answers
from tracker.models import Commitment

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Commitment:
    monkeypatch.setattr(answers, "today", NOW.date)
    settings.HISTORY_PER_PAGE = 2
    forum, topic = make_forum(slug="ministerial"), make_topic(slug="cyber")
    meeting = published_meeting(forum=forum)
    made = published_commitment(topics=[topic], meeting=meeting, happened="2025-01-01")
    for month in range(1, 4):
        published_update(made, happened=f"2025-{month:02}-10", meeting=meeting)
    for _ in range(30):
        published_commitment(topics=[topic], meeting=meeting, happened="2025-01-01")
    return made


def title(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    found = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_the_filter_of_a_page_of_one_thing_is_in_its_title(client: Client, one: Commitment) -> None:
    for address in ("/parties/canada/", "/topics/cyber/", "/forums/ministerial/", "/changes/"):
        plain = title(client, address)
        assert plain.endswith(" · Commitment Tracker")
        filtered = title(client, f"{address}?stage=announced&page=1")
        assert filtered != plain
        assert "Announced" in filtered
        assert filtered.startswith(plain.removesuffix("Commitment Tracker"))
        assert filtered.endswith(" · Commitment Tracker")


@pytest.mark.parametrize("look", ["as_of", "known_at"])
def test_a_look_back_is_in_the_title_of_every_page(
    client: Client, one: Commitment, look: str
) -> None:
    meeting = first_update(one).meeting
    source = first_update(one).citations.get().source
    assert meeting is not None
    for address in (
        *("/", "/matrix/", "/charts/", "/meetings/", "/sources/", "/parties/", "/topics/"),
        *("/forums/", "/parties/canada/", "/topics/cyber/", "/forums/ministerial/", "/changes/"),
        *(one.get_absolute_url(), meeting.get_absolute_url(), source.get_absolute_url()),
    ):
        assert "22 November 2026" in title(client, f"{address}?{look}=2026-11-22"), address
        assert "22 November 2026" not in title(client, address), address
    both = title(client, f"{one.get_absolute_url()}?as_of=2026-11-21&known_at=2026-11-22")
    assert "21 November 2026" in both
    assert "22 November 2026" in both


def test_the_number_of_a_page_is_in_its_title(client: Client, one: Commitment) -> None:
    for address in (
        *("/?per_page=25", "/parties/canada/?per_page=25", "/matrix/?per_page=25"),
        f"{one.get_absolute_url()}?",
    ):
        assert "page 2" in title(client, f"{address}&page=2"), address
        assert "page" not in title(client, f"{address}&page=1"), address


def test_the_meetings_of_a_matrix_are_in_its_title(client: Client, one: Commitment) -> None:
    assert title(client, "/matrix/") == "All commitments, meeting by meeting · Commitment Tracker"
    forum = first_update(one).meeting.forum.name  # type: ignore[union-attr]
    chosen = title(client, "/matrix/?columns=ministerial")
    assert chosen == f"All commitments, meeting by meeting · {forum} · Commitment Tracker"
    for _ in range(12):
        published_meeting()
    later = title(client, "/matrix/?columns_page=2")
    assert later == "All commitments, meeting by meeting · meetings page 2 · Commitment Tracker"


def test_errors_and_staff_pages_keep_their_titles(client: Client, db: None) -> None:
    page = client.get("/nowhere/").content.decode()
    assert "<title>There is nothing at this address · Commitment Tracker</title>" in page
    assert "<title>" in client.get("/accounts/login/").content.decode()
