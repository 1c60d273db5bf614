"""Amending meetings and what others rest on; commitments are in test_amend_commitment."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import make
from tests.actions.lines import line, subjects
from tests.actions.refusals import refused
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.lib.partial_dates import PartialDate
from tracker.models import Commitment, Level, Meeting, SearchDocument, SourceKind, StatusUpdate

pytestmark = pytest.mark.django_db

NOW = make.NOW
LATER = NOW + dt.timedelta(days=1)
DRAFT = "A draft is simply edited; only what is public is amended."


# -- Meetings -----------------------------------------------------------------------------------


def test_a_meeting_is_amended() -> None:
    meeting = make.published_meeting(slug="third", state="planned", date="2026", place="")
    change = amend(
        meeting,
        values={"state": "held", "date": PartialDate(2026, 11, 20), "place": "Seoul"},
        reason="It took place.",
        now=LATER,
    )
    assert line(change) == (2, "meeting", "major", False, LATER)
    assert subjects(change) == {"meeting": meeting}
    assert change.payload.keys() == {"meeting", "before", "reason"}
    assert change.payload["before"] == {
        "state": "planned",
        "date": {"date": "2026", "words": "", "precision": "year"},
        "place": "",
    }
    assert change.payload["meeting"]["state"] == "held"
    assert change.payload["meeting"]["date"]["date"] == "2026-11-20"
    assert change.payload["reason"] == "It took place."
    stored = Meeting.objects.get()
    assert (stored.place, stored.last_day) == ("Seoul", dt.date(2026, 11, 20))


def test_a_meeting_without_updates_may_change_rank() -> None:
    meeting = make.published_meeting(level=Level.MINISTERS)
    parties = [*make.both_parties(), make.make_party(code="JPN")]
    amend(meeting, values={"parties": parties, "level": Level.LEADERS}, now=NOW)
    stored = Meeting.objects.get()
    assert (stored.parties_key, stored.level) == ("CAN-JPN-KOR", Level.LEADERS)


@pytest.mark.parametrize("is_draft", [False, True])
def test_a_meeting_with_updates_keeps_its_rank(is_draft: bool) -> None:
    meeting = make.published_meeting()
    commitment = make.published_commitment()
    build = make.make_update if is_draft else make.published_update
    build(commitment=commitment, meeting=meeting)
    parties = [*make.both_parties(), make.make_party(code="JPN")]
    sentence = "Parties and level stay as they are once updates rest on the meeting."
    for values in ({"level": Level.LEADERS}, {"parties": parties}):
        with refused(sentence):
            amend(meeting, values=values, now=NOW)
    assert amend(meeting, values={"place": "Seoul"}, now=NOW).kind == "meeting"


def test_a_meeting_amended_in_vain_or_wrongly_is_refused() -> None:
    meeting, draft = make.published_meeting(place="Seoul"), make.make_meeting()
    with refused("Nothing would change."):
        amend(meeting, values={"place": "Seoul", "state": "held"}, now=NOW)
    with refused(DRAFT):
        amend(draft, values={"place": "Seoul"}, now=NOW)
    with refused("Value 'adjourned' is not a valid choice."):
        amend(meeting, values={"state": "adjourned"}, now=NOW)
    with refused("This field cannot be null."):
        amend(meeting, values={"date": None}, now=NOW)


@pytest.mark.parametrize("name", ["parties", "sources"])
def test_a_meeting_keeps_its_parties_and_a_source(name: str) -> None:
    meeting = make.published_meeting()
    with refused():
        amend(meeting, values={name: []}, now=NOW)


@pytest.mark.parametrize("values", [{"state": "cancelled"}, {"date": PartialDate(words="once")}])
def test_a_fully_recorded_meeting_stays_held_and_dated(values: dict[str, Any]) -> None:
    meeting = make.published_meeting(fully_recorded=True)
    with refused():
        amend(meeting, values=values, now=NOW)


# -- Parties, topics, forums, sources, notes ----------------------------------------------------


def test_a_source_is_amended() -> None:
    source = make.make_source(slug="statement", archived_url="")
    make.published_meeting(sources=[source])
    values = {"archived_url": "https://archive.example.org/1", "text": "Full text."}
    change = amend(source, values=values, reason="Archived.", now=LATER)
    assert line(change) == (2, "amended", "minor", False, LATER)
    assert subjects(change) == {"source": source}
    assert change.payload.keys() == {"source", "before", "reason"}
    assert change.payload["before"] == {"archived_url": "", "text_sha256": ""}
    assert change.payload["source"]["archived_url"] == "https://archive.example.org/1"
    assert len(change.payload["source"]["text_sha256"]) == 64
    assert "Full text." not in str(change.payload)
    assert change.payload["reason"] == "Archived."


def test_each_other_reference_is_amended() -> None:
    topic, japan = make.make_topic(name="Space"), make.make_party(code="JPN")
    forum = make.make_forum(name="Ministers")
    meeting = make.published_meeting(forum=forum)
    make.published_commitment(topics=[topic])
    note = make.published_note(meeting=meeting, text="Before.")
    [canada, _] = make.both_parties()
    parties = [*make.both_parties(), japan]
    told = []
    for record, values, significance in (
        (canada, {"short_name": "Can."}, "minor"),
        (topic, {"name": "Outer space"}, "major"),
        (forum, {"parties": parties}, "minor"),
        (note, {"text": "After."}, "minor"),
    ):
        change = amend(record, values=values, significance=significance, now=NOW)
        told.append((change.kind, change.significance, change.payload["before"]))
    assert told == [
        ("amended", "minor", {"short_name": "Canada"}),
        ("amended", "major", {"name": "Space"}),
        ("amended", "minor", {"parties": ["CAN", "KOR"]}),
        ("commentary", "minor", {"text": "Before."}),
    ]
    japan.refresh_from_db()
    assert japan.is_public


def test_a_reference_amended_in_vain_is_refused() -> None:
    draft, source = make.make_source(), make.make_source(url="")
    make.published_meeting(sources=[source])
    with refused(DRAFT):
        amend(draft, values={"title": "Other"}, now=NOW)
    with refused("Nothing would change."):
        amend(source, values={"url": ""}, now=NOW)
    with refused("Enter a valid URL."):
        amend(source, values={"url": "javascript:alert(1)"}, now=NOW)


# -- Evidence -----------------------------------------------------------------------------------


def test_evidence_is_added_to_a_published_update() -> None:
    commitment = make.published_commitment(reference="CAN-KOR-2030-001")
    update = make.first_update(commitment)
    source = make.make_source(slug="gazette")
    citation = make.make_citation(update, save=False, source=source, quotation="entered in Ottawa")
    change = add_evidence(citation, now=LATER)
    assert line(change) == (3, "evidence", "major", False, LATER)
    assert subjects(change) == {"commitment": commitment, "update": update, "source": source}
    assert change.payload.keys() == {"commitment", "update", "citation", "introduces"}
    assert change.payload["citation"]["source"] == "gazette"
    assert [c["quotation"] for c in change.payload["update"]["citations"]] == [
        make.QUOTATION,
        "entered in Ottawa",
    ]
    assert list(update.citations.values_list("added_seq", flat=True)) == [None, 3]
    assert "entered in ottawa" in SearchDocument.objects.get().text
    stored = Commitment.objects.get()
    assert (stored.last_change_seq, stored.last_changed_at) == (3, LATER)


def test_evidence_is_added_only_to_what_counts() -> None:
    commitment = make.published_commitment()
    retracted = make.published_update(commitment)
    retract_update(retracted, reason="Wrong.", now=NOW)
    draft = make.make_update(commitment=commitment)
    for update in (draft, StatusUpdate.objects.get(pk=retracted.pk)):
        citation = make.make_citation(update, save=False)
        with refused("Evidence is added to a public update that counts."):
            add_evidence(citation, now=NOW)
    blog = make.make_source(kind=SourceKind.ANALYST_NOTE)
    citation = make.make_citation(make.first_update(commitment), save=False, source=blog)
    with refused("Commentary is not evidence; publish it as a note."):
        add_evidence(citation, now=NOW)
    evidence = make.make_citation(make.first_update(commitment), save=False)
    retract_commitment(commitment, reason="It was never said.", now=NOW)
    evidence.update = StatusUpdate.objects.get(pk=evidence.update.pk)
    with refused(DRAFT):
        add_evidence(evidence, now=NOW)
