"""Publishing, correcting and retracting an update, and naming further evidence for it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests import make
from tests.admin.browsing import Browser, admin_url
from tests.stored import stored_rows
from tracker.models import Change, Citation, Commitment, SourceKind, StatusUpdate


def last_change() -> Change:
    return Change.objects.latest("seq")


def test_an_update_is_published(browser: Browser, staff: User) -> None:
    commitment = make.published_commitment()
    update = make.make_update(commitment=commitment, happened="2026-05", stage="signed")
    page = browser.page(update, "publish")
    assert "Announced → Signed" in page.words
    assert "The statement says so." in page.words
    assert "“will sign the agreement” – Joint statement" in page.words
    browser.send(page)
    assert (last_change().kind, last_change().recorded_by) == ("status", staff)
    assert Commitment.objects.get(pk=commitment.pk).stage == "signed"
    assert "is not possible as it stands now" in browser.send(page).words
    assert Change.objects.count() == 3


def test_an_update_waits_for_its_commitment(browser: Browser) -> None:
    update = make.make_update()
    page = browser.page(update)
    assert "It can be published with its commitment , or once that is public." in page.words
    assert "Save and publish…" not in page.buttons
    assert browser.page(update, "publish").url == admin_url(update, "change")
    assert "Save and publish…" in browser.page(update.commitment).buttons


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"is_cited": False}, "Cite a source for the update"),
        ({"happened": "2030"}, "lies in the future; record what has happened."),
    ],
)
def test_what_is_not_fit_is_told(
    values: dict[str, object], sentence: str, browser: Browser
) -> None:
    update = make.make_update(commitment=make.published_commitment(), **values)
    page = browser.page(update, "publish")
    assert sentence in page.words
    assert "Publish the update" not in page.buttons


def test_commentary_is_no_evidence(browser: Browser) -> None:
    note = make.make_source(kind=SourceKind.ANALYST_NOTE)
    update = make.make_update(commitment=make.published_commitment(), source=note)
    assert "Commentary is none." in browser.page(update, "publish").words


def test_a_published_update_is_only_read(browser: Browser) -> None:
    update = make.first_update(make.published_commitment(target="2026-12", rationale="As said."))
    page = browser.page(update)
    assert "never altered. If something is wrong: Correct makes a draft" in page.words
    assert page.buttons == {}
    assert "Rationale: As said." in page.words
    before = stored_rows()
    typed = {"rationale": "Otherwise", "stage": "signed", "citations-0-quotation": "Otherwise"}
    refused = browser.send(page, **typed)
    assert "Nothing was saved: it is not edited any more." in refused.words
    assert stored_rows() == before


def test_dates_of_a_published_update_are_told_in_full(browser: Browser) -> None:
    update = make.first_update(make.published_commitment(target="at the earliest opportunity"))
    words = browser.page(update).words
    assert "Happened: 2026-02-25 When, as far" in words
    assert "Target: “at the earliest opportunity” By when" in words
    untold = make.first_update(make.published_commitment())
    assert "Target: – By when" in browser.page(untold).words


def test_a_correction_from_button_to_log(browser: Browser, staff: User) -> None:
    commitment = make.published_commitment(stage="signed", target="2026-12")
    original = make.first_update(commitment)
    page = browser.page(original, "correct")
    assert "Nothing becomes public before that." in page.words
    draft_page = browser.send(page, reason="It was only announced.")
    draft = original.corrections.get()
    assert draft_page.url == admin_url(draft, "change")
    assert "change what is wrong, then publish it" in draft_page.words
    assert (draft.stage, draft.target, draft.happened, draft.published_seq) == (
        "signed",
        original.target,
        original.happened,
        None,
    )
    told = [(c.source, c.quotation, c.locator, c.language) for c in original.citations.all()]
    assert [(c.source, c.quotation, c.locator, c.language) for c in draft.citations.all()] == told
    assert Change.objects.count() == 2

    confirm = browser.send(draft_page, press="_publish", stage="announced")
    assert "corrected: Announced" in confirm.words
    browser.send(confirm)
    change = last_change()
    assert (change.kind, change.update, change.recorded_by) == ("correction", draft, staff)
    assert change.payload["reason"] == "It was only announced."
    assert change.payload["replaces"]["stage"] == "signed"
    assert Commitment.objects.get(pk=commitment.pk).stage == "announced"
    assert f"Corrected by change #{change.seq}: It was only" in browser.page(original).words
    assert browser.page(original).response.context["acts"] == []


def test_a_correction_keeps_its_commitment_and_needs_its_reason(browser: Browser) -> None:
    original = make.first_update(make.published_commitment())
    page = browser.send(browser.page(original, "correct"), reason="It was wrong.")
    assert "commitment" not in page.fields
    assert page.fields["reason"] == ["It was wrong."]
    refused = browser.send(page, reason=" ", rationale="Typed with care.")
    assert "Say why: readers see it beside what it corrects." in refused.words
    assert refused.fields["rationale"] == ["Typed with care."]


def test_a_correction_asks_for_its_reason_first(browser: Browser) -> None:
    original = make.first_update(make.published_commitment())
    assert "This field is required" in browser.send(browser.page(original, "correct")).words
    assert not original.corrections.exists()


def test_one_correction_is_begun_at_a_time(browser: Browser) -> None:
    original = make.first_update(make.published_commitment())
    page = browser.page(original, "correct")
    browser.send(page, reason="One.")
    again = browser.send(page, reason="Two.")
    draft = original.corrections.get()
    assert again.url == admin_url(draft, "change")
    assert "A correction was already begun: this draft." in again.words
    assert draft.reason == "One."


def test_evidence_that_was_added_later_is_carried_into_a_correction(browser: Browser) -> None:
    original = make.first_update(make.published_commitment())
    source = make.make_source()
    page = browser.page(original, "add-evidence")
    browser.send(page, source=str(source.pk), quotation="signed today", locator="line 2")
    browser.send(browser.page(original, "correct"), reason="It was wrong.")
    draft = original.corrections.get()
    assert draft.citations.count() == 2
    browser.send(browser.page(draft, "publish"))
    assert last_change().kind == "correction"


def test_an_update_is_retracted_for_a_reason(browser: Browser, staff: User) -> None:
    commitment = make.published_commitment()
    mistaken = make.published_update(commitment, happened="2026-05", stage="signed")
    page = browser.page(mistaken, "retract")
    assert f"{commitment.title}: update 2 retracted" in page.words
    assert "This field is required" in browser.send(page, reason="").words
    kept = browser.send(page, reason="Not so.", significance="enormous")
    assert "Select a valid choice" in kept.words
    assert kept.fields["reason"] == ["Not so."]
    browser.send(page, reason="Not so.", significance="minor")
    change = last_change()
    assert (change.kind, change.significance, change.recorded_by, change.payload["reason"]) == (
        *("retraction", "minor"),
        *(staff, "Not so."),
    )
    assert Commitment.objects.get(pk=commitment.pk).stage == "announced"
    assert f"Retracted by change #{change.seq}: Not so." in browser.page(mistaken).words
    assert "is not possible as it stands now" in browser.send(page, reason="Again.").words
    assert Change.objects.count() == 4


def test_the_only_evidence_is_not_retracted(browser: Browser) -> None:
    only = make.first_update(make.published_commitment())
    page = browser.page(only, "retract")
    assert "retract the commitment instead" in page.words
    assert (page.buttons, page.fields.keys()) == ({}, {"csrfmiddlewaretoken"})
    refused = browser.send(page, reason="Not so.", significance="major")
    assert "retract the commitment instead" in refused.words
    assert refused.fields["reason"] == ["Not so."]
    assert Change.objects.count() == 2


def test_evidence_is_added_in_the_open(browser: Browser, staff: User) -> None:
    update = make.first_update(make.published_commitment())
    source = make.make_source(title="A further source")
    page = browser.page(update, "add-evidence")
    browser.send(page, source=str(source.pk), quotation="signed\r\ntoday", locator="line 2")
    change = last_change()
    assert (change.kind, change.source, change.recorded_by) == ("evidence", source, staff)
    added = Citation.objects.get(source=source)
    assert (added.quotation, added.added_seq) == ("signed\ntoday", change.seq)
    assert change.payload["introduces"]["sources"][0]["title"] == "A further source"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"source": ""}, "This field is required"),
        ({"source": "abc"}, "Select a valid choice"),
        ({"source": "999999999999999999999"}, "Select a valid choice"),
        ({"quotation": "a bell\x07"}, "It holds a control character"),
        ({"locator": "x" * 10_000}, "at most 160 characters"),
        ({"language": "\0"}, "Null characters are not allowed"),
    ],
)
def test_bad_evidence_is_told(typed: dict[str, str], sentence: str, browser: Browser) -> None:
    update = make.first_update(make.published_commitment())
    source = make.make_source()
    before = stored_rows()
    values = {"source": str(source.pk), "quotation": "signed", "locator": "line 2"} | typed
    page = browser.send(browser.page(update, "add-evidence"), **values)
    assert (page.status, sentence in page.words) == (200, True)
    assert stored_rows() == before


def test_commentary_is_not_added_as_evidence(browser: Browser) -> None:
    update = make.first_update(make.published_commitment())
    note = make.make_source(kind=SourceKind.ANALYST_NOTE)
    page = browser.send(browser.page(update, "add-evidence"), source=str(note.pk))
    assert "Commentary is not evidence; publish it as a note." in page.words
    assert page.fields["source"] == [str(note.pk)]


def test_the_list_tells_what_became_of_each(browser: Browser) -> None:
    commitment = make.published_commitment(reference="CAN-KOR-2026-700", title="A promise")
    corrected = make.published_update(commitment)
    make.published_correction(corrected)
    make.make_update(commitment=commitment)
    words = browser.open("/admin/tracker/statusupdate/").words
    for name in ("1 A promise 2026-02-25 Public", "2 A promise 2026-02-25 Corrected"):
        assert f"CAN-KOR-2026-700/{name}" in words
    assert "CAN-KOR-2026-700/Draft A promise 2026-02-25 Draft" in words
    found = {
        publication: browser.open(f"/admin/tracker/statusupdate/?publication={publication}").words
        for publication in ("draft", "public", "corrected", "retracted")
    }
    assert {
        publication: sum(f"CAN-KOR-2026-700/{n} " in words for n in ("Draft", 1, 2, 3))
        for publication, words in found.items()
    } == {"draft": 1, "public": 2, "corrected": 1, "retracted": 0}
    assert StatusUpdate.objects.count() == 4
