"""The page of a meeting and the brief for one: grouped, against its neighbours, on any day."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import (
    NOW,
    make_forum,
    make_party,
    published_commitment,
    published_meeting,
    published_update,
)
from tracker.actions.amend import amend
from tracker.models import Meeting, MeetingState, Stage

SHIPPED = pytest.mark.usefixtures("shipped_register")
MINISTERS = "/meetings/2026-02-25-second-2plus2-ministerial/"
FIRST = "/meetings/2024-11-01-first-2plus2-ministerial/"
THIRD = "/meetings/2028-third-2plus2-ministerial/"


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@SHIPPED
def test_outcomes_are_grouped_by_movement_in_order(client: Client) -> None:
    groups = {
        str(movement): [o.step.update.commitment.slug for o in outcomes]
        for movement, outcomes in client.get(MINISTERS).context["groups"]
    }
    assert list(groups) == [
        *("new", "advanced", "restated", "mentioned", "strengthened", "weakened", "delivered"),
    ]
    assert groups["advanced"] == [
        "classified-information-agreement",
        "cyber-policy-consultations",
    ]
    assert groups["delivered"] == ["second-2plus2-ministerial"]
    assert sum(map(len, groups.values())) == 22


@SHIPPED
def test_it_is_read_against_the_meeting_of_its_forum_before(client: Client) -> None:
    page = client.get(MINISTERS).content.decode()
    assert f'<a rel="prev" href="{FIRST}">' in page
    assert f'<a rel="next" href="{THIRD}">' in page
    told = text(client, MINISTERS)
    assert "how it stood when this forum had last met, at the First Foreign and Defence" in told
    assert "Concluded → Signed When the forum last met: Negotiating" in told
    assert "Not stated yet when the forum last met" in told
    assert "No earlier meeting of the same forum is recorded." in text(client, FIRST)


@SHIPPED
def test_what_was_left_out_is_told_only_where_all_is_recorded(client: Client) -> None:
    assert "Not mentioned 2" in text(client, MINISTERS)
    assert "Open commitments of the same parties" in text(client, MINISTERS)
    assert "recorded in part: what is not listed here may have been mentioned" in text(
        client, "/meetings/2025-10-30-leaders-meeting-on-apec-margins/"
    )


@SHIPPED
def test_a_look_back_before_it_was_held(client: Client) -> None:
    assert "Nothing was there yet" in text(client, f"{MINISTERS}?as_of=2025-11-01", 404)
    page = text(client, "/meetings/2028-third-2plus2-ministerial/?as_of=2026-03-01")
    assert "Position on 1 March 2026" in page
    assert "Record Planned" in page
    assert "Nothing can be recorded before it has been held." in page
    assert "Not mentioned" not in page
    assert "Second Foreign and Defence (2+2) Ministerial Meeting" not in text(
        client, f"{FIRST}?as_of=2025-11-01"
    )


@SHIPPED
def test_before_it_was_recorded_there_is_nothing(client: Client) -> None:
    assert "Nothing was there yet" in text(client, f"{MINISTERS}?known_at=2026-11-21", 404)
    assert "Nothing was there yet" in text(client, f"{MINISTERS}brief/?known_at=2026-11-21", 404)
    assert "There is nothing at this address" in text(
        client, "/meetings/no/?known_at=2026-01-01", 404
    )


@pytest.mark.django_db
def test_it_is_told_as_it_was_known(client: Client, on_day: OnDay) -> None:
    meeting = published_meeting(date="2025-03-10", title="Old title")
    pledge = published_commitment(happened="2025-01-10", title="A pledge")
    published_update(pledge, meeting=meeting, happened="2025-03-10", stage=Stage.SIGNED)
    late = NOW + dt.timedelta(days=5)
    amend(meeting, values={"title": "New title"}, now=late)
    published_update(
        published_commitment(happened="2025-01-10", now=late),
        meeting=Meeting.objects.get(pk=meeting.pk),
        happened="2025-03-10",
        now=late,
    )
    on_day(late.date())
    then = client.get(f"{meeting.get_absolute_url()}?known_at={NOW.date()}")
    assert "Old title" in then.content.decode()
    assert "New title" not in then.content.decode()
    assert len(then.context["steps"]) == 1
    assert len(client.get(meeting.get_absolute_url()).context["steps"]) == 2


@SHIPPED
@pytest.mark.parametrize("address", [MINISTERS, f"{MINISTERS}brief/", "/meetings/"])
def test_a_day_that_cannot_be_shown_says_why(client: Client, address: str) -> None:
    for value in ("2026-13", "2999-01-01", "\x00"):
        assert "That day cannot be shown" in text(client, f"{address}?as_of={value}", 400)


@SHIPPED
def test_the_list_looks_back_and_offers_briefs(client: Client) -> None:
    page = client.get("/meetings/").content.decode()
    assert f'href="{THIRD}brief/"' in page
    assert page.count("/brief/") == 2
    then = client.get("/meetings/?as_of=2025-11-01")
    assert len(then.context["meetings"]) == 9
    assert f"{FIRST}?as_of=2025-11-01" in then.content.decode()
    assert {m.slug: m.update_count for m in then.context["meetings"]}[
        "2025-10-30-leaders-meeting-on-apec-margins"
    ] == 7


@SHIPPED
def test_a_brief_tells_what_is_open_by_concern(client: Client) -> None:
    agenda = client.get(f"{THIRD}brief/").context["agenda"]
    listed = {
        concern.name: [item.row.commitment.slug for item in items]
        for concern, items in agenda.groups
    }
    assert listed["OVERDUE"] == ["cyber-policy-consultations"]
    assert listed["DUE"] == [
        "air-force-staff-talks-terms-of-reference",
        "biennial-2plus2-ministerial",
    ]
    assert listed["NOT_MENTIONED"] == [
        "energy-supply-chain-security",
        "indo-pacific-dialogue",
    ]
    assert (agenda.total, agenda.left_out, len(listed["OPEN"])) == (24, 0, 19)
    page = text(client, f"{THIRD}brief/")
    assert "24 commitments between these parties were open on 22 November 2026." in page
    assert "The forum last met on 25 February 2026." in page
    assert "Nothing is recorded since." in page


@SHIPPED
def test_the_brief_of_a_meeting_held_is_that_of_its_eve(client: Client) -> None:
    response = client.get(f"{MINISTERS}brief/")
    assert response.context["viewpoint"].as_of == dt.date(2026, 2, 24)
    page = text(client, f"{MINISTERS}brief/")
    assert "were open on 24 February 2026" in page
    assert "Since they last met, 1 November 2024" in page
    assert "Negotiating → Concluded" in page
    assert "Signed" not in page


@pytest.mark.django_db
def test_a_brief_keeps_to_the_parties_of_the_meeting(client: Client) -> None:
    third = make_party(name="Elsewhere")
    meeting = published_meeting(state=MeetingState.PLANNED, date="2027")
    ours = published_commitment(title="Ours")
    published_commitment(title="Of three", parties=[*ours.parties.all(), third])
    published_commitment(title="Theirs", parties=[third])
    published_commitment(title="One of us", parties=ours.parties.all()[:1])
    published_commitment(title="Done", stage=Stage.COMPLETED)
    [(_, items)] = client.get(f"{meeting.get_absolute_url()}brief/").context["agenda"].groups
    assert [item.row.title for item in items] == ["Ours", "One of us"]


@pytest.mark.django_db
def test_queries_do_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    forum = make_forum()
    published_meeting(forum=forum, date="2025-01-10")
    meeting = published_meeting(forum=forum, date="2025-03-10", fully_recorded=True)
    coming = published_meeting(forum=forum, date="2027", state=MeetingState.PLANNED)

    def grow(times: int) -> None:
        for _ in range(times):
            pledge = published_commitment(happened="2025-01-10")
            published_update(pledge, meeting=meeting, happened="2025-03-10", stage=Stage.SIGNED)
            published_update(pledge, happened="2025-04-10", stage=Stage.CONCLUDED)

    for address, queries in (
        (meeting.get_absolute_url(), 16),
        (f"{coming.get_absolute_url()}brief/", 15),
        ("/meetings/", 4),
    ):
        grow(1)
        with django_assert_num_queries(queries):
            client.get(address)
        grow(3)
        with django_assert_num_queries(queries):
            client.get(address)
