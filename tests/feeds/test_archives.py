"""Following a feed backwards (RFC 5005): every line once, in documents that stay as they are."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.feeds.reading import (
    ARCHIVE,
    TYPES,
    entry_ids,
    json_object,
    link,
    tombstone_ids,
    xml,
)
from tests.feeds.small_register import log, publish_small_register
from tests.make import published_commitment
from tracker.models import ChangeKind
from tracker.payloads import change_id

QUERIES = ["", "?kind=status&kind=mention&kind=retraction", "?commitment=agreement", "?q=dialogue"]


@pytest.fixture(autouse=True)
def _small_documents(db: None, settings: Settings) -> None:
    settings.FEED_ENTRIES = 4
    publish_small_register()


def wanted(query: str) -> list[str]:
    kept = {
        "": lambda change: True,
        QUERIES[1]: lambda change: change.kind in {"status", "mention", "retraction"},
        QUERIES[2]: lambda change: change.commitment_id and change.commitment.slug == "agreement",
        QUERIES[3]: lambda change: change.commitment_id and change.commitment.slug == "dialogue",
    }
    return [change_id(change) for change in log() if kept[query](change)]


def in_xml(client: Client, address: str) -> tuple[list[str], str | None]:
    root = xml(client, address)
    ids = [element.text or "" for element in root.iter("guid")]
    if ".atom" in address:
        # A retracted line's tombstone stands in its place, before those of lines elsewhere.
        ids = entry_ids(root) + [
            each for each in tombstone_ids(root) if each in own_of(client, address)
        ]
    return ids, link(root, "prev-archive")


def own_of(client: Client, address: str) -> list[str]:
    """The lines that a document is about, told by the format that shows them all."""
    told = json_object(client, address.replace(".atom", ".json"))
    return [item["id"] for item in told["items"]]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_the_way_back_passes_every_line_once(client: Client, ending: str, query: str) -> None:
    address: str | None = f"/changes.{ending}{query}"
    passed: list[str] = []
    sizes = []
    while address is not None:
        ids, address = in_xml(client, address)
        passed += ids
        sizes.append(len(ids))
    assert sorted(passed) == sorted(wanted(query))
    assert len(passed) >= 4
    assert all(size == 4 for size in sizes[:-1])
    if ending == "rss":
        assert passed == wanted(query)


@pytest.mark.parametrize("query", QUERIES)
def test_json_feeds_lead_back_too(client: Client, query: str) -> None:
    told = json_object(client, f"/changes.json{query}")
    passed = [item["id"] for item in told["items"]]
    while "next_url" in told:
        told = json_object(client, told["next_url"])
        passed += [item["id"] for item in told["items"]]
    assert passed == wanted(query)


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_the_way_forward_ends_at_the_subscription_document(client: Client, ending: str) -> None:
    newest = f"http://testserver/changes.{ending}"
    root = xml(client, f"{newest}?before=3")
    passed, follow = [], link(root, "next-archive")
    while follow is not None:
        passed.append(follow)
        root = xml(client, follow)
        follow = link(root, "next-archive")
    assert passed == [f"{newest}?before={n}" for n in (7, 11, 15, 19)]
    assert link(root, "previous") == newest


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_documents_name_their_neighbours(client: Client, ending: str) -> None:
    newest = f"http://testserver/changes.{ending}"
    current, archive = xml(client, newest), xml(client, f"{newest}?before=10")
    assert current.find(f".//{ARCHIVE}") is None
    assert archive.find(f".//{ARCHIVE}") is not None
    relations = ("self", "first", "current", "previous", "next", "prev-archive", "next-archive")
    count = len(log())
    older = f"{newest}?before={count - 3}"
    assert [link(current, rel) for rel in relations] == [
        *(newest, newest, None, None, older, older, None)
    ]
    assert [link(archive, rel) for rel in relations] == [
        *(f"{newest}?before=10", newest, newest, f"{newest}?before=14", f"{newest}?before=6"),
        *(f"{newest}?before=6", f"{newest}?before=14"),
    ]


@pytest.mark.parametrize("ending", TYPES)
def test_an_archive_stays_as_it_is(client: Client, ending: str) -> None:
    address = f"/changes.{ending}?before=8&kind=status&kind=mention"
    before = client.get(address).content
    published_commitment()
    assert client.get(address).content == before


def test_the_links_of_a_filter_keep_the_filter(client: Client) -> None:
    root = xml(client, "/changes.atom?kind=status&commitment=agreement&kind=mention&before=7")
    query = "commitment=CAN-KOR-2025-001&kind=mention&kind=status"
    assert link(root, "current") == f"http://testserver/changes.atom?{query}"
    assert link(root, "self") == f"http://testserver/changes.atom?{query}&before=7"
    assert ChangeKind.STATUS in query


def test_before_the_first_line_there_is_nothing(client: Client) -> None:
    root = xml(client, "/changes.atom?before=1")
    assert (entry_ids(root), link(root, "prev-archive")) == ([], None)
    assert link(root, "previous") == "http://testserver/changes.atom?before=5"
