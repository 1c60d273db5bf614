"""Whole documents of a small register against tests/samples/feeds.

Ids and hashes are shown as what they belong to: a sample then tells that each stands at its line,
and does not change with every field that a payload is given.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.feeds.reading import fetch, link, xml
from tests.feeds.small_register import log, publish_small_register
from tracker.models import ChangeKind
from tracker.schema.payloads import change_id

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "feeds"


def told(client: Client, address: str) -> str:
    text = fetch(client, address).decode()
    feed_id = xml(client, "/changes.atom").findtext("{http://www.w3.org/2005/Atom}id") or ""
    for change in log():
        text = text.replace(change_id(change), f"(id of change {change.seq})")
        text = text.replace(change.hash, f"(hash of change {change.seq})")
    return text.replace(feed_id, "(id of the feed)")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["changes.atom", "changes.rss", "changes.json"])
def test_the_whole_document(client: Client, name: str) -> None:
    publish_small_register()
    assert {change.kind for change in log()} == set(ChangeKind.values)
    assert told(client, f"/{name}") == (SAMPLES / name).read_bytes().decode()


@pytest.mark.django_db
def test_the_whole_archive(client: Client, settings: Settings) -> None:
    settings.FEED_ENTRIES = 5
    publish_small_register()
    address = link(xml(client, "/changes.atom"), "prev-archive")
    assert told(client, address or "") == (SAMPLES / "archive.atom").read_bytes().decode()
