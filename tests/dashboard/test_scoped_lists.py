"""The pages of parties, topics and forums: their commitments under the filter, and looking back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import (
    NOW,
    make_forum,
    make_topic,
    published_commitment,
    published_meeting,
    published_update,
)
from tracker.models import Stage

FORUM = "/forums/2plus2-ministerial/"
EARLY = NOW - dt.timedelta(days=30)
Titles = Callable[[str], list[str]]


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def text(client: Client, address: str, status: int = 200) -> str:
    """A page's words without its markup, spaces folded."""
    response = client.get(address)
    assert response.status_code == status, address
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.usefixtures("shipped_register")
def test_topics_and_forums_are_listed_with_what_they_are(client: Client) -> None:
    topics = text(client, "/topics/")
    assert "Cyber and hybrid threats Cyber policy, hybrid threats" in topics
    forums = text(client, "/forums/")
    assert "Foreign and Defence (2+2) Ministerial Ministers" in forums


@pytest.mark.usefixtures("shipped_register")
def test_a_topic_has_its_commitments_as_the_filter_finds_them(titles: Titles) -> None:
    address = "/topics/information-security/"
    assert titles(address) == titles("/?topic=information-security") != []
    assert titles(f"{address}?stage=signed") == titles("/?topic=information-security&stage=signed")


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("moment", ["", "as_of=2025-01-01", "known_at=2026-11-22"])
def test_a_forum_has_what_its_meetings_spoke_of(titles: Titles, moment: str) -> None:
    assert titles(f"{FORUM}?{moment}") == titles(f"/?forum=2plus2-ministerial&{moment}")


@pytest.mark.usefixtures("shipped_register")
def test_a_forum_tells_its_meetings_and_rhythm(client: Client) -> None:
    page = text(client, FORUM)
    assert "Meant to meet every 24 months" in page
    assert "2028 : Third Foreign and Defence (2+2) Ministerial Meeting" in page
    then = text(client, f"{FORUM}?as_of=2025-01-01")
    assert "First Foreign and Defence (2+2) Ministerial Meeting" in then
    assert "Second Foreign" not in then.partition("Commitments that its meetings spoke of")[0]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("address", ["/topics/information-security/", FORUM, "/parties/canada/"])
def test_a_look_back_is_named_and_leads_back(client: Client, address: str) -> None:
    page = client.get(f"{address}?as_of=2025-11-01&stage=concluded").content.decode()
    assert "Position on 1 November 2025" in page
    assert 'href="?stage=concluded">Back to today' in page


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    "address",
    ["/topics/information-security/", FORUM, "/parties/canada/", "/sources/2025-10-noah-note/"],
)
def test_what_was_not_yet_recorded_says_so(client: Client, address: str) -> None:
    page = text(client, f"{address}?known_at=2026-11-21", 404)
    assert "Nothing was there yet" in page
    assert "At that moment the register had nothing at this address" in page


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("address", ["/topics/information-security/", FORUM, "/parties/canada/"])
@pytest.mark.parametrize("query", ["as_of=2026-13", "known_at=2999-01-01", "stage=nonsense"])
def test_a_bad_value_gets_a_sentence_and_no_list(client: Client, address: str, query: str) -> None:
    page = text(client, f"{address}?{query}")
    assert "Nothing is shown, because the filter has an error:" in page
    assert client.get(f"{address}?{query}").context["table"].rows.__len__() == 0


def test_a_partys_own_steps_look_back_too(client: Client, db: None) -> None:
    commitment = published_commitment(now=EARLY, happened="2025-01-10")
    canada = commitment.parties.get(code="CAN")
    for happened, rationale in (("2025-03-01", "Tabled."), ("2026-03-01", "Ratified.")):
        published_update(
            commitment,
            party=canada,
            stage=Stage.SIGNED,
            happened=happened,
            rationale=rationale,
        )
    assert "Ratified." in text(client, "/parties/canada/")
    then = text(client, "/parties/canada/?as_of=2025-06-01")
    assert "Tabled." in then
    assert "Ratified." not in then
    assert "Tabled." not in text(client, "/parties/canada/?known_at=2026-10-23")
    assert "Tabled." not in text(client, "/parties/canada/?as_of=2026-13")


def test_empty_lists_are_worded(client: Client, db: None) -> None:
    assert "No topic is recorded yet." in text(client, "/topics/")
    assert "No forum is recorded yet." in text(client, "/forums/")
    published_meeting(forum=make_forum(slug="talks"), title="Talks")
    page = text(client, "/forums/talks/")
    assert "No commitment matches." in page
    assert "No rhythm stated" in page


def test_a_commitment_leads_to_its_topic(client: Client, db: None) -> None:
    topic = make_topic(slug="cyber", name="Cyber")
    page = client.get(published_commitment(topics=[topic]).get_absolute_url()).content.decode()
    assert '<a href="/topics/cyber/">Cyber</a>' in page


def test_queries_do_not_grow_with_the_rows(
    client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    forum, topic = make_forum(slug="talks"), make_topic(slug="cyber")
    addresses = ["/topics/", "/topics/cyber/", "/forums/", "/forums/talks/", "/parties/canada/"]

    def publish() -> None:
        meeting = published_meeting(forum=forum, fully_recorded=True)
        commitment = published_commitment(meeting=meeting, topics=[topic, make_topic()])
        published_update(commitment, meeting=meeting, party=commitment.parties.get(code="CAN"))
        published_meeting(forum=make_forum())

    publish()
    client.get("/")  # reads what a process keeps, once
    counts = {}
    for address in addresses:
        with django_assert_max_num_queries(30) as queries:
            client.get(address)
        counts[address] = len(queries)
    for _ in range(3):
        publish()
    client.get("/")
    for address in addresses:
        with django_assert_max_num_queries(counts[address]):
            client.get(address)
