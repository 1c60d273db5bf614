"""Sitemap and robots.txt: every public page, in one list or an index of lists."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from tests.leaky import DRAFT, add_drafts, publish_register
from tests.make import published_commitment
from tracker.dashboard import sitemap

XML = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SITE = "http://testserver"


def listed(client: Client, address: str) -> tuple[str, list[str]]:
    """The root element's name and the addresses below it."""
    response = client.get(address)
    assert response.status_code == 200, address
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    root = ET.fromstring(response.content)  # noqa: S314 - our own file
    return root.tag.removeprefix(XML), [e.text or "" for e in root.iter(f"{XML}loc")]


def test_one_list_of_all_that_is_public(client: Client, db: None) -> None:
    add_drafts(publish_register())
    kind, addresses = listed(client, "/sitemap.xml")
    assert kind == "urlset"
    for path in (
        *("/", "/commitments/agreement/", "/meetings/first-meeting/", "/sources/statement/"),
        *("/parties/canada/", "/topics/cyber/", "/forums/ministerial/", "/methodology/"),
    ):
        assert f"{SITE}{path}" in addresses
    assert DRAFT not in str(addresses)
    assert "mistaken" not in str(addresses)
    assert len(addresses) == len(set(addresses))


@pytest.mark.usefixtures("shipped_register")
def test_every_address_leads_somewhere(client: Client) -> None:
    for address in listed(client, "/sitemap.xml")[1]:
        assert client.get(address.removeprefix(SITE)).status_code == 200, address


@pytest.mark.usefixtures("shipped_register")
def test_says_when_a_commitment_changed(client: Client) -> None:
    page = client.get("/sitemap.xml").content.decode()
    assert (
        f"<url><loc>{SITE}/commitments/indo-pacific-dialogue/</loc>"
        "<lastmod>2026-11-22T09:00:00+00:00</lastmod></url>" in page
    )


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.usefixtures("shipped_register")
def test_a_large_register_has_an_index(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = listed(client, "/sitemap.xml")[1]
    monkeypatch.setattr(sitemap, "PER_PAGE", 10)
    kind, lists = listed(client, "/sitemap.xml")
    assert kind == "sitemapindex"
    assert f"{SITE}/sitemap-commitments-3.xml" in lists
    found = [a for part in lists for a in listed(client, part.removeprefix(SITE))[1]]
    assert sorted(found) == sorted(whole)


@pytest.mark.parametrize(
    "address",
    [
        "/sitemap-commitments-2.xml",
        "/sitemap-commitments-0.xml",
        "/sitemap-commitments-99999999999999999999.xml",
        "/sitemap-nothing-1.xml",
        "/sitemap-standing-2.xml",
    ],
)
def test_a_part_that_is_not_there(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 404


def test_robots_are_kept_from_staff_and_filters(client: Client, db: None) -> None:
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == (
        "User-agent: *\nDisallow: /admin/\nDisallow: /*?\nAllow: /commitments/*/?as_of=\n"
        "Allow: /card.png?\nAllow: /calendar.ics?\n"
        "Allow: /changes.atom?\nAllow: /changes.rss?\nAllow: /changes.json?\n"
        "Sitemap: http://testserver/sitemap.xml\n"
    )


def may_be_crawled(rules: str, address: str) -> bool:
    """As RFC 9309, section 2.2.2: the longest rule that matches holds; of equals, the allowing."""
    holding = ("Allow", 0)
    for line in rules.splitlines():
        kind, _, pattern = line.partition(": ")
        if kind in {"Allow", "Disallow"}:
            matches = re.match(re.escape(pattern).replace(r"\*", ".*"), address)
            if matches and (len(pattern), kind == "Allow") > (holding[1], holding[0] == "Allow"):
                holding = (kind, len(pattern))
    return holding[0] == "Allow"


def test_robots_may_open_what_our_citations_name(client: Client, db: None) -> None:
    one = published_commitment()
    address = one.get_absolute_url()
    rules = client.get("/robots.txt").content.decode()
    for query in ("", "?as_of=2026-11-22", "?known_at=2026-11-22"):
        cited = client.get(f"{address}cite.txt{query}").content.decode()
        [found] = re.findall(r"http://testserver(/\S+[^.\s])", cited)
        assert "as_of=" in found
        assert may_be_crawled(rules, found)
        assert client.get(found).status_code == 200
    assert may_be_crawled(rules, address)
    # Calendars on the web, link previews and some feed readers heed the rules for what a person
    # told them to fetch.
    page = client.get(address).content.decode().replace("&amp;", "&")
    named = re.findall(r'<meta property="og:image" content="http://testserver([^"]+)"', page)
    named += re.findall(r'<link rel="alternate"[^>]* href="([^"]+)"', page)
    assert len(named) == 5
    assert all("?" in found and may_be_crawled(rules, found) for found in named), named
    for shut in ("/?stage=signed", "/?as_of=2025-11-01", "/admin/login/", f"{address}?page=2"):
        assert not may_be_crawled(rules, shut), shut
