"""Every page names the feeds and the calendar of what it shows, in its head and for readers."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from tests.make import make_forum, make_topic, published_commitment, published_meeting

TYPES = {
    "/changes.atom": "application/atom+xml",
    "/changes.rss": "application/rss+xml",
    "/changes.json": "application/feed+json",
    "/calendar.ics": "text/calendar",
}

# By address of a page: what its feeds end in, and what its calendar ends in where that is other.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("",),
    "/?stage=announced&party=canada&sort=title&page=1": ("?party=canada&stage=announced",),
    "/?q=%22a+b%22+%26+%ED%95%9C": ("?q=%22a+b%22+%26+%ED%95%9C",),
    "/?stage=nonsense": ("",),
    "/?party=canada&as_of=2026-11-01&known_at=2026-11-22": ("?party=canada",),
    "/matrix/?flag=overdue": ("?flag=overdue",),
    "/charts/?stage=signed&stage=announced": ("?stage=announced&stage=signed",),
    "/changes/": ("",),
    "/changes/?kind=status&party=canada": ("?kind=status&party=canada", "?party=canada"),
    "/commitments/pledge/": ("?commitment=CAN-KOR-2026-001",),
    "/commitments/pledge/?as_of=2026-11-01": ("?commitment=CAN-KOR-2026-001",),
    "/meetings/talks/": ("?meeting=talks",),
    "/meetings/talks/brief/": ("?meeting=talks",),
    "/parties/canada/": ("?party=canada",),
    "/parties/canada/?stage=announced": ("?party=canada&stage=announced",),
    "/topics/cyber/": ("?topic=cyber",),
    "/forums/ministerial/?q=agreement": ("?forum=ministerial&q=agreement",),
    "/meetings/": ("",),
    "/methodology/": ("",),
    "/nothing-here/": ("",),
}
# Pages that say nothing that could be followed beyond everything, or cannot be shown.
SILENT = {
    "/?stage=nonsense",
    "/meetings/talks/brief/",
    "/meetings/",
    "/methodology/",
    "/nothing-here/",
}


@pytest.fixture(autouse=True)
def _register(db: None) -> None:
    forum = make_forum(slug="ministerial")
    meeting = published_meeting(slug="talks", forum=forum)
    published_commitment(
        slug="pledge",
        reference="CAN-KOR-2026-001",
        meeting=meeting,
        topics=[make_topic(slug="cyber")],
    )


def ends(address: str) -> dict[str, str]:
    feeds, calendar = PAGES[address][0], PAGES[address][-1]
    return {path: path + (calendar if path == "/calendar.ics" else feeds) for path in TYPES}


@pytest.mark.parametrize("address", PAGES)
def test_the_head_names_feeds_and_calendar(client: Client, address: str) -> None:
    head = client.get(address).content.decode().partition("</head>")[0]
    found = re.findall(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">', head)
    told = [(kind, html.unescape(href)) for kind, href in found]
    assert told == [(TYPES[path], href) for path, href in ends(address).items()]


@pytest.mark.parametrize("address", [page for page in PAGES if page not in SILENT])
def test_readers_find_them_too(client: Client, address: str) -> None:
    body = client.get(address).content.decode().partition("<main")[2].partition("</main>")[0]
    links = [html.unescape(href) for href in re.findall(r'<a href="([^"]+)"', body)]
    wanted = ends(address)
    for href in (*wanted.values(), f"/subscribe/{PAGES[address][0]}"):
        assert links.count(href) == 1, href


@pytest.mark.parametrize("address", PAGES)
def test_what_is_named_is_there(client: Client, address: str) -> None:
    for href in ends(address).values():
        response = client.get(href)
        assert response.status_code == 200, href
        own = [f"http://testserver{href}", html.escape(f"http://testserver{href}")]
        if not href.startswith("/calendar"):
            told = response.content.decode()
            assert any(f'"{each}"' in told for each in own), href


def test_a_filter_with_an_error_offers_nothing_to_follow(client: Client) -> None:
    for page in ("/", "/matrix/", "/changes/"):
        told = client.get(f"{page}?stage=nonsense").content.decode().partition("<main")[2]
        assert "/calendar.ics" not in told.partition("</main>")[0]
