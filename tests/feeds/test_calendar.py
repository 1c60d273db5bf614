"""The calendar as a whole: the register's dates, the dashboard's filters, any text and size."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from pathlib import Path

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.feeds.calendars import content, events, only_event, summaries
from tests.make import (
    NOW,
    make_forum,
    make_party,
    make_topic,
    published_commitment,
    published_meeting,
    published_update,
)
from tracker.actions.correct import retract_commitment, retract_update
from tracker.models import Change, Commitment, Meeting, Stage
from tracker.queries.lists import dates, facet_bitsets, nearest_dates

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "feeds" / "calendar.ics"
LATER = NOW + dt.timedelta(days=1)


@pytest.mark.usefixtures("shipped_register")
def test_the_whole_file(client: Client) -> None:
    assert told(client) == SAMPLE.read_bytes().decode()


def told(client: Client) -> str:
    """The calendar with each UID shown as what it belongs to; any edit of the log moves all."""
    text = content(client).decode()
    for what, records in (("target", Commitment.objects.all()), ("meeting", Meeting.objects.all())):
        for record in records:
            line = Change.objects.get(seq=record.published_seq)
            uid = uuid.uuid5(uuid.NAMESPACE_OID, f"{line.hash} {what}")
            text = text.replace(f"UID:{uid}\r\n", f"UID:({what} {record.slug})\r\n")
    return text


@pytest.mark.usefixtures("shipped_register")
def test_it_holds_every_date_of_the_register(client: Client) -> None:
    told = {
        (e["DTSTART"].dt, e["DTEND"].dt, str(e["URL"]), str(e.get("LOCATION", "")))
        for e in events(client)
    }
    day = dt.timedelta(days=1)
    targets = Commitment.objects.filter(target_last_day__isnull=False)
    meetings = Meeting.objects.filter(first_day__isnull=False)
    assert targets.count() > 2
    assert meetings.count() > 5
    site = "http://testserver"
    assert told == {
        (c.target_last_day, c.target_last_day + day, site + c.get_absolute_url(), "")
        for c in targets
    } | {(m.last_day, m.last_day + day, site + m.get_absolute_url(), m.place) for m in meetings}


def test_it_says_what_it_is(client: Client, db: None) -> None:
    published_commitment(target="2028")
    calendar = icalendar.Calendar.from_ical(content(client, "?party=canada&stage=announced"))
    assert calendar["VERSION"] == "2.0"
    # RFC 5546, section 3.2.1: METHOD:PUBLISH asks for an ORGANIZER in each event.
    assert "METHOD" not in calendar
    assert calendar["CALSCALE"] == "GREGORIAN"
    name = "Commitment Tracker: Commitments at the stage Announced, of Canada"
    assert names_of(calendar) == {name}
    assert calendar["REFRESH-INTERVAL"].dt == dt.timedelta(hours=6)
    assert calendar["SOURCE"] == "http://testserver/calendar.ics?party=canada&stage=announced"
    assert calendar["URL"] == "http://testserver/?party=canada&stage=announced"
    assert calendar["LAST-MODIFIED"].dt == NOW
    headers = client.get("/calendar.ics?party=canada").headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"] == 'inline; filename="commitments-of-canada.ics"'


def names_of(calendar: icalendar.Component) -> set[str]:
    """NAME and X-WR-CALNAME, which the library reads without taking their escapes away."""
    return {re.sub(r"\\(.)", r"\1", calendar[name]) for name in ("NAME", "X-WR-CALNAME")}


def test_an_empty_register_has_an_empty_calendar(client: Client, db: None) -> None:
    calendar = icalendar.Calendar.from_ical(content(client))
    assert "LAST-MODIFIED" not in calendar
    assert calendar.walk("VEVENT") == []
    # RFC 5545, section 3.6: a calendar holds at least one component.
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]


def test_a_calendar_with_events_holds_nothing_else(client: Client, db: None) -> None:
    published_meeting()
    calendar = icalendar.Calendar.from_ical(content(client))
    assert [part.name for part in calendar.subcomponents] == ["VEVENT"]


def test_which_meetings_a_filter_leaves(client: Client, db: None) -> None:
    one, two, three = (
        published_meeting(title=title, slug=title, forum=make_forum(slug=f"forum-{title}"))
        for title in ("one", "two", "three")
    )
    norway = make_party(slug="norway")
    published_meeting(title="four", slug="four", parties=[norway])
    published_commitment(title="Signed", stage=Stage.SIGNED, meeting=one)
    published_commitment(title="Announced", meeting=two)
    mistake = published_commitment(meeting=two)
    wrong = published_update(mistake, stage=Stage.SIGNED, meeting=three)
    retract_update(wrong, reason="Not so.", now=LATER)
    for query, titles in {
        "": ["four", "one", "three", "two"],
        "?meeting=one&meeting=three": ["one", "three"],
        "?forum=forum-two": ["two"],
        "?party=norway": ["four"],
        "?party=norway&party=canada": ["four", "one", "three", "two"],
        "?forum=forum-one&party=norway": [],
        "?stage=signed": ["one"],
        "?stage=announced": ["two"],
        "?stage=signed&forum=forum-two": [],
        "?q=Announced": ["two"],
        "?q=": ["four", "one", "three", "two"],
    }.items():
        assert summaries(client, query) == titles, query


# -- Text, requests, queries --------------------------------------------------------------------


def test_any_text_is_carried_whole_and_folded(client: Client, db: None) -> None:
    title = 'Due; \\ "x", 한국-캐나다 사이버정책협의회를 개최하기로 합의하였다 ' * 2
    hostile = "line\r\nBEGIN:VEVENT\rEND:VCALENDAR\n\tok"
    published_commitment(title=title.strip(), target="2028", quotation=hostile)
    told = content(client)
    assert all(len(line) <= 75 for line in told.split(b"\r\n"))
    assert b"\r" not in told.replace(b"\r\n", b"")
    assert b"\n" not in told.replace(b"\r\n", b"")
    event = only_event(client)
    assert event["SUMMARY"] == f"Due: {title.strip()} (by the end of 2028)"
    assert "“line\nBEGIN:VEVENT\nEND:VCALENDAR\n\tok”" in event["DESCRIPTION"]
    for line in told.split(b"\r\n"):
        line.decode()  # no character is cut in two


ONE_LINE = ["a%0Ab", "a%0Db", "a%0D%0Ab", "%0Aa%09b%0A", "a%C2%85b", "a%E2%80%A8b"]


@pytest.mark.parametrize("typed", ONE_LINE)
def test_words_on_several_lines_are_words_on_one(client: Client, db: None, typed: str) -> None:
    published_commitment(title="One a and b", target="2028")
    published_commitment(title="Another", target="2028")
    told = content(client, f"?q={typed}")
    assert told.decode().splitlines() == content(client, "?q=a%20b").decode().splitlines()
    calendar = icalendar.Calendar.from_ical(told)
    assert names_of(calendar) == {"Commitment Tracker: Commitments that mention “a b”"}
    assert calendar["SOURCE"] == "http://testserver/calendar.ics?q=a+b"
    assert summaries(client, f"?q={typed}") == ["Due: One a and b (by the end of 2028)"]


def test_a_title_on_two_lines_names_the_calendar(client: Client, db: None) -> None:
    commitment = published_commitment(target="2028")
    # As a title could be before titles were held to one line.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_commitment SET title = %s", ["Talk,\r\nthen; sign\x85"])
    told = content(client, f"?commitment={commitment.reference}")
    calendar = icalendar.Calendar.from_ical(told)
    assert names_of(calendar) == {"Commitment Tracker: Commitments named Talk, then; sign"}
    assert b"X-WR-CALNAME:Commitment Tracker: Commitments named Talk\\, then\\; sign" in told
    assert only_event(client)["SUMMARY"] == "Due: Talk, then; sign (by the end of 2028)"


def test_every_text_is_escaped(client: Client, db: None, settings: Settings) -> None:
    """RFC 5545, section 3.3.11: no bare comma, semicolon or backslash in TEXT, X- ones included."""
    settings.REGISTER_NAME = "Us, them; and \\ others"
    hostile = "a, b; c\\d"
    topic = make_topic(name=hostile)
    meeting = published_meeting(title=hostile, place=hostile, summary=hostile)
    published_commitment(title=hostile, topics=[topic], meeting=meeting, target="2028")
    unfolded = content(client, f"?q={'a%2C%3B%5C'}&topic={topic.slug}").decode()
    for body in (unfolded, content(client).decode()):
        for line in body.replace("\r\n ", "").split("\r\n"):
            name, _, value = line.partition(":")
            if name in {"NAME", "X-WR-CALNAME", "SUMMARY", "DESCRIPTION", "LOCATION"}:
                assert re.fullmatch(r"(?:[^\\,;]|\\[\\,;nN])*", value), line
            if name == "CATEGORIES":
                assert value in {r"Target date,a\, b\; c\\d", "Meeting"}


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", ["?q=zzzz", "?q=%0A%2C&stage=signed", "?party=canada&q=nought"])
def test_a_filter_that_finds_nothing_has_a_component(client: Client, query: str) -> None:
    """RFC 5545, section 3.6: icalbody = calprops component, and component is 1*(...)."""
    calendar = icalendar.Calendar.from_ical(content(client, query))
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    (zone,) = calendar.walk("VTIMEZONE")
    assert (zone["TZID"], len(zone.subcomponents)) == ("UTC", 1)


def test_control_characters_are_left_out(client: Client, db: None) -> None:
    meeting = published_meeting()
    Meeting.objects.filter(pk=meeting.pk).update(title="a\x01b\x07c\x1bd", place="x\x0by")
    event = only_event(client)
    assert (event["SUMMARY"], event["LOCATION"]) == ("abcd", "xy")


@pytest.mark.parametrize(
    ("query", "parameter", "sentence"),
    [
        ("stage=nonsense", "stage", "There is no “nonsense” here. Choose from the list."),
        ("as_of=2026-01-01", "as_of", "take it from /changes/?as_of=… or from a file."),
        ("known_at=2026-01-01", "known_at", "follows the register as it grows"),
        ("known_at=soon", "known_at", "Write the day as year-month-day"),
        ("partyy=canada", "partyy", "There is no parameter “partyy” here."),
        ("before=3", "before", "There is no parameter “before” here."),
    ],
)
def test_what_cannot_be_followed_is_refused(
    client: Client, db: None, query: str, parameter: str, sentence: str
) -> None:
    response = client.get(f"/calendar.ics?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    errors = response.json()["errors"]
    assert {error["parameter"] for error in errors} == {parameter}
    assert sentence in " ".join(error["detail"] for error in errors)


@pytest.mark.parametrize("query", ["?sort=-title&page=3", "?as_of=&known_at=&q=", "?per_page=5"])
def test_how_a_page_is_cut_does_not_matter(client: Client, db: None, query: str) -> None:
    published_commitment(target="2028")
    assert content(client, query) == content(client)


@pytest.mark.usefixtures("shipped_register")
def test_every_filter_of_the_dashboard_works(client: Client) -> None:
    for query in (
        "?flag=overdue",
        "?q=cyber&instrument=dialogue",
        "?target_after=2026&stage=scheduled",
    ):
        page = client.get(f"/{query}").context["table"]
        dated = {
            row.record.commitment.get_absolute_url()
            for row in page.rows
            if row.record.commitment.target_last_day
        }
        told = {
            str(event["URL"]).removeprefix("http://testserver")
            for event in events(client, query)
            if "Target date" in event.categories
        }
        assert told == dated, query
        assert dated, query


def test_an_unchanged_calendar_is_304_after_one_query(client: Client, db: None) -> None:
    commitment = published_commitment(target="2028")
    tag = client.get("/calendar.ics").headers["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/calendar.ics", headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(queries) == 1
    published_update(commitment)
    assert client.get("/calendar.ics").headers["ETag"] != tag


def test_the_head_alone_writes_nothing(client: Client, db: None) -> None:
    published_commitment(target="2028")
    head = client.head("/calendar.ics")
    assert (head.status_code, head.getvalue()) == (200, b"")


def count_of_queries(client: Client) -> int:
    facet_bitsets.forget()
    with CaptureQueriesContext(connection) as queries:
        content(client)
    return len(queries)


def test_queries_grow_by_the_chunk_alone(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "CHUNK", 4)
    meeting = published_meeting()
    published_commitment(target="2028", meeting=meeting)
    given_up = published_commitment(target="2028")
    published_update(given_up, target="some day", happened="2026-11")
    retract_commitment(published_commitment(target="2028"), reason="No.", now=LATER)
    one_chunk = count_of_queries(client)
    published_commitment(target="2028")
    published_meeting()
    assert count_of_queries(client) == one_chunk
    for _ in range(4):
        published_commitment(target="2028")
    assert count_of_queries(client) <= one_chunk + 6


def test_of_too_many_dates_it_holds_the_nearest(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest_dates, "MOST_EVENTS", 4)
    # The last line of the log is of NOW, in November 2026.
    for year in (2000, 2020, 2026, 2027, 2040):
        published_commitment(title=f"Of {year}", target=str(year))
    published_meeting(title="Long ago", date="2001-05-01")
    published_meeting(title="This year", date="2026-05-01")
    given_up = published_commitment(title="Given up", target="2026-12")
    published_update(given_up, target="later, without a date")
    named = " ".join(summaries(client))
    assert [said in named for said in ("2026", "2027", "2020", "This year")] == [True] * 4
    assert len(summaries(client)) == 4
    assert "nearest" in content(client).decode().replace("\r\n ", "")


def test_all_dates_that_fit_are_there(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest_dates, "MOST_EVENTS", 3)
    for year in (2000, 2026):
        published_commitment(target=str(year))
    published_meeting(date="1990-05-01")
    assert len(events(client)) == 3
    assert "nearest" not in content(client).decode().replace("\r\n ", "")
