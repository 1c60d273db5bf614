"""Feeds as their readers see them: feedparser, ElementTree and json."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import feedparser
from django.test import Client

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


def fetch(client: Client, address: str) -> bytes:
    response = client.get(address.removeprefix("http://testserver"))
    assert response.status_code == 200, response.content
    ending = address.split("?", maxsplit=1)[0].rpartition(".")[2]
    assert response.headers["Content-Type"] == TYPES[ending]
    content: bytes = response.content
    return content


def xml(client: Client, address: str) -> ET.Element:
    return ET.fromstring(fetch(client, address))  # noqa: S314 - our own feed


def parsed(client: Client, address: str) -> Any:
    """By feedparser, as it came, unsanitized; anything ill-formed fails."""
    told = feedparser.parse(
        fetch(client, address), sanitize_html=False, resolve_relative_uris=False
    )
    assert not told.bozo, told.get("bozo_exception")
    return told


def json_object(client: Client, address: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(fetch(client, address))
    return told


def entry_ids(root: ET.Element) -> list[str]:
    return [e.findtext(f"{ATOM}id") or "" for e in root.findall(f"{ATOM}entry")]


def tombstone_ids(root: ET.Element) -> list[str]:
    return [e.get("ref") or "" for e in root.findall(f"{TOMBSTONE}deleted-entry")]


def link(root: ET.Element, rel: str) -> str | None:
    """The address of the document's own link with this relation; None where there is none."""
    found = [e for e in root.iter(f"{ATOM}link") if e.get("rel") == rel]
    own = root.findall(f"{ATOM}link") + root.findall(f"channel/{ATOM}link")
    return next((e.get("href") for e in found if e in own), None)
