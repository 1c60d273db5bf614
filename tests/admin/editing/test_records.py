"""Amending what is public: one save, one line in the log, and nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Model

from tests import make
from tests.admin.browsing import Browser, admin_url
from tests.stored import stored_rows
from tracker.actions.publishing.publish import publish_meeting
from tracker.admin.editing import records
from tracker.models import Change, Commitment, Forum, Meeting, Note, Party, Source, Topic


def last_change() -> Change:
    return Change.objects.latest("seq")


def public(noun: type[Model]) -> Any:
    """A public record of that noun."""
    if noun is Note:
        return make.published_note()
    commitment = make.published_commitment(
        topics=[make.make_topic()], meeting=make.published_meeting(forum=make.make_forum())
    )
    return commitment if noun is Commitment else noun._default_manager.public().first()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("noun", "name", "kind"),
    [
        (Party, "short_name", "amended"),
        (Source, "archived_url", "amended"),
        (Forum, "summary", "amended"),
        (Topic, "summary", "amended"),
        (Meeting, "place", "meeting"),
        (Commitment, "summary", "amended"),
        (Commitment, "title", "renamed"),
        (Note, "text", "commentary"),
    ],
)
def test_a_save_writes_one_line(
    noun: type[Model], name: str, kind: str, browser: Browser, staff: User
) -> None:
    record = public(noun)
    before, said = Change.objects.count(), getattr(record, name)
    new = "https://example.org/archived/1" if name.endswith("url") else "Said otherwise."
    done = browser.save(record, **{name: new, "why": "It was wrong."})
    change = last_change()
    assert Change.objects.count() == before + 1
    assert (change.kind, change.recorded_by, change.payload["reason"]) == (
        kind,
        staff,
        "It was wrong.",
    )
    assert change.payload["before"] == {name: said}
    assert getattr(noun._default_manager.get(pk=record.pk), name) == new
    assert f"written to the log as #{change.seq}" in done.words
    assert LogEntry.objects.filter(object_id=str(record.pk), user=staff).count() == 1


@pytest.mark.parametrize("noun", [Party, Source, Forum, Topic, Meeting, Commitment, Note])
def test_a_save_that_changes_nothing_writes_nothing(noun: type[Model], browser: Browser) -> None:
    record = public(noun)
    before = stored_rows()
    done = browser.save(record, why="No reason at all.")
    assert "Nothing was changed, so nothing was written to the log." in done.words
    assert "changed successfully" not in done.words
    assert stored_rows() == before


def test_nothing_changed_and_continuing_stays_on_the_page(browser: Browser) -> None:
    party = public(Party)
    done = browser.send(browser.page(party), press="_continue")
    assert done.url == admin_url(party, "change")


def test_the_shipped_register_is_saved_untouched_without_a_line(
    browser: Browser, shipped_register: None
) -> None:
    """What the loader stores and what a browser sends back are the same to the last line end."""
    before = stored_rows()
    for noun in (Party, Source, Forum, Topic, Meeting, Commitment, Note):
        for record in noun._default_manager.all():
            assert "Nothing was changed" in browser.save(record).words, record
    assert stored_rows() == before
    assert Commitment.objects.count() == 25


@pytest.mark.parametrize(
    ("noun", "permanent"),
    [
        (Party, {"code", "slug"}),
        (Source, {"slug"}),
        (Forum, {"slug"}),
        (Topic, {"slug"}),
        (Meeting, {"slug"}),
        (Commitment, {"reference", "slug"}),
        (Note, {"key"}),
    ],
)
def test_what_is_permanent_is_only_read(
    noun: type[Model], permanent: set[str], browser: Browser
) -> None:
    record = public(noun)
    page = browser.page(record)
    assert not permanent & page.fields.keys()
    before = stored_rows()
    browser.send(page, **dict.fromkeys(permanent, "ELSEWHERE-2026-999"))
    assert stored_rows() == before


def test_several_fields_are_one_line(browser: Browser) -> None:
    commitment = public(Commitment)
    topic = make.make_topic(published_seq=1)
    before = Change.objects.count()
    browser.save(
        commitment,
        title="A new title",
        instrument="dialogue",
        topics=[str(topic.pk)],
        last_checked_on="2026-11-20",
    )
    amended = Commitment.objects.get(pk=commitment.pk)
    assert Change.objects.count() == before + 1
    assert (amended.title, amended.instrument, list(amended.topics.all())) == (
        "A new title",
        "dialogue",
        [topic],
    )
    assert last_change().payload["before"].keys() == {
        *("title", "instrument", "topics", "last_checked_on"),
    }


def test_a_refusal_of_the_action_stands_on_the_form(browser: Browser) -> None:
    meeting = make.published_meeting()
    make.published_commitment(meeting=meeting)
    before = stored_rows()
    page = browser.save(meeting, level="4", title="A new title", why="It was the leaders.")
    assert page.status == 200
    assert "Parties and level stay as they are once updates rest on the meeting." in page.words
    assert page.fields["title"] == ["A new title"]
    assert page.fields["why"] == ["It was the leaders."]
    assert page.fields["level"] == ["4"]
    assert stored_rows() == before


def test_a_refusal_names_its_field(browser: Browser) -> None:
    """The action checks the record as a whole; here what the form could not know."""
    draft, commitment = make.make_meeting(), public(Commitment)
    page = browser.save(commitment, first_stated_at=str(draft.pk), summary="Typed with care.")
    assert f"Publish “{draft}” first." in page.words
    assert page.fields["summary"] == ["Typed with care."]
    assert Commitment.objects.get(pk=commitment.pk).first_stated_at is None


def test_a_refusal_undoes_the_names_too(browser: Browser) -> None:
    draft, commitment = make.make_meeting(), public(Commitment)
    before = stored_rows()
    page = browser.page(commitment)
    page.fields["aliases-TOTAL_FORMS"] = ["1"]
    typed = {"aliases-0-name": "Another name", "aliases-0-language": "en", "aliases-0-note": ""}
    page = browser.send(page, first_stated_at=str(draft.pk), **typed)
    assert page.fields["aliases-0-name"] == ["Another name"]
    assert stored_rows() == before


def test_a_draft_that_was_published_meanwhile_is_not_amended_unawares(browser: Browser) -> None:
    meeting = make.make_meeting()
    page = browser.page(meeting)
    publish_meeting(meeting, now=make.NOW)
    before = stored_rows()
    again = browser.send(page, title="Typed as a draft")
    assert "It was published while you were editing the draft." in again.words
    assert again.fields["title"] == ["Typed as a draft"]
    assert "why" in again.fields
    assert stored_rows() == before
    browser.send(again, why="Now on purpose.")
    assert last_change().payload["before"] == {"title": meeting.title}


def test_a_draft_published_between_reading_and_saving_is_not_taken_back(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment after the form was checked and before the row is written."""
    meeting = make.make_meeting()
    page = browser.page(meeting)
    save_model = records.PublicRecordAdmin.save_model

    def publish_then_save(self: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
        publish_meeting(Meeting.objects.get(pk=obj.pk), now=make.NOW)
        save_model(self, request, obj, form, change)

    monkeypatch.setattr(records.PublicRecordAdmin, "save_model", publish_then_save)
    again = browser.send(page, title="Typed as a draft")
    assert "It is public by now" in again.words
    assert again.fields["title"] == ["Typed as a draft"]
    # The publication was part of the same transaction here, and was undone with it.
    assert Meeting.objects.get(pk=meeting.pk).title == meeting.title


def test_a_retracted_record_is_only_read(browser: Browser, every_record: list[Model]) -> None:
    retracted = Commitment.objects.get(retracted_seq__isnull=False)
    page = browser.page(retracted)
    assert "Retracted by change #" in page.words
    assert page.buttons == {}
    before = stored_rows()
    refused = browser.send(page, title="Back again", why="")
    assert "Nothing was saved: it is not edited any more." in refused.words
    assert stored_rows() == before


def test_pages_link_to_the_public_page_of_public_records_only(browser: Browser) -> None:
    assert "View on site" in browser.page(public(Commitment)).words
    assert "View on site" not in browser.page(make.make_commitment()).words


@pytest.mark.parametrize(
    ("noun", "typed", "sentence"),
    [
        (Meeting, {"date_date": "2026-13"}, "There is no month 13"),
        (Meeting, {"state": "postponed"}, "Select a valid choice"),
        (Meeting, {"parties": ["abc"]}, "is not a valid value"),
        (Meeting, {"parties": ["999999999999999999999"]}, "is not a valid value"),
        (Meeting, {"parties": []}, "This field is required"),
        (Meeting, {"forum": "abc"}, "Select a valid choice"),
        (Meeting, {"title": "x" * 10_000}, "at most 200 characters"),
        (Meeting, {"title": "nothing\0here"}, "Null characters are not allowed"),
        (Meeting, {"summary": "a bell\x07 rings"}, "It holds a control character"),
        (Source, {"url": "nowhere"}, "Enter a valid URL"),
        (Source, {"retrieved_on": "2026-13-01"}, "Enter a valid date"),
        (Commitment, {"related": ["0"]}, "Select a valid choice"),
        (Commitment, {"aliases-TOTAL_FORMS": "many"}, "ManagementForm data is missing"),
    ],
)
def test_bad_input_is_told_beside_what_was_typed(
    noun: type[Model], typed: dict[str, Any], sentence: str, browser: Browser
) -> None:
    record = public(noun)
    before = stored_rows()
    page = browser.save(record, **typed, why="A reason worth keeping.")
    assert page.status == 200
    assert sentence in page.words
    assert page.fields["why"] == ["A reason worth keeping."]
    assert stored_rows() == before


def test_much_text_and_any_script_are_kept(browser: Browser) -> None:
    commitment = public(Commitment)
    text = "🙂 “Défense” 국방 협력 — " + "x" * 10_000 + "\n\nA second paragraph."
    browser.save(commitment, summary=text.replace("\n", "\r\n"))
    assert Commitment.objects.get(pk=commitment.pk).summary == text
    assert last_change().payload["commitment"]["summary"] == text
