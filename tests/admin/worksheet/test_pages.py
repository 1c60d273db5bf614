"""The worksheet as its users meet it: without scripts, row by row, nothing lost, nothing twice."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.admin.worksheet.conftest import MENTIONED, TEXT, Clerk, clerk, prefix_of, typed_in
from tests.stored import stored_rows
from tracker.models import (
    Alias,
    Change,
    Citation,
    Commitment,
    Meeting,
    Source,
    StatusUpdate,
    WorksheetRow,
)


def the_draft() -> StatusUpdate:
    return StatusUpdate.objects.draft().get()


# -- Which rows ---------------------------------------------------------------------------------


def test_the_open_commitments_of_its_parties_are_listed(ann: Clerk, meeting: Meeting) -> None:
    france, canada = make.make_party(code="FRA"), make.both_parties()[0]
    both = make.both_parties()
    mine = make.published_commitment(happened="2025-10-02", reference="CAN-KOR-2025-901")
    alone = make.published_commitment(
        happened="2025-10-02", parties=[canada], reference="CAN-2025-901"
    )
    wider = make.published_commitment(
        happened="2025-10-02", parties=[*both, france], reference="CAN-KOR-2025-902"
    )
    make.published_commitment(happened="2025-10-02", parties=[canada, france])
    make.published_commitment(happened="2025-10-02", stage="in_effect")
    make.published_commitment(happened="2026-03-01")
    make.make_commitment()
    done_there = make.published_commitment(
        happened="2026-02-25", stage="completed", meeting=meeting, reference="CAN-KOR-2026-903"
    )
    sheet = ann.sheet()
    rows = [sheet.fields[f"{prefix}-row"][0] for prefix in sheet.fields["rows"]]
    assert rows[:-1] == [f"c{one.pk}" for one in (alone, mine, wider)]
    assert rows[-1].startswith("n")
    assert f"since change #{done_there.updates.get().published_seq}" in sheet.words


def test_a_row_says_how_the_commitment_stood_and_in_which_words(
    ann: Clerk, commitment: Commitment
) -> None:
    make.published_update(
        commitment, happened="2025-11-01", stage="preparing", quotation="will soon begin"
    )
    make.published_update(commitment, happened="2026-05-01", stage="signed", quotation="signed")
    words = ann.sheet().words
    assert "Stood at: Preparing · Not assessed · target 2026" in words
    assert "will soon begin" in words
    assert "2026-05-01" not in words


def test_the_sheet_takes_as_many_queries_for_many_rows(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    make.make_update(commitment=commitment, meeting=meeting)
    ann.sheet()
    with CaptureQueriesContext(connection) as one:
        ann.client.get(ann.url)
    for _number in range(4):
        other = make.published_commitment(happened="2025-10-02")
        make.make_update(commitment=other, meeting=meeting)
    with CaptureQueriesContext(connection) as many:
        ann.client.get(ann.url)
    assert len(many) == len(one)


# -- Saving -------------------------------------------------------------------------------------


def test_a_complete_row_becomes_a_draft_with_its_evidence(
    ann: Clerk, meeting: Meeting, source: Source, commitment: Commitment
) -> None:
    page = ann.record(commitment, **MENTIONED, target_words="next year", locator="paragraph 2")
    assert "1 row saved." in page.words
    draft, citation = the_draft(), Citation.objects.latest("pk")
    assert (draft.meeting, draft.commitment, str(draft.happened)) == (
        meeting,
        commitment,
        "2026-02-25",
    )
    assert (draft.stage, draft.firmness, draft.target and draft.target.stored) == (
        "negotiating",
        "firm",
        '2027 "next year"',
    )
    assert (citation.update, citation.source, citation.quotation, citation.locator) == (
        draft,
        source,
        "will sign the agreement",
        "paragraph 2",
    )
    assert draft.review.edited_by == ann.user
    assert "Advanced, Rescheduled. Stage: Announced → Negotiating." in page.words
    assert "Found in paragraph 2." in page.words


def test_rows_that_nobody_touched_stay_untouched(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    ann.record(commitment, **MENTIONED)
    make.published_commitment(happened="2025-10-02")
    before = stored_rows()
    assert "Nothing was changed." in ann.send(ann.sheet()).words
    assert stored_rows() == before


def test_what_is_no_draft_yet_is_kept_as_it_was_typed(ann: Clerk, commitment: Commitment) -> None:
    typed = {"mention": "mentioned", "target": "spring 2027", "quotation": "will\n sign <b>"}
    page = ann.record(commitment, **typed)
    assert "To be a draft it still needs: Rationale." in page.words
    assert "“spring 2027” is not a date. Write 2028, 2026-03 or 2026-02-25." in page.words
    assert typed_in(ann.sheet(), commitment, "target", "quotation") == {
        "target": "spring 2027",
        "quotation": "will\r\n sign <b>",
    }
    assert not StatusUpdate.objects.draft().exists()
    ann.record(commitment, target="2027", rationale="It says so.")
    assert the_draft().rationale == "It says so."
    assert "still needs" not in ann.sheet().words


def test_a_draft_stays_as_it_was_while_a_change_of_it_is_unfinished(
    ann: Clerk, commitment: Commitment
) -> None:
    ann.record(commitment, **MENTIONED)
    ann.record(commitment, target="20x7")
    assert the_draft().target is not None
    assert typed_in(ann.sheet(), commitment, "target") == {"target": "20x7"}


def test_who_types_in_a_row_need_not_mark_it_besides(ann: Clerk, commitment: Commitment) -> None:
    ann.record(commitment, **{**MENTIONED, "mention": ""})
    assert the_draft().stage == "negotiating"


def test_not_mentioned_takes_the_draft_back_and_keeps_its_words(
    ann: Clerk, commitment: Commitment
) -> None:
    ann.record(commitment, **MENTIONED)
    ann.record(commitment, mention="silent")
    assert not StatusUpdate.objects.draft().exists()
    assert "not mentioned 1" in ann.sheet().words
    ann.record(commitment, mention="mentioned")
    assert (the_draft().stage, the_draft().rationale) == ("negotiating", "The statement says so.")


def test_a_draft_with_more_than_the_row_shows_is_not_taken_back(
    ann: Clerk, commitment: Commitment
) -> None:
    ann.record(commitment, **MENTIONED)
    make.make_citation(the_draft(), quotation="another")
    assert "delete it on its own page" in ann.record(commitment, mention="silent").words
    assert the_draft().citations.count() == 2


def test_a_further_name_waits_for_the_update(ann: Clerk, commitment: Commitment) -> None:
    ann.record(commitment, **MENTIONED, alias="GSOMIA", alias_language="en")
    alias = Alias.objects.get()
    assert (alias.name, alias.commitment, alias.is_published) == ("GSOMIA", commitment, False)
    ann.record(commitment, alias="")
    assert not Alias.objects.exists()


def test_ones_own_step_of_a_party(ann: Clerk, commitment: Commitment) -> None:
    canada = make.both_parties()[0]
    page = ann.record(commitment, **MENTIONED, party=str(canada.pk))
    assert the_draft().party == canada
    assert "Canada’s own step: Negotiating." in page.words


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("stage", "lost", "Select a valid choice"),
        ("source", "abc", "Select a valid choice"),
        ("source", "9" * 30, "Select a valid choice"),
        ("quotation", "a\0b", "Null characters are not allowed"),
        ("rationale", "a\x1fb", "control character"),
        ("happened", "25.02.2026", "is not a date"),
        ("target_words", "w" * 201, "at most 200 characters"),
        ("alias", "n" * 201, "at most 200 characters"),
    ],
)
def test_bad_values_are_told_of_and_kept(
    ann: Clerk, commitment: Commitment, field: str, value: str, told: str
) -> None:
    page = ann.record(commitment, **{**MENTIONED, field: value})
    assert page.status == 200
    assert told in page.words
    assert not StatusUpdate.objects.draft().exists()


def test_a_malformed_form_is_no_error(ann: Clerk, meeting: Meeting) -> None:
    before = stored_rows()
    for row in ("", "c", "cx", f"c{'9' * 30}", "nx", "n" + "0" * 31, "x1"):
        data = {"rows": ["r0", "r-1", "r/2"], "r0-row": row, "r0-rationale": "Typed"}
        answer = ann.client.post(ann.url, data)
        assert answer.status_code == 200, row
        assert "Typed" in answer.content.decode()
    assert stored_rows() == before
    assert ann.client.get(f"{ann.url}?p=x").status_code == 200
    assert ann.client.get(f"{ann.url}?p=99").status_code == 200
    assert ann.open("/admin/tracker/meeting/99999/worksheet/").status == 200


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("CAN-KOR-2024-901", "Its row is listed"),
        ("can-kor-2024-901", "Its row is listed"),
        ("Hold talks on space", "Its row is listed"),
        ("talks", "Several are meant by “talks”"),
        ("nothing of the kind", "No public commitment is called “nothing of the kind”."),
        ("a\0b", "No public commitment"),
        ("", "Type a reference or a title first."),
    ],
)
def test_a_commitment_that_was_not_open_is_listed_on_wish(
    ann: Clerk, meeting: Meeting, typed: str, told: str
) -> None:
    done = make.published_commitment(
        **{"reference": "CAN-KOR-2024-901", "title": "Hold talks on space", "stage": "completed"}
    )
    make.published_commitment(stage="completed", title="Hold talks on the sea")
    make.make_commitment(title="nothing of the kind")
    page = ann.send(ann.sheet(), press="also-row", also=typed)
    assert told in page.words
    listed = [page.fields[f"{prefix}-row"][0] for prefix in page.fields["rows"]]
    assert (f"c{done.pk}" in listed) == told.startswith("Its row")


# -- New commitments ----------------------------------------------------------------------------

NEW = {
    "title": "Space Security Dialogue",
    "summary": "The two will talk about space.",
    "instrument": "dialogue",
    "stage": "announced",
    "firmness": "aspiration",
    "rationale": "They are keen to.",
    "quotation": "They look forward",
}


def test_a_new_commitment_takes_the_next_number_of_its_parties_and_year(
    ann: Clerk, meeting: Meeting
) -> None:
    topic = make.make_topic()
    make.make_commitment(reference="CAN-KOR-2026-041")
    ann.record("new", **NEW, topics=[str(topic.pk)])
    commitment = Commitment.objects.latest("pk")
    assert (commitment.reference, commitment.slug, commitment.first_stated_at) == (
        "CAN-KOR-2026-042",
        "space-security-dialogue",
        meeting,
    )
    assert list(commitment.topics.all()) == [topic]
    assert {party.code for party in commitment.parties.all()} == {"CAN", "KOR"}
    assert the_draft().commitment == commitment
    sheet = ann.sheet()
    assert typed_in(sheet, commitment, "title", "quotation") == {
        "title": "Space Security Dialogue",
        "quotation": "They look forward",
    }
    ann.fill(sheet, commitment, title="Space Dialogue")
    commitment.refresh_from_db()
    assert commitment.title == "Space Dialogue"


def test_a_new_row_warns_of_words_that_tell_the_outcome(ann: Clerk) -> None:
    page = ann.record("new", **{**NEW, "summary": "The talks were launched in March 2027."})
    assert Commitment.objects.latest("pk").summary == "The talks were launched in March 2027."
    assert "“March 2027” is after 25 February 2026, when it was first stated." in page.words
    assert "“were launched” tells what became of it." in page.words


def test_a_new_commitment_sent_twice_is_made_once(ann: Clerk) -> None:
    sheet = ann.sheet()
    ann.fill(sheet, "new", **NEW)
    page = ann.fill(sheet, "new", **{**NEW, "title": "Another title"})
    assert Commitment.objects.draft().count() == 1
    assert "1 row is not saved" in page.words
    assert "Another title" in page.words


def test_an_unfinished_new_commitment_is_kept_and_can_be_discarded(
    ann: Clerk, commitment: Commitment
) -> None:
    ann.record("new", title="Something about space")
    sheet = ann.sheet()
    kept = WorksheetRow.objects.get()
    assert typed_in(sheet, f"n{kept.key}", "title") == {"title": "Something about space"}
    assert "still needs: Rationale, Summary, Instrument" in sheet.words
    other = prefix_of(sheet, commitment)
    typed = {f"{other}-mention": "mentioned", f"{other}-rationale": "Typed beside it."}
    ann.send(sheet, press="discard", discard=f"n{kept.key}", **typed)
    assert not WorksheetRow.objects.filter(commitment=None).exists()
    assert the_draft().rationale == "Typed beside it."


def test_a_reference_that_is_taken_is_told_of(ann: Clerk) -> None:
    make.make_commitment(reference="CAN-KOR-2026-041")
    page = ann.record("new", **NEW, reference="CAN-KOR-2026-041")
    assert "Commitment with this Reference already exists." in page.words
    assert typed_in(ann.sheet(), f"n{WorksheetRow.objects.get().key}", "title")["title"] == (
        "Space Security Dialogue"
    )


# -- Two people ---------------------------------------------------------------------------------


def test_the_second_save_of_a_row_is_refused_with_both_versions(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    ben = clerk("ben", meeting)
    other = make.published_commitment(happened="2025-10-02")
    sheet_of_ben = ben.sheet()
    ann.record(commitment, **MENTIONED)
    prefix = prefix_of(sheet_of_ben, other)
    typed = {**MENTIONED, "stage": "scheduled", "rationale": "A day is fixed."}
    page = ben.fill(sheet_of_ben, commitment, **typed, **{})
    assert page.status == 409
    assert "ann changed this row meanwhile." in page.words
    assert "Stage Negotiating Scheduled" in page.words
    assert "Rationale The statement says so. A day is fixed." in page.words
    assert the_draft().stage == "negotiating"
    assert typed_in(page, commitment, "stage", "rationale") == {
        "stage": "scheduled",
        "rationale": "A day is fixed.",
    }
    assert prefix  # the row that nobody disputes is beside it
    ben.send(page)
    assert (the_draft().stage, the_draft().rationale) == ("scheduled", "A day is fixed.")


def test_rows_that_nobody_else_touched_are_saved_beside_one_in_conflict(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    ben = clerk("ben", meeting)
    other = make.published_commitment(happened="2025-10-02")
    sheet = ben.sheet()
    ann.record(commitment, **MENTIONED)
    mine, theirs = prefix_of(sheet, other), prefix_of(sheet, commitment)
    typed = {f"{mine}-{name}": value for name, value in MENTIONED.items()}
    page = ben.send(sheet, **typed, **{f"{theirs}-rationale": "Mine."})
    assert "1 row saved." in page.words
    assert "1 row is not saved" in page.words
    assert other.updates.draft().get().rationale == "The statement says so."
    assert commitment.updates.draft().get().rationale == "The statement says so."


def test_a_row_that_both_filled_in_alike_is_no_conflict(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    sheet = clerk("ben", meeting).sheet()
    ann.record(commitment, **MENTIONED)
    assert "1 row saved." in ann.fill(sheet, commitment, **MENTIONED).words


def test_a_row_that_was_published_meanwhile_keeps_what_was_typed(
    ann: Clerk, meeting: Meeting, commitment: Commitment
) -> None:
    sheet = ann.sheet()
    published = make.published_update(commitment, meeting=meeting, stage="signed")
    page = ann.fill(sheet, commitment, **MENTIONED)
    assert f"published meanwhile, as change #{published.published_seq}" in page.words
    assert "Signed Negotiating" in page.words
    assert not StatusUpdate.objects.draft().exists()


# -- By itself, while somebody types --------------------------------------------------------------


def send_json(ann: Clerk, sheet: object, row: Commitment | str, **typed: str) -> dict[str, object]:
    prefix = prefix_of(sheet, row)  # type: ignore[arg-type]
    fields = {n: v for n, v in sheet.fields.items() if n.startswith(f"{prefix}-")}  # type: ignore[attr-defined]
    data = {**fields, "rows": prefix} | {f"{prefix}-{n}": v for n, v in typed.items()}
    answer = ann.client.post(ann.url, data, headers={"accept": "application/json"})
    assert answer.status_code == 200
    (told,) = json.loads(answer.content)["rows"]
    return told


def test_a_row_that_saves_itself_is_told_what_came_of_it(
    ann: Clerk, commitment: Commitment
) -> None:
    sheet = ann.sheet()
    told = send_json(ann, sheet, commitment, mention="mentioned", quotation="will sign a treaty")
    assert (told["result"], told["state"]) == ("unfinished", "unfinished")
    assert told["message"] == "Kept as typed. To be a draft it still needs: Rationale."
    assert told["check"] == {
        "message": "These words do not stand in the text of this source.",
        "is_missing": True,
    }
    told = send_json(ann, sheet, commitment, **MENTIONED, version=str(told["version"]))
    assert (told["result"], told["state"], told["errors"]) == ("saved", "draft", {})
    stale = send_json(ann, sheet, commitment, **{**MENTIONED, "stage": "signed"})
    assert stale["result"] == "conflict"
    assert stale["differences"] == [
        {"label": "Stage", "theirs": "Negotiating", "yours": "Signed"},
    ]
    kept = {**MENTIONED, "stage": "signed", "version": str(stale["their_version"])}
    assert send_json(ann, sheet, commitment, **kept)["result"] == "saved"
    assert the_draft().stage == "signed"


def test_a_new_row_learns_its_number(ann: Clerk) -> None:
    told = send_json(ann, ann.sheet(), "new", **NEW)
    commitment = Commitment.objects.draft().get()
    assert told["row"] == f"c{commitment.pk}"
    assert told["values"]["reference"] == commitment.reference  # type: ignore[index]


# -- The source beside it -------------------------------------------------------------------------


def test_what_is_quoted_is_marked_in_the_source(ann: Clerk, commitment: Commitment) -> None:
    ann.record(commitment, **MENTIONED)
    html = ann.client.get(ann.url).content.decode()
    assert "<mark>will sign the agreement</mark> in 2027." in html


def test_an_editor_takes_in_the_text_of_a_public_source(meeting: Meeting, source: Source) -> None:
    ben = clerk("ben", meeting, "Editor")
    where = f"/admin/tracker/meeting/{meeting.pk}/source-text/"
    answer = ben.client.post(where, {"source": source.pk, "text": "Another\r\ntext."})
    assert answer["Location"] == ben.url
    source.refresh_from_db()
    assert source.text == "Another\ntext."
    line = Change.objects.latest("seq")
    assert (line.kind, line.significance) == ("amended", "minor")
    assert "Another" not in json.dumps(line.payload)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Paste the text, or choose a file that holds it."),
        (TEXT, "Nothing would change."),
        ("a\x1fb", "control character"),
    ],
)
def test_a_text_that_is_not_taken_in_stands_in_its_form(
    meeting: Meeting, source: Source, text: str, told: str
) -> None:
    ben = clerk("ben", meeting, "Editor")
    where = f"/admin/tracker/meeting/{meeting.pk}/source-text/"
    answer = ben.client.post(where, {"source": source.pk, "text": text})
    assert answer.status_code == 200
    assert told in answer.content.decode()
    source.refresh_from_db()
    assert source.text == TEXT
