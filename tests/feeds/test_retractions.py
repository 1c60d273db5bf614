"""What was taken back: tombstones in Atom (RFC 6721), words in the other formats."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.feeds.reading import TOMBSTONE, entry_ids, json_object, parsed, tombstone_ids, xml
from tests.feeds.small_register import hours
from tests.make import (
    NOW,
    first_update,
    make_citation,
    published_commitment,
    published_correction,
    published_meeting,
    published_note,
    published_update,
)
from tracker.actions.amend import add_evidence
from tracker.actions.correct import retract_commitment, retract_note, retract_update
from tracker.models import Change, Meeting, Note, Stage
from tracker.schema.payloads import change_id


def ids(*seqs: int) -> list[str]:
    return [change_id(Change.objects.get(seq=seq)) for seq in seqs]


def items(client: Client) -> dict[int, dict[str, Any]]:
    told = json_object(client, "/changes.json")
    return {item["_commitment_tracker"]["seq"]: item for item in told["items"]}


def test_a_retracted_update_is_a_tombstone_in_its_place(client: Client, db: None) -> None:
    commitment = published_commitment()
    mistake = published_update(commitment, stage=Stage.SIGNED)
    add_evidence(make_citation(mistake, save=False), now=NOW)
    published_commitment()
    retract_update(mistake, reason="Never <signed>.", now=hours(5))
    root = xml(client, "/changes.atom")
    assert entry_ids(root) == ids(7, 6, 5, 2, 1)
    assert tombstone_ids(root) == ids(4, 3)
    for tombstone in root.findall(f"{TOMBSTONE}deleted-entry"):
        assert tombstone.get("when") == "2026-11-22T14:00:00+00:00"
        assert tombstone.findtext(f"{TOMBSTONE}comment") == "Retracted by change 7: Never <signed>."
    places = [element.tag.rpartition("}")[2] for element in root]
    assert places[-7:] == [*["entry"] * 3, *["deleted-entry"] * 2, *["entry"] * 2]


def test_in_other_formats_it_stays_and_says_so(client: Client, db: None) -> None:
    commitment = published_commitment()
    mistake = published_update(commitment, stage=Stage.SIGNED)
    retract_update(mistake, reason="Never <signed>.", now=hours(5))
    item = items(client)[3]
    notice = "Retracted by change 4 on 22 November 2026: this no longer counts."
    assert item["content_text"].startswith(f"{notice} Why: Never <signed>.\n")
    assert item["content_html"].startswith(
        f"<p><strong>{notice}</strong> Why: Never &lt;signed&gt;.</p>"
    )
    assert item["date_published"] == "2026-11-22T09:00:00Z"
    assert item["date_modified"] == "2026-11-22T14:00:00Z"
    told = item["_commitment_tracker"]
    assert (told["replaced_by"], told["is_retracted"]) == (4, True)
    entries = parsed(client, "/changes.rss").entries
    assert [entry.id for entry in entries] == ids(4, 3, 2, 1)
    assert notice in entries[1].summary
    assert entries[1].published_parsed[3] == 9
    assert entries[1].updated_parsed[3] == 14


def test_a_correction_keeps_the_entry_and_moves_its_time(client: Client, db: None) -> None:
    commitment = published_commitment()
    published_correction(first_update(commitment), stage=Stage.SIGNED, now=hours(2))
    root = xml(client, "/changes.atom")
    assert tombstone_ids(root) == []
    newest, corrected, untouched = parsed(client, "/changes.atom").entries
    assert corrected.updated == newest.updated == "2026-11-22T11:00:00+00:00"
    assert corrected.published == untouched.updated == "2026-11-22T09:00:00+00:00"
    notice = "Replaced by change 3 on 22 November 2026: this no longer counts."
    assert notice in corrected.content[0].value
    assert "Why: The stage was misread." in items(client)[2]["content_text"]


def test_what_was_corrected_and_then_retracted(client: Client, db: None) -> None:
    commitment = published_commitment()
    wrong = published_update(commitment, stage=Stage.SIGNED)
    better = published_correction(wrong, stage=Stage.CONCLUDED, now=hours(1))
    retract_update(better, reason="Neither.", now=hours(2))
    root = xml(client, "/changes.atom")
    assert entry_ids(root) == ids(5, 3, 2, 1)
    assert tombstone_ids(root) == ids(4)
    assert items(client)[3]["_commitment_tracker"]["replaced_by"] == 4


def test_a_retracted_commitment_takes_all_its_lines_with_it(client: Client, db: None) -> None:
    commitment = published_commitment()
    mistake = published_update(commitment, stage=Stage.SIGNED)
    retract_update(mistake, reason="Not so.", now=hours(1))
    published_note(commitment=commitment, now=hours(2))
    retract_commitment(commitment, reason="Never promised.", now=hours(3))
    root = xml(client, "/changes.atom")
    assert entry_ids(root) == ids(6)
    assert tombstone_ids(root) == ids(5, 4, 3, 2, 1)
    comments = {each.findtext(f"{TOMBSTONE}comment") for each in root.iter() if each.get("ref")}
    assert comments == {"Retracted by change 6: Never promised."}
    assert "#" not in items(client)[3]["url"]


def test_meetings_and_notes_may_be_retracted_too(client: Client, db: None) -> None:
    meeting = published_meeting()
    commitment = published_commitment(meeting=meeting)
    note = published_note(commitment=commitment)
    last = published_update(commitment, stage=Stage.SIGNED, now=hours(1))
    retract_update(last, reason="Not so.", now=hours(2))
    Meeting.objects.filter(pk=meeting.pk).update(retracted_seq=6)
    Note.objects.filter(pk=note.pk).update(retracted_seq=6)
    # The meeting's own line and the note's, not what was said of the commitment.
    assert tombstone_ids(xml(client, "/changes.atom")) == ids(5, 4, 1)


def test_who_no_longer_sees_a_line_hears_of_its_retraction(
    client: Client, db: None, settings: Settings
) -> None:
    settings.FEED_ENTRIES = 2
    commitment = published_commitment()
    mistake = published_update(commitment, stage=Stage.SIGNED)
    other = published_commitment()
    retract_update(mistake, reason="Not so.", now=hours(1))
    retract_commitment(other, reason="Never promised.", now=hours(2))
    root = xml(client, "/changes.atom")
    assert entry_ids(root) == ids(7, 6)
    assert sorted(tombstone_ids(root)) == sorted(ids(3, 4, 5))
    archive = xml(client, "/changes.atom?before=5")
    assert (entry_ids(archive), tombstone_ids(archive)) == ([], ids(4, 3))
    further = xml(client, "/changes.atom?before=4")
    assert (entry_ids(further), tombstone_ids(further)) == ([], ids(3))
    first = xml(client, "/changes.atom?before=3")
    assert (entry_ids(first), tombstone_ids(first)) == (ids(2, 1), [])


@pytest.mark.parametrize("query", ["?kind=retraction", "?commitment=pledge&kind=retraction"])
def test_a_narrow_feed_carries_the_tombstones_too(client: Client, db: None, query: str) -> None:
    commitment = published_commitment(slug="pledge")
    mistake = published_update(commitment, stage=Stage.SIGNED)
    retract_update(mistake, reason="Not so.", now=NOW + dt.timedelta(hours=1))
    root = xml(client, f"/changes.atom{query}")
    assert (entry_ids(root), tombstone_ids(root)) == (ids(4), ids(3))


def test_a_retracted_note_leaves_its_commitment_alone(client: Client, db: None) -> None:
    commitment = published_commitment(slug="kept")
    note = published_note(commitment=commitment, author="A. Nalyst", text="Hearsay.")
    retract_note(note, reason="Misquoted.", now=hours(5))
    root = xml(client, "/changes.atom")
    assert entry_ids(root) == ids(4, 2, 1)
    assert tombstone_ids(root) == ids(3)
    title = items(client)[4]["title"]
    assert title == "A. Nalyst: note retracted"
    for address in ("/commitments/kept/", "/api/v1/commitments/kept/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Hearsay." not in answer.content.decode()
    retract_commitment(commitment, reason="Never promised.", now=hours(6))
    for address in ("/commitments/kept/", "/api/v1/commitments/kept/"):
        answer = client.get(address)
        assert answer.status_code == 410
        assert "Never promised." in answer.content.decode()
