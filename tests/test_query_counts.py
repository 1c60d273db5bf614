"""No page asks more of the database because the register has grown: 1 commitment or 100."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import (
    first_update,
    make_forum,
    make_topic,
    published_commitment,
    published_meeting,
    published_note,
    published_update,
)
from tests.test_leaks import LINES
from tracker.models import Change
from tracker.queries import health

# Files and the log of what they hold are read in chunks: their queries grow, their memory not.
IN_CHUNKS = {name for name in LINES if name.startswith(("commitments-", "updates-", "calendar"))}
# These open only with a key, or to a form; their queries are counted beside their own tests.
BEHIND_A_KEY = {
    *("webhook", "confirm-subscription", "manage-subscription", "stop-subscription"),
    "subscribe-email",
}


def addresses(slug: str, meeting: str, source: str) -> dict[str, str]:
    """One address of each kind that a page answers."""
    shown = {
        "commitment": f"/commitments/{slug}/",
        "cite": f"/commitments/{slug}/cite.bib",
        "meeting": f"/meetings/{meeting}/",
        "brief": f"/meetings/{meeting}/brief/",
        "source": f"/sources/{source}/",
        "party": "/parties/canada/",
        "topic": "/topics/cyber/",
        "forum": "/forums/ministerial/",
        "compare": "/compare/?from=2020-01-01",
        "sitemap-section": "/sitemap-commitments-1.xml",
        "dashboard": "/?party=canada",
        "api-commitment": f"/api/v1/commitments/{slug}/",
        "api-meeting": f"/api/v1/meetings/{meeting}/",
        "api-source": f"/api/v1/sources/{source}/",
    }
    left_out = IN_CHUNKS | BEHIND_A_KEY
    return {name: shown.get(name, line[0]) for name, line in LINES.items() if name not in left_out}


def counts(client: Client, walked: dict[str, str]) -> dict[str, int]:
    found = {}
    for name, address in walked.items():
        # It tries every five seconds whether the database can be written; here always.
        health._problem_of_writing.cache_clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            assert response.status_code == 200, address
            b"".join(response) if response.streaming else response.content
        found[name] = len(queries)
    return found


@pytest.mark.django_db
def test_a_hundred_commitments_take_the_queries_of_one(
    client: Client, settings: LazySettings
) -> None:
    settings.FEED_ENTRIES = 3  # so that feeds have an archive from the start
    forum, topic = make_forum(slug="ministerial"), make_topic(slug="cyber")
    meeting = published_meeting(forum=forum, fully_recorded=True, date="2026-01-10")
    published_meeting(forum=forum, date="2025-01-10")
    # Each of them at once, so that no query is missing only because there was nothing to ask.
    one = published_commitment(topics=[topic], meeting=meeting, target="2026-03")
    source = first_update(one).citations.get().source
    published_update(one, meeting=meeting, source=source, target="2026-05", stage="negotiating")
    published_note(meeting=meeting)
    published_note(commitment=one)
    walked = addresses(one.slug, meeting.slug, source.slug)
    client.get("/")  # reads what a process keeps, once
    before = counts(client, walked)
    for number in range(99):
        at = meeting if number % 3 else published_meeting(forum=forum, date="2025-06-01")
        published_commitment(topics=[topic], meeting=at, source=source, target="2027")
    assert Change.objects.count() > 200
    client.get("/")
    assert counts(client, walked) == before


LISTS = [
    "/",
    "/?stage=announced&topic=cyber&party=canada",
    "/?sort=-target&page=2&show=parties&show=topics",
    "/?q=commitment&flag=overdue",
    *("/changes/", "/meetings/", "/sources/", "/parties/", "/topics/", "/topics/cyber/"),
    "/api/v1/commitments/",
]


@pytest.mark.django_db
def test_a_list_takes_five_queries_where_it_is_made(client: Client) -> None:
    topic = make_topic(slug="cyber")
    for _ in range(60):
        published_commitment(topics=[topic], target="2026-03")
    client.get("/")  # reads what a process keeps, once
    taken = counts(client, {address: address for address in LISTS})
    assert {address: count for address, count in taken.items() if count > 5} == {}


@pytest.mark.django_db
def test_the_first_list_after_a_line_takes_no_more_for_more_rows(client: Client) -> None:
    taken = []
    for times in (1, 20):
        published_commitment()
        client.get("/")
        for _ in range(times):
            published_commitment()
        taken.append(counts(client, {"list": "/"})["list"])
    assert taken[0] == taken[1] <= 18


@pytest.mark.django_db
@pytest.mark.parametrize("updates", [1, 12])
def test_a_commitment_takes_eight_queries_where_it_is_made(client: Client, updates: int) -> None:
    one = published_commitment(topics=[make_topic(slug="cyber")], target="2026-03")
    published_note(commitment=one)
    for day in range(1, updates):
        published_update(one, happened=f"2026-05-{day:02d}", target="2027")
    address = one.get_absolute_url()
    # Head, row, topics, parties, notes, updates, citations, lines.
    assert counts(client, {"commitment": address})["commitment"] == 8
