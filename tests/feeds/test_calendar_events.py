"""The events of the calendar: permanent, never more precise than the source, told when off."""

from __future__ import annotations

import datetime as dt
import uuid

import icalendar
import pytest
from django.test import Client
from django.test.utils import override_settings

from tests.feeds.calendars import events, only_event
from tests.make import (
    NOW,
    first_update,
    make_party,
    make_topic,
    published_commitment,
    published_correction,
    published_meeting,
    published_update,
)
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.lib.partial_dates import PartialDate
from tracker.models import Assessment, Change, Commitment, Meeting, MeetingState, Stage

LATER = NOW + dt.timedelta(days=1)


# -- Targets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "day", "told"),
    [
        ("2028", (2028, 12, 31), ("by the end of 2028", "Only the year is known: 2028.")),
        ("2028-02", (2028, 2, 29), ("by the end of February 2028", "Only the month is known:")),
        ("2028-03-05", (2028, 3, 5), ("by 5 March 2028", "Date: 5 March 2028.")),
    ],
)
def test_a_target_stands_on_its_last_day(
    client: Client, db: None, target: str, day: tuple[int, int, int], told: tuple[str, str]
) -> None:
    published_commitment(
        title="Sign it", target=target, topics=[make_topic(name="Cyber, and more")]
    )
    event = only_event(client)
    assert (event["DTSTART"].dt, event["DTSTART"].params["VALUE"]) == (dt.date(*day), "DATE")
    assert event["DTEND"].dt == dt.date(*day) + dt.timedelta(days=1)
    when, known = told
    assert event["SUMMARY"] == f"Due: Sign it ({when})"
    assert known in event["DESCRIPTION"]
    assert "Stage: Announced. Assessment: Not assessed." in event["DESCRIPTION"]
    assert "“will sign the agreement” — Joint statement" in event["DESCRIPTION"]
    assert event["STATUS"] == "TENTATIVE"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event.categories == ["Target date", "Cyber, and more"]
    assert event.alarms.times == []


def test_words_alone_stand_on_no_day(client: Client, db: None) -> None:
    published_commitment(target="at the earliest opportunity")
    published_commitment(target=None)
    published_meeting(date="in the spring")
    assert events(client) == []


def test_the_words_stand_beside_the_date(client: Client, db: None) -> None:
    published_commitment(target=PartialDate(2028, words="before the decade is out"))
    told = only_event(client)["DESCRIPTION"]
    assert "In the words of the source: “before the decade is out”." in told


def test_the_newest_quotation_is_told(client: Client, db: None) -> None:
    commitment = published_commitment(target="2028", quotation="first words")
    published_update(commitment, happened="2026-09", quotation="last words")
    published_update(commitment, happened="2026-08", quotation="words between")
    published_update(commitment, happened="2026-10", quotation="")
    mistake = published_update(commitment, happened="2026-11", quotation="never said")
    retract_update(mistake, reason="Not so.", now=LATER)
    told = only_event(client)["DESCRIPTION"]
    assert "“last words”" in told
    assert told.count("words") == 1


def test_a_new_date_moves_the_event_and_keeps_its_uid(client: Client, db: None) -> None:
    commitment = published_commitment(target="2027")
    before = only_event(client)
    published_update(commitment, target="2028", happened="2026-11", now=LATER)
    after = only_event(client)
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["DTSTART"].dt == dt.date(2028, 12, 31)
    assert before["DTSTAMP"].dt == before["LAST-MODIFIED"].dt == NOW
    assert after["DTSTAMP"].dt == after["LAST-MODIFIED"].dt == LATER
    assert before["CREATED"].dt == after["CREATED"].dt == NOW


@override_settings(ALLOWED_HOSTS=["testserver", "register.example.org"])
def test_the_uid_is_made_of_the_line_that_published(client: Client, db: None) -> None:
    commitment = published_commitment(target="2027")
    line = Change.objects.get(seq=commitment.published_seq)
    uid = only_event(client)["UID"]
    assert uid == str(uuid.uuid5(uuid.NAMESPACE_OID, f"{line.hash} target"))
    amend(commitment, values={"slug": "elsewhere", "title": "Otherwise"}, now=LATER)
    moved = client.get("/calendar.ics", headers={"host": "register.example.org"})
    (event,) = icalendar.Calendar.from_ical(moved.getvalue()).walk("VEVENT")
    assert event["UID"] == uid
    assert event["URL"] == "http://register.example.org/commitments/elsewhere/"
    assert event["SEQUENCE"] == 1


def test_what_alters_nothing_leaves_the_sequence(client: Client, db: None) -> None:
    commitment = published_commitment(target="2027")
    mention = published_update(commitment, target="2027", happened="2026-03")
    assert Change.objects.get(update=mention).kind == "mention"
    assert only_event(client)["SEQUENCE"] == 0


@pytest.mark.parametrize(
    "end",
    [
        {"stage": Stage.WITHDRAWN},
        {"stage": Stage.SUPERSEDED},
        {"stage": Stage.ANNOUNCED, "assessment": Assessment.ABANDONED},
    ],
)
def test_what_was_ended_is_cancelled(client: Client, db: None, end: dict[str, str]) -> None:
    commitment = published_commitment(title="Sign it", target="2027")
    uid = only_event(client)["UID"]
    published_update(commitment, happened="2026-11", **end)
    event = only_event(client)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (uid, 1, "CANCELLED")
    assert event["DTSTART"].dt == dt.date(2027, 12, 31)
    assert event["SUMMARY"] == "No longer due: Sign it (by the end of 2027)"


def test_an_overdue_target_is_not_confirmed(client: Client, db: None) -> None:
    published_commitment(title="Sign it", target="2026-03")
    event = only_event(client)
    assert event["DTSTART"].dt < NOW.date()
    assert event["STATUS"] == "TENTATIVE"


def test_what_was_delivered_is_told_so(client: Client, db: None) -> None:
    commitment = published_commitment(title="Sign it", target="2027")
    published_update(commitment, happened="2026-11", stage=Stage.IN_EFFECT)
    event = only_event(client)
    assert event["STATUS"] == "CONFIRMED"
    assert event["SUMMARY"] == "Delivered: Sign it (due by the end of 2027)"


def test_a_target_given_up_is_cancelled_on_its_last_date(client: Client, db: None) -> None:
    commitment = published_commitment(target="2026")
    published_update(commitment, target="2027", happened="2026-03")
    uid = only_event(client)["UID"]
    published_update(commitment, target="when conditions allow", happened="2026-11")
    event = only_event(client)
    assert (event["UID"], event["STATUS"], event["SEQUENCE"]) == (uid, "CANCELLED", 2)
    assert event["DTSTART"].dt == dt.date(2027, 12, 31)
    assert "This date was the target once; none is stated now." in event["DESCRIPTION"]


def test_a_target_taken_back_is_cancelled(client: Client, db: None) -> None:
    commitment = published_commitment(target=None)
    mistake = published_update(commitment, target="2027", happened="2026-11")
    assert only_event(client)["STATUS"] == "TENTATIVE"
    retract_update(mistake, reason="Not so.", now=LATER)
    event = only_event(client)
    assert (event["STATUS"], event["DTSTART"].dt) == ("CANCELLED", dt.date(2027, 12, 31))
    assert event["SEQUENCE"] == 2


def test_a_corrected_date_moves_the_event(client: Client, db: None) -> None:
    commitment = published_commitment(target="2027")
    published_correction(first_update(commitment), target=PartialDate(2026), now=LATER)
    event = only_event(client)
    assert (event["DTSTART"].dt, event["SEQUENCE"]) == (dt.date(2026, 12, 31), 1)


def test_a_retracted_commitment_is_cancelled_with_nothing_but_its_title(
    client: Client, db: None
) -> None:
    commitment = published_commitment(
        title="Sign it", target="2027", topics=[make_topic(name="Cyber")]
    )
    other = published_commitment(title="Another", target="2027", parties=[make_party()])
    uid = only_event(client, "?party=canada")["UID"]
    retract_commitment(commitment, reason="Never promised.", now=LATER)
    # Titles of drafts are free to change, and a row that was retracted is no more watched.
    Commitment.objects.filter(pk=commitment.pk).update(title="Not as published")
    for query in ("?party=canada", f"?party=canada&instrument={commitment.instrument}"):
        event = only_event(client, query)
        assert (event["UID"], event["STATUS"], event["SEQUENCE"]) == (uid, "CANCELLED", 1)
        assert event["SUMMARY"] == "Retracted: Sign it"
        assert event["DESCRIPTION"] == (
            "This commitment was retracted: it should not have been recorded.\n"
            f"http://testserver{commitment.get_absolute_url()}"
        )
        assert event.categories == ["Target date"]
    assert len(events(client)) == 2
    assert len(events(client, f"?party={other.parties.get().slug}")) == 1


# -- Meetings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "last_day"), [("2027", (2027, 12, 31)), ("2027-02", (2027, 2, 28))]
)
def test_a_period_is_one_day_and_not_a_year_of_them(
    client: Client, db: None, date: str, last_day: tuple[int, int, int]
) -> None:
    meeting = published_meeting(title="Talks", date=date, state=MeetingState.PLANNED)
    before = only_event(client)
    day = dt.date(*last_day)
    assert (before["DTSTART"].dt, before["DTEND"].dt) == (day, day + dt.timedelta(days=1))
    amend(meeting, values={"date": PartialDate(2027, 2, 3)}, now=LATER)
    after = only_event(client)
    assert (after["DTSTART"].dt, after["UID"]) == (dt.date(2027, 2, 3), before["UID"])
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_a_meeting_says_how_much_is_known(client: Client, db: None) -> None:
    published_meeting(title="Talks", date="2027", state=MeetingState.PLANNED, place="Séoul, 서울")
    event = only_event(client)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (dt.date(2027, 12, 31), dt.date(2028, 1, 1))
    assert event["SUMMARY"] == "Talks (in 2027, day not known)"
    assert event["LOCATION"] == "Séoul, 서울"
    assert event["STATUS"] == "TENTATIVE"
    assert "Planned. Ministers: Canada, Republic of Korea." in event["DESCRIPTION"]
    assert "Only the year is known: 2027." in event["DESCRIPTION"]
    assert "on the last day of that period." in event["DESCRIPTION"]


def test_a_meeting_is_held_moved_or_cancelled(client: Client, db: None) -> None:
    meeting = published_meeting(title="Talks", date="2026-12", state=MeetingState.PLANNED)
    uid = only_event(client)["UID"]
    line = Change.objects.get(seq=meeting.published_seq)
    assert uid == str(uuid.uuid5(uuid.NAMESPACE_OID, f"{line.hash} meeting"))
    steps = [
        ({"date": PartialDate(2026, 12, 3)}, "TENTATIVE", "Talks"),
        ({"state": MeetingState.HELD}, "CONFIRMED", "Talks"),
        ({"state": MeetingState.CANCELLED}, "CANCELLED", "Cancelled: Talks"),
    ]
    for number, (values, status, summary) in enumerate(steps, start=1):
        amend(meeting, values=values, now=NOW + dt.timedelta(hours=number))
        event = only_event(client)
        assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (uid, number, status)
        assert event["SUMMARY"] == summary
        assert event["DTSTART"].dt == dt.date(2026, 12, 3)
        assert event["LAST-MODIFIED"].dt == NOW + dt.timedelta(hours=number)


def test_what_a_meeting_did_does_not_alter_the_meeting(client: Client, db: None) -> None:
    meeting = published_meeting()
    published_commitment(meeting=meeting, now=LATER)
    event = only_event(client)
    assert (event["SEQUENCE"], event["LAST-MODIFIED"].dt) == (0, NOW)


def test_a_retracted_meeting_is_cancelled(client: Client, db: None) -> None:
    meeting = published_meeting(title="Talks", place="Seoul")
    Meeting.objects.filter(pk=meeting.pk).update(retracted_seq=meeting.published_seq)
    event = only_event(client)
    assert (event["STATUS"], event["SUMMARY"]) == ("CANCELLED", "Retracted: Talks")
    assert "LOCATION" not in event
