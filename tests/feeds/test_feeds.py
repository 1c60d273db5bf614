"""The three feeds: the same lines as the log, whole and safe, under every filter."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.test import Client, override_settings

from tests.feeds.reading import TYPES, json_object, link, parsed, xml
from tests.feeds.small_register import log, publish_small_register
from tests.make import (
    NOW,
    published_commitment,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.amend import amend
from tracker.actions.raise_flags import raise_flags
from tracker.models import Change, Meeting, Stage
from tracker.queries.log.change_summary import summarise
from tracker.schema.payloads import change_id

Told = list[tuple[str, str, str]]
MEETING = "2026-02-25-second-2plus2-ministerial"


def as_xml(client: Client, ending: str, query: str = "") -> Told:
    told = parsed(client, f"/changes.{ending}{query}")
    return [(entry.id, entry.title, entry.link) for entry in told.entries]


def as_json(client: Client, query: str = "") -> Told:
    told = json_object(client, f"/changes.json{query}")
    return [(item["id"], item["title"], item["url"]) for item in told["items"]]


def told_by_the_page(client: Client, query: str) -> list[str]:
    return [change_id(line.change) for line in client.get(f"/changes/{query}").context["lines"]]


@pytest.mark.usefixtures("shipped_register")
def test_every_format_tells_the_newest_fifty_lines(client: Client) -> None:
    newest = summarise(log()[:50])
    told = as_json(client)
    assert [(entry, title) for entry, title, _link in told] == [
        (change_id(line.change), line.title) for line in newest
    ]
    assert len(set(told)) == 50
    assert as_xml(client, "rss") == told
    assert as_xml(client, "atom") == told
    for item in json_object(client, "/changes.json")["items"]:
        change = Change.objects.get(seq=item["_commitment_tracker"]["seq"])
        assert (item["id"], item["_commitment_tracker"]["hash"]) == (change_id(change), change.hash)
        assert item["date_published"] == item["date_modified"] == "2026-11-22T09:00:00Z"


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    "query",
    [
        "?q=GSOMIA",
        "?flag=not_mentioned",
        "?kind=flag",
        "?kind=status&kind=mention&significance=major",
        "?stage=signed",
        "?party=canada&topic=information-security",
        f"?meeting={MEETING}&instrument=dialogue",
        "?forum=2plus2-ministerial&kind=meeting",
        "?commitment=CAN-KOR-2025-004",
        "?commitment=can-kor-2025-004&commitment=CAN-KOR-2025-003",
        "?target_after=2028&updated_since=2026-11-22",
        "?q=nothing-at-all",
    ],
)
def test_a_feed_holds_what_the_page_of_changes_shows(client: Client, query: str) -> None:
    raise_flags(now=NOW)
    if client.get(f"/changes/{query}").context["filter"].errors:
        assert client.get(f"/changes.atom{query}").status_code == 400
        return
    shown = told_by_the_page(client, query)
    for told in (as_json(client, query), as_xml(client, "rss", query)):
        assert [entry for entry, _title, _link in told] == shown
    assert [entry for entry, _title, _link in as_xml(client, "atom", query)] == shown


def test_an_entry_says_what_moved_where(client: Client, db: None) -> None:
    meeting = published_meeting(title="Second 2+2", place="Ottawa")
    commitment = published_commitment(title="Agreement", stage=Stage.CONCLUDED)
    published_update(commitment, stage=Stage.SIGNED, meeting=meeting, quotation="have signed")
    item = json_object(client, "/changes.json")["items"][0]
    assert item["title"] == "Agreement: Concluded → Signed, Second 2+2, Ottawa"
    assert item["url"] == f"http://testserver{commitment.get_absolute_url()}#update-2"
    assert item["tags"] == ["status", "advanced"]
    citation = commitment.updates.get(number=2).citations.get()
    assert item["external_url"] == citation.source.url
    for told in (item["content_html"], item["content_text"]):
        assert "“have signed”" in told
        assert f"http://testserver{meeting.get_absolute_url()}" in told
        assert "Stage: Concluded → Signed" in told
        assert "The statement says so." in told
    for page in (citation.source.get_absolute_url(), commitment.get_absolute_url()):
        assert f'href="http://testserver{page}"' in item["content_html"]
    assert f'href="{citation.source.url}"' in item["content_html"]


def test_atom_names_pages_and_documents(client: Client, db: None) -> None:
    meeting = published_meeting()
    commitment = published_commitment(meeting=meeting)
    source = commitment.updates.get().citations.get().source
    entry = parsed(client, "/changes.atom").entries[0]
    found = [(each.rel, each.href) for each in entry.links]
    site = "http://testserver"
    assert ("alternate", f"{site}{commitment.get_absolute_url()}#update-1") in found
    for record in (commitment, meeting, source):
        assert ("related", site + record.get_absolute_url()) in found
    assert ("via", source.url) in found


# -- Text ---------------------------------------------------------------------------------------


def contents(client: Client) -> list[Any]:
    atom, rss = (parsed(client, f"/changes.{ending}") for ending in ("atom", "rss"))
    items = json_object(client, "/changes.json")["items"]
    return [
        *(entry.content[0].value for entry in atom.entries),
        *(entry.summary for entry in rss.entries),
        *(item["content_html"] for item in items),
    ]


@pytest.mark.django_db
def test_no_text_becomes_markup(client: Client) -> None:
    publish_small_register()
    told = contents(client)
    assert len(told) >= 60
    for fragment in told:
        tree = html5lib.HTMLParser(strict=True).parseFragment(fragment)
        names = {element.tag.rpartition("}")[2] for element in tree.iter() if element.tag}
        assert names <= {*("DOCUMENT_FRAGMENT", "p", "strong", "em", "a", "ul", "li", "blockquote")}
    hostile = "]]&gt; &lt;script&gt;alert(1)&lt;/script&gt; &amp; “quoted” 한국어"
    assert sum(hostile in fragment for fragment in told) > 10
    assert any("“협정을 &lt;체결&gt;하기로”" in fragment for fragment in told)


@pytest.mark.parametrize("ending", TYPES)
def test_control_characters_are_left_out(client: Client, db: None, ending: str) -> None:
    text = "a\x01b\x0bc\x1bd\ufffee"
    published_commitment(title=text, summary=text, rationale=text, quotation=text)
    told = client.get(f"/changes.{ending}").content.decode()
    assert "abcde: recorded" in told
    assert not any(sign in told for sign in "\x01\x0b\x1b\ufffe")
    assert "\\u0001" not in told


# -- The document -------------------------------------------------------------------------------


def test_a_feed_says_what_it_is(client: Client, db: None) -> None:
    published_commitment()
    query = "?party=canada&stage=announced"
    title = "Commitment Tracker: Changes to commitments at the stage Announced, of Canada"
    atom, rss = (parsed(client, f"/changes.{ending}{query}").feed for ending in ("atom", "rss"))
    told = json_object(client, f"/changes.json{query}")
    page = f"http://testserver/changes/{query}"
    assert (atom.title, rss.title, told["title"]) == (title, title, title)
    assert (atom.link, rss.link, told["home_page_url"]) == (page, page, page)
    assert (atom.language, rss.language, told["language"]) == ("en", "en", "en")
    assert atom.generator == rss.generator == "Commitment Tracker"
    assert atom.author == told["authors"][0]["name"] == "Commitment Tracker"
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["feed_url"] == f"http://testserver/changes.json{query}"
    for ending in ("atom", "rss"):
        own = link(xml(client, f"/changes.{ending}{query}"), "self")
        assert own == f"http://testserver/changes.{ending}{query}"


@override_settings(ALLOWED_HOSTS=["testserver", "register.example.org"])
def test_a_filter_has_one_id_and_one_address(client: Client, db: None) -> None:
    commitment = published_commitment(reference="CAN-KOR-2026-001", slug="pledge")

    def id_of(query: str, host: str = "testserver") -> str:
        response = client.get(f"/changes.atom{query}", headers={"host": host})
        found: str = response.content.decode().partition("<id>")[2].partition("</id>")[0]
        return found

    ids = {id_of(""), id_of("?party=canada"), id_of("?stage=signed"), id_of("?kind=status")}
    assert len(ids) == 4
    assert all(each.startswith("urn:uuid:") for each in ids)
    one = id_of("?party=canada&stage=signed&stage=announced")
    assert id_of("?sort=title&stage=announced&page=2&stage=signed&party=canada&q=") == one
    assert id_of("?party=canada&stage=signed&stage=announced&before=2") == one
    assert id_of("?stage=signed&stage=announced&party=canada", "register.example.org") == one
    published_update(commitment)
    assert id_of("?party=canada&stage=signed&stage=announced") == one
    assert id_of("?commitment=pledge") == id_of("?commitment=CAN-KOR-2026-001")
    told = json_object(client, "/changes.json?sort=title&commitment=pledge")
    assert told["feed_url"] == "http://testserver/changes.json?commitment=CAN-KOR-2026-001"


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_an_empty_feed_does_not_look_at_the_clock(client: Client, db: None, ending: str) -> None:
    nothing = parsed(client, f"/changes.{ending}").feed
    assert nothing.updated_parsed[:3] == (1970, 1, 1)
    published_commitment()
    none_found = parsed(client, f"/changes.{ending}?stage=signed")
    assert none_found.entries == []
    assert none_found.feed.updated_parsed[:5] == (2026, 11, 22, 9, 0)


def test_updated_is_that_of_the_newest_entry(client: Client, db: None) -> None:
    commitment = published_commitment()
    published_update(commitment, stage=Stage.SIGNED, now=NOW + dt.timedelta(hours=1))
    published_commitment(now=NOW + dt.timedelta(hours=2))
    query = f"?commitment={commitment.reference}"
    assert parsed(client, f"/changes.atom{query}").feed.updated == "2026-11-22T10:00:00+00:00"


# -- What cannot be followed --------------------------------------------------------------------


REFUSED = {
    "stage=nonsense": "There is no “nonsense” here. Choose from the list.",
    "as_of=2026-01-01": "take it from /changes/?as_of=… or from a file.",
    "known_at=2026-01-01": "follows the register as it grows",
    "partyy=canada": "There is no parameter “partyy” here.",
    "kind=nonsense": "There is no “nonsense” here.",
    "commitment=nothing": "There is no commitment “nothing” here.",
    **{
        f"before={value}": "“before” is the number of a line of the log"
        for value in ("0", "-1", "x", "1.5", "٣", "%00", "007", "9" * 30, "1&before=2")
    },
}


@pytest.mark.parametrize("ending", TYPES)
def test_no_line_named_is_the_newest_document(client: Client, db: None, ending: str) -> None:
    published_commitment()
    newest = client.get(f"/changes.{ending}")
    empty = client.get(f"/changes.{ending}?before=")
    assert (empty.status_code, empty.content) == (200, newest.content)


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("query", REFUSED)
def test_what_cannot_be_followed_is_refused(
    client: Client, db: None, ending: str, query: str
) -> None:
    published_commitment()
    response = client.get(f"/changes.{ending}?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    errors = response.json()["errors"]
    assert {error["parameter"] for error in errors} == {query.partition("=")[0]}
    assert REFUSED[query] in " ".join(error["detail"] for error in errors)


@pytest.mark.parametrize("ending", TYPES)
def test_only_questions_are_answered(client: Client, db: None, ending: str) -> None:
    assert client.post(f"/changes.{ending}").status_code == 405
    assert client.head(f"/changes.{ending}").status_code == 200


def test_what_a_feed_adds_of_its_own_is_documented(client: Client, db: None) -> None:
    published_commitment()
    told = json_object(client, "/changes.json")["items"][0]["_commitment_tracker"]
    described = (Path(__file__).parents[2] / "tracker/docs/feeds.md").read_text("utf-8")
    assert [key for key in told if f"`{key}`" not in described] == []
    for ending in TYPES:
        assert f"`/changes.{ending}`" in described


def test_an_entry_that_was_written_before_tells_the_names_of_today(
    client: Client, db: None
) -> None:
    """The words of a line are kept; the meeting's name in them is not the line's own."""
    meeting = published_meeting(title="Talks")
    published_commitment(meeting=meeting)
    before = client.get("/changes.json").json()["items"]
    amend(meeting, values={"title": "Ministers’ talks"}, now=NOW)
    after = client.get("/changes.json").json()["items"]
    assert [item["id"] for item in after[1:]] == [item["id"] for item in before]
    assert before[0]["title"].endswith(", Talks")
    assert after[1]["title"].endswith(", Ministers’ talks")
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        elsewhere = client.get("/changes.json", headers={"host": "localhost"}).json()["items"]
    assert elsewhere[1]["url"] == after[1]["url"].replace("testserver", "localhost")


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
def test_links_of_a_note_lead_to_the_site_from_anywhere(
    client: Client, db: None, ending: str
) -> None:
    published_note(text="See [the statement](/sources/statement/) and [this](#update-1).")
    told = client.get(f"/changes.{ending}?kind=commentary").content.decode()
    page = Meeting.objects.get().get_absolute_url()
    assert "http://testserver/sources/statement/" in told
    assert f"http://testserver{page}#update-1" in told
    for relative in ('href="/', 'href=\\"/', "href=&quot;/", "](/", 'href="#', "](#"):
        assert relative not in told
