"""The Atom feed: RFC 4287's parts, permanent ids, the dashboard's filters."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from tests.make import NOW, published_commitment, published_meeting, published_update
from tracker.actions.correct import retract_update
from tracker.actions.raise_flags import raise_flags
from tracker.models import Change, Stage
from tracker.payloads import change_id

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, query: str = "") -> ET.Element:
    response = client.get(f"/changes.atom{query}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)  # noqa: S314 - our own feed


def texts(root: ET.Element, path: str) -> list[str]:
    return [e.text or "" for e in root.findall(path.replace("a:", ATOM))]


def test_an_entry_says_what_moved_where(client: Client, db: None) -> None:
    meeting = published_meeting(title="Second 2+2", place="Ottawa")
    commitment = published_commitment(title="Agreement", stage=Stage.CONCLUDED)
    published_update(
        commitment, stage=Stage.SIGNED, meeting=meeting, quotation="have <signed> & sealed"
    )
    entry = feed(client).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "Agreement: Concluded → Signed, Second 2+2, Ottawa"
    summary = entry.findtext(f"{ATOM}summary") or ""
    assert "have &lt;signed&gt; &amp; sealed" in summary
    assert "Global Affairs Canada" in summary
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"http://testserver{commitment.get_absolute_url()}"


@pytest.mark.usefixtures("shipped_register")
def test_required_parts_are_there_and_ids_are_unique(client: Client) -> None:
    root = feed(client)
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 50
    for entry in entries:
        assert all(entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    ids = texts(root, "a:entry/a:id")
    assert len(set(ids)) == 50
    assert all(i.startswith("urn:uuid:") for i in ids)


def test_ids_stay_when_the_register_moves_on(client: Client, db: None) -> None:
    commitment = published_commitment()
    before = texts(feed(client), "a:entry/a:id")
    mistake = published_update(commitment, stage=Stage.SIGNED)
    retract_update(mistake, reason="Not so.", now=NOW + dt.timedelta(days=1))
    after = texts(feed(client), "a:entry/a:id")
    assert after[-len(before) :] == before
    assert [change_id(change) for change in Change.objects.order_by("-seq")] == after


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?q=GSOMIA", 6),
        ("?flag=dropped", 1),
        ("?kind=flag", 2),
        ("?stage=signed", 1),
        ("?q=nothing-at-all", 0),
    ],
)
def test_filters_work_on_the_feed(client: Client, query: str, count: int) -> None:
    raise_flags(now=NOW)
    assert len(feed(client, query).findall(f"{ATOM}entry")) == count


def test_an_empty_feed_does_not_look_at_the_clock(client: Client, db: None) -> None:
    assert feed(client).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"


@pytest.mark.usefixtures("shipped_register")
def test_pages_name_their_feed(client: Client) -> None:
    page = client.get("/?stage=signed").content.decode()
    assert 'href="/changes.atom?stage=signed"' in page
    assert 'type="application/atom+xml"' in page
