"""What polling costs: nothing new takes one query; a hub spares even that."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.feeds.reading import TYPES, json_object, link, xml
from tests.feeds.small_register import publish_small_register
from tests.make import NOW, published_commitment, published_correction, published_update
from tracker import answers
from tracker.actions.correct import retract_commitment, retract_update
from tracker.filters import ChangeFilter
from tracker.models import Stage

ADDRESSES = [*(f"/changes.{ending}" for ending in TYPES), "/calendar.ics"]
TODAY = NOW.date()
MOVED = "Sun, 22 Nov 2026 09:00:00 GMT"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "now", lambda: NOW + dt.timedelta(days=1))


def queries(client: Client, address: str, **headers: str) -> tuple[int, int]:
    """The status of the answer and how many queries it took."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers={n.replace("_", "-"): v for n, v in headers.items()})
        response.getvalue()
    return response.status_code, len(captured)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_new_takes_one_query(client: Client, db: None, address: str) -> None:
    commitment = published_commitment(target="2028")
    first = client.get(f"{address}?party=canada")
    assert first.headers["Last-Modified"] == MOVED
    tag = first.headers["ETag"]
    address = f"{address}?party=canada"
    assert queries(client, address, if_none_match=tag) == (304, 1)
    # A time alone does not say that it was given with an answer and not with a refusal, so a
    # calendar, which no cache has, looks at what is asked for.
    few = 3 if address.startswith("/calendar") else 1
    assert queries(client, address, if_modified_since=MOVED) == (304, few)
    published_update(commitment, now=NOW + dt.timedelta(seconds=1))
    assert queries(client, address, if_none_match=tag)[0] == 200
    assert queries(client, address, if_modified_since=MOVED)[0] == 200
    assert queries(client, address, if_none_match=tag, if_modified_since=MOVED)[0] == 200


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("query", ["?flag=overdue", "?updated_since=2026-11-01"])
def test_what_the_day_changes_has_no_last_modified(
    client: Client, db: None, address: str, query: str
) -> None:
    published_commitment(target="2028")
    assert not client.get(address + query).has_header("Last-Modified")
    assert client.get(f"{address}?q=").has_header("Last-Modified")
    assert not client.get("/").has_header("Last-Modified")


def test_a_second_that_is_not_over_has_no_last_modified(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_commitment(now=NOW)
    for microseconds, told in ((0, False), (999_999, False), (1_000_000, True)):
        instant = NOW + dt.timedelta(microseconds=microseconds)
        monkeypatch.setattr(answers, "now", lambda instant=instant: instant)
        assert client.get("/changes.atom").has_header("Last-Modified") is told


def test_an_empty_log_was_never_modified(client: Client, db: None) -> None:
    assert not client.get("/changes.atom").has_header("Last-Modified")


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("query", ["", "?party=canada&stage=announced&stage=signed&before=9999"])
def test_fifty_lines_take_the_queries_of_a_few(
    client: Client, db: None, settings: Settings, ending: str, query: str
) -> None:
    published_commitment()
    address = f"/changes.{ending}{query}"
    few = queries(client, address)[1]
    assert few <= 12
    # Each with something to look up: corrections, retractions, notes, meetings.
    publish_small_register()
    some = queries(client, address)[1]
    assert some <= few + 2
    _write_many_lines()
    if ending == "json":
        # The newest document is full; the last archive has what came since it was cut.
        found = ChangeFilter(QueryDict(query[1:].replace("&before=9999", "")), today=TODAY)
        lines = found.log.count()
        last = (lines - 1) % settings.FEED_ENTRIES + 1
        assert lines > settings.FEED_ENTRIES > last
        told = json_object(client, address)["items"]
        assert len(told) == (last if query else settings.FEED_ENTRIES)
    # Where there is more than one document, the newest looks for the cut: two queries more.
    most = some if query else some + 2
    assert queries(client, address)[1] <= most  # fewer where entries are kept
    _write_many_lines()
    assert queries(client, address)[1] <= most


def _write_many_lines() -> None:
    """More than fit in one document, the last a retraction."""
    commitments = [published_commitment() for _number in range(12)]
    for commitment in commitments:
        wrong = published_update(commitment, stage=Stage.SIGNED)
        retract_update(published_correction(wrong, stage=Stage.CONCLUDED), reason="No.", now=NOW)
    retract_commitment(commitments[-1], reason="No.", now=NOW)


# -- The hub ------------------------------------------------------------------------------------

HUB = "https://hub.example.org/"


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("query", ["", "?commitment=CAN-KOR-2026-001"])
def test_what_is_pinged_names_the_hub(
    client: Client, db: None, settings: Settings, ending: str, query: str
) -> None:
    settings.WEBSUB_HUB, settings.PUBLIC_URL = HUB, "https://register.example.org"
    published_commitment(reference="CAN-KOR-2026-001", slug="pledge")
    topic = f"https://register.example.org/changes.{ending}{query}"
    for asked in {query, query.replace("CAN-KOR-2026-001", "pledge")}:
        response = client.get(f"/changes.{ending}{asked}")
        assert response.headers["Link"] == f'<{HUB}>; rel="hub", <{topic}>; rel="self"'
    if ending == "json":
        told = json_object(client, f"/changes.json{query}")
        assert (told["hubs"], told["feed_url"]) == ([{"type": "WebSub", "url": HUB}], topic)
    else:
        root = xml(client, f"/changes.{ending}{query}")
        assert (link(root, "hub"), link(root, "self")) == (HUB, topic)


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize(
    "query",
    [
        "?party=canada",
        "?commitment=one&commitment=two",
        "?commitment=one&kind=status",
        "?before=3",
        "?commitment=one&before=3",
    ],
)
def test_what_is_not_pinged_names_no_hub(
    client: Client, db: None, settings: Settings, ending: str, query: str
) -> None:
    settings.WEBSUB_HUB = HUB
    for slug in ("one", "two"):
        published_commitment(slug=slug)
    response = client.get(f"/changes.{ending}{query}")
    assert response.status_code == 200
    assert not response.has_header("Link")
    assert HUB not in response.content.decode()


@pytest.mark.parametrize("ending", TYPES)
def test_without_a_hub_there_is_none(client: Client, db: None, ending: str) -> None:
    response = client.get(f"/changes.{ending}")
    assert not response.has_header("Link")
    assert "hub" not in response.content.decode()
