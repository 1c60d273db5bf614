"""Following a feed backwards (RFC 5005): every line once, in documents that stay as they are."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
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
from tests.make import published_commitment, published_meeting
from tracker.feeds import cuts
from tracker.models import Change, ChangeKind
from tracker.schema.payloads import change_id

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
def test_the_way_back_leaves_no_line_out(client: Client, ending: str, query: str) -> None:
    address: str | None = f"/changes.{ending}{query}"
    passed: list[str] = []
    sizes = []
    while address is not None:
        ids, address = in_xml(client, address)
        passed += ids
        sizes.append(len(ids))
    assert set(passed) == set(wanted(query))
    assert len(passed) >= 4
    assert all(size == 4 for size in sizes)
    # Archives have no line in common; the newest may repeat some of the newest document.
    archived = passed[4:]
    assert len(set(archived)) == len(archived)
    if ending == "rss":
        assert list(dict.fromkeys(passed)) == wanted(query)


@pytest.mark.parametrize("query", QUERIES)
def test_json_feeds_lead_back_too(client: Client, query: str) -> None:
    told = json_object(client, f"/changes.json{query}")
    passed = [item["id"] for item in told["items"]]
    while "next_url" in told:
        told = json_object(client, told["next_url"])
        passed += [item["id"] for item in told["items"]]
    assert list(dict.fromkeys(passed)) == wanted(query)
    assert len(set(passed[4:])) == len(passed[4:])


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_the_way_forward_ends_at_the_subscription_document(client: Client, ending: str) -> None:
    newest = f"http://testserver/changes.{ending}"
    root = xml(client, f"{newest}?before=3")
    passed, follow = [], link(root, "next-archive")
    while follow is not None:
        passed.append(follow)
        root = xml(client, follow)
        follow = link(root, "next-archive")
    assert passed == [f"{newest}?before={n}" for n in (5, 9, 13, 17, 21)]
    assert link(root, "previous") == newest


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_documents_name_their_neighbours(client: Client, ending: str) -> None:
    newest = f"http://testserver/changes.{ending}"
    current, archive = xml(client, newest), xml(client, f"{newest}?before=9")
    assert current.find(f".//{ARCHIVE}") is None
    assert archive.find(f".//{ARCHIVE}") is not None
    relations = ("self", "first", "current", "previous", "next", "prev-archive", "next-archive")
    # Line 1 begins an archive, and so does each fourth after it.
    last_but_four = len(log()) - 4
    older = f"{newest}?before={(last_but_four - 1) // 4 * 4 + 5}"
    assert [link(current, rel) for rel in relations] == [
        *(newest, newest, None, None, older, older, None)
    ]
    assert [link(archive, rel) for rel in relations] == [
        *(f"{newest}?before=9", newest, newest, f"{newest}?before=13", f"{newest}?before=5"),
        *(f"{newest}?before=5", f"{newest}?before=13"),
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


def archives(client: Client, address: str) -> dict[str, bytes]:
    """Each archive of a feed by its address, from the newest to the oldest."""
    found: dict[str, bytes] = {}
    follow = link(xml(client, address), "prev-archive")
    while follow is not None:
        found[follow] = client.get(follow).content
        follow = link(xml(client, follow), "prev-archive")
    return found


@pytest.mark.parametrize(
    ("query", "stretch"),
    [("", 1), ("", 40), ("?kind=status&kind=mention", 2), ("?party=canada", 40)],
)
def test_archives_never_move(
    client: Client, monkeypatch: pytest.MonkeyPatch, query: str, stretch: int
) -> None:
    monkeypatch.setattr(cuts, "_ARCHIVES", stretch)
    address = f"/changes.rss{query}"
    before = archives(client, address)
    assert len(before) >= 1
    for _ in range(7):
        published_commitment()
        after = archives(client, address)
        assert list(after)[-len(before) :] == list(before)
        # What follows an archive may have been the newest document, and is an archive now.
        assert [_without_links(after[a]) for a in before] == [
            _without_links(content) for content in before.values()
        ]
        before = after


def _without_links(content: bytes) -> bytes:
    return re.sub(rb"<atom:link [^>]*rel=\"(?:previous|next-archive)\"[^>]*/>", b"", content)


def test_a_change_adds_to_the_newest_document_and_moves_no_address(client: Client) -> None:
    """One line more moves the link to the newest archive at a cut alone: once in four."""
    seen = []
    for number in range(8):
        found = link(xml(client, "/changes.atom"), "prev-archive")
        seen.append(found)
        published_meeting(slug=f"m{number}")
    lines_between = Change.objects.filter(kind="meeting", meeting__slug="m0").count()
    assert lines_between == 1
    assert len(set(seen)) <= 3


def test_the_cuts_ask_as_much_however_long_the_log_is(client: Client) -> None:
    def asked() -> list[int]:
        counts = []
        for address in ("/changes.atom?kind=status", "/changes.atom?kind=status&before=9"):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        return counts

    asked()
    for _ in range(6):
        published_commitment()
        asked()
        # What became of the lines, the cuts, and what a retraction took back.
        newest, archive = asked()
        assert newest <= 8
        assert archive <= 11
