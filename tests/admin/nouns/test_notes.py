"""Analysts' notes: commentary on one thing, published once that is."""

from __future__ import annotations

from django.contrib.auth.models import User

from tests import make
from tests.admin.browsing import Browser
from tests.stored import stored_rows
from tracker.models import Change, Note


def test_a_note_is_published_beside_what_it_is_about(browser: Browser, staff: User) -> None:
    note = make.make_note(meeting=make.published_meeting(), author="A. Nalyst")
    page = browser.page(note, "publish")
    assert "A. Nalyst: commentary" in page.words
    browser.send(page)
    change = Change.objects.latest("seq")
    assert (change.kind, change.note, change.recorded_by) == ("commentary", note, staff)
    assert Note.objects.get(pk=note.pk).is_public
    assert "is not possible as it stands now" in browser.send(page).words


def test_a_note_waits_for_what_it_is_about(browser: Browser) -> None:
    note = make.make_note(commitment=make.make_commitment())
    assert "Publish what the note is about first." in browser.page(note, "publish").words


def test_a_note_is_about_one_thing(browser: Browser) -> None:
    note, commitment = make.make_note(), make.make_commitment()
    before = stored_rows()
    for typed in ({"commitment": str(commitment.pk)}, {"meeting": ""}):
        page = browser.save(note, **typed, text="Typed with care.")
        assert "Name what the note is about: one meeting or one commitment." in page.words
        assert page.fields["text"] == ["Typed with care."]
    assert stored_rows() == before


def test_a_note_moves_from_a_meeting_to_a_commitment(browser: Browser) -> None:
    note, commitment = make.make_note(), make.make_commitment()
    browser.save(note, meeting="", commitment=str(commitment.pk))
    assert Note.objects.get(pk=note.pk).commitment == commitment


def test_the_list_tells_what_each_is_about(browser: Browser) -> None:
    commitment = make.make_commitment(reference="CAN-KOR-2026-700", title="A promise")
    make.make_note(key="a-note", commitment=commitment)
    words = browser.open("/admin/tracker/note/").words
    assert "a-note An analyst CAN-KOR-2026-700 A promise en Draft" in words
