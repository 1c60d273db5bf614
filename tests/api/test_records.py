"""Meetings, sources, parties, topics, forums and the entrance."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.asking import all_pages, body, faults, problem
from tests.make import (
    NOW,
    first_update,
    make_forum,
    make_source,
    make_topic,
    published_commitment,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.amend import amend
from tracker.models import Party

LISTS = ("meetings", "sources", "parties", "topics", "forums")


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("noun", LISTS)
@pytest.mark.parametrize("query", ["", "as_of=2024-12-01", "known_at=2026-11-21"])
def test_a_list_holds_what_its_page_lists(client: Client, noun: str, query: str) -> None:
    context = client.get(f"/{noun}/?{query}").context
    shown = [record.slug for record in context["paging"].rows]
    records = all_pages(client, f"/api/v1/{noun}/?{query}&per_page=3")
    assert [record["slug"] for record in records] == shown
    for record in records:
        assert client.get(record.get("page", record["url"])).status_code == 200


def test_a_meeting_tells_what_it_did(client: Client, db: None) -> None:
    forum = make_forum(slug="ministerial")
    before = published_meeting(slug="first", forum=forum, date="2025-02-25")
    at = published_meeting(slug="second", forum=forum, date="2026-02-25", fully_recorded=True)
    moved = published_commitment(slug="moved", meeting=before, happened="2025-02-25")
    published_commitment(slug="silent", title="Left out", meeting=before, happened="2025-02-25")
    published_update(moved, meeting=at, stage="signed")
    published_note(key="remark", meeting=at)
    told = body(client, "/api/v1/meetings/second/")
    assert (told["previous"], told["next"], told["forum"]) == ("first", None, "ministerial")
    [update] = told["updates"]
    assert update == body(client, "/api/v1/commitments/moved/")["updates"][1]
    assert update["movement"] == ["advanced"]
    assert [silent["slug"] for silent in told["passed_over"]] == ["silent"]
    assert [note["key"] for note in told["notes"]] == ["remark"]
    first = body(client, "/api/v1/meetings/first/")
    assert (first["next"], first["passed_over"]) == ("second", [])
    assert {u["commitment"]["slug"] for u in first["updates"]} == {"moved", "silent"}


def test_a_source_tells_what_rests_on_it(client: Client, db: None) -> None:
    source = make_source(slug="statement")
    meeting = published_meeting(slug="first", sources=[source])
    commitment = published_commitment(reference="CAN-KOR-2025-001", source=source, meeting=meeting)
    told = body(client, "/api/v1/sources/statement/")
    assert told["citations"] == [
        {
            "update": "CAN-KOR-2025-001/1",
            "commitment": {
                "reference": "CAN-KOR-2025-001",
                "slug": commitment.slug,
                "title": commitment.title,
            },
            "quotation": "will sign the agreement",
            "locator": "paragraph 1",
            "language": "en",
        }
    ]
    assert told["meetings"] == ["first"]
    assert told["page"] == "http://testserver/sources/statement/"
    assert problem(client, "/api/v1/sources/statement/?as_of=2020-01-01", 404)
    assert problem(client, "/api/v1/sources/statement/?known_at=2026-11-21", 404)


@pytest.mark.parametrize("noun", ["meeting", "source"])
def test_a_renamed_record_leads_on(client: Client, db: None, noun: str) -> None:
    meeting = published_meeting(slug="old")
    source = first_update(published_commitment(meeting=meeting)).citations.get().source
    amend(source, values={"slug": "old"}, now=NOW)
    source.refresh_from_db()
    if noun == "meeting":
        amend(meeting, values={"slug": "new"}, now=NOW)
    else:
        amend(source, values={"slug": "new"}, now=NOW)
    response = client.get(f"/api/v1/{noun}s/old/?as_of=2026-11-01")
    assert response.status_code == 301
    assert response.headers["Location"] == f"/api/v1/{noun}s/new/?as_of=2026-11-01"


def test_a_draft_of_anything_is_left_out(client: Client, db: None) -> None:
    published_meeting(slug="first", forum=make_forum(slug="ministerial"))
    forum = make_forum(slug="draft-forum", parties=[Party.objects.get(code="CAN")])
    make_topic(slug="draft-topic")
    make_source(slug="draft-source")
    for noun in LISTS:
        assert "draft" not in client.get(f"/api/v1/{noun}/").content.decode()
    assert problem(client, "/api/v1/sources/draft-source/", 404)
    assert problem(client, f"/api/v1/meetings/{forum.slug}/", 404)


@pytest.mark.parametrize("noun", LISTS)
def test_only_a_moment_and_a_page_can_be_asked_for(client: Client, db: None, noun: str) -> None:
    told = faults(client, f"/api/v1/{noun}/?as_of=2999-01-01&party=canada&page=x&per_page=201")
    assert told == {
        "as_of": "2999-01-01 has not come yet; today is 2026-11-22.",
        "party": "There is no parameter “party” here.",
        "page": "“x” is not a whole number from 1 to 1000000000.",
        "per_page": "“201” is not a whole number from 1 to 200.",
    }


def test_the_entrance_leads_everywhere(client: Client, db: None) -> None:
    published_commitment(slug="one")
    told = body(client, "/api/v1/")
    assert (told["version"], told["day"], told["log_head"]["seq"]) == ("1", "2026-11-22", 2)
    filled = {"{slug}": "one", "{seq}": "1", "{?after}": "?after=1"}
    for name, address in told["links"].items():
        for braces, value in filled.items():
            address = address.replace(braces, value)  # noqa: PLW2901
        expected = 404 if name in {"meeting", "source"} else 200
        assert client.get(address).status_code == expected, address
    link = client.get("/api/v1/").headers["Link"]
    assert '<http://testserver/api/v1/schema/>; rel="service-desc"' in link
    assert faults(client, "/api/v1/?q=x") == {"q": "There is no parameter “q” here."}
