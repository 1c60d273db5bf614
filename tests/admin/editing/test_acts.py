"""Buttons that lead to a page of their own: it tells and asks, and only its POST acts."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from tests import make
from tests.admin.browsing import Browser, admin_url
from tests.log_chain import first_break
from tests.stored import stored_rows
from tracker.actions.publishing.publish import publish_meeting
from tracker.admin.editing import acts_admin
from tracker.models import Change, Meeting


def test_looking_writes_nothing(browser: Browser, every_record: list[Model]) -> None:
    """The page rehearses the act to tell what would come of it, and undoes that."""
    before = stored_rows()
    for record in every_record:
        page = browser.page(record)
        for offered in page.response.context.get("acts", ()):
            assert browser.open(offered["url"]).status == 200
    assert stored_rows() == before


def test_the_page_says_what_will_be_public(browser: Browser) -> None:
    forum = make.make_forum(name="The forum")
    meeting = make.make_meeting(title="The meeting", forum=forum)
    words = browser.page(meeting, "publish").words
    assert "The meeting becomes public at once, with its forum, parties and sources" in words
    assert "Meeting The meeting: recorded Major" in words
    introduced = words.split("With it these become public: ")[1]
    assert introduced.startswith("Canada; Republic of Korea; The forum; Joint statement")


def test_publishing_writes_the_line_the_entry_and_the_word(browser: Browser, staff: User) -> None:
    meeting = make.make_meeting()
    began = timezone.now()
    done = browser.send(browser.page(meeting, "publish"))
    change = Change.objects.get()
    assert (change.kind, change.meeting, change.recorded_by) == ("meeting", meeting, staff)
    assert began <= change.recorded_at <= timezone.now()
    assert Meeting.objects.get(pk=meeting.pk).published_seq == change.seq
    assert done.url == admin_url(meeting, "change")
    assert "Public now, as change #1 of the log." in done.words
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(meeting.pk))
    assert entry.change_message == ("Publish the meeting: Public now, as change #1 of the log.")


def test_publishing_twice_is_one_line(browser: Browser) -> None:
    meeting = make.make_meeting()
    one, other = browser.page(meeting, "publish"), browser.page(meeting, "publish")
    browser.send(one)
    again = browser.send(other)
    assert again.url == admin_url(meeting, "change")
    assert "“Publish the meeting” is not possible as it stands now; see below." in again.words
    assert "Public since change #1." in again.words
    assert Change.objects.count() == 1


def test_publishing_in_the_same_moment_is_one_line(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's publication falls between reading the record and holding its row."""
    meeting = make.make_meeting()
    page = browser.page(meeting, "publish")
    locked = acts_admin.locked

    def publish_then_lock(record: Meeting) -> Meeting:
        publish_meeting(Meeting.objects.get(pk=record.pk), now=make.NOW)
        return locked(record)

    monkeypatch.setattr(acts_admin, "locked", publish_then_lock)
    again = browser.send(page)
    assert "is not possible as it stands now" in again.words
    assert Change.objects.count() == 1
    assert first_break() is None


def test_a_record_deleted_in_the_same_moment_is_told(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make.make_meeting(title="Gone")
    page = browser.page(meeting, "publish")
    locked = acts_admin.locked

    def delete_then_lock(record: Meeting) -> Meeting:
        Meeting.objects.filter(pk=record.pk).delete()
        return locked(record)

    monkeypatch.setattr(acts_admin, "locked", delete_then_lock)
    assert "Somebody deleted “Gone (2026-02-25)” meanwhile." in browser.send(page).words
    assert not Change.objects.exists()


def test_a_refusal_is_told_before_the_button_is_pressed(browser: Browser) -> None:
    page = browser.page(make.make_meeting(title="The meeting", sources=()), "publish")
    assert "Name a source that says so before publishing “The meeting”." in page.words
    assert "Publish the meeting" not in page.buttons


def test_a_refusal_after_the_button_writes_nothing(browser: Browser) -> None:
    meeting = make.make_meeting()
    page = browser.page(meeting, "publish")
    meeting.sources.clear()
    before = stored_rows()
    refused = browser.send(page)
    assert "Nothing was written yet." in refused.words
    assert "Name a source that says so" in refused.words
    assert stored_rows() == before


def test_saving_and_publishing_saves_first(browser: Browser) -> None:
    meeting = make.make_meeting()
    page = browser.page(meeting)
    assert page.buttons["Save and publish…"] == "_publish"
    confirm = browser.send(page, press="_publish", title="Typed just now")
    assert confirm.url == admin_url(meeting, "publish")
    assert "Typed just now: recorded" in confirm.words
    assert Meeting.objects.get(pk=meeting.pk).title == "Typed just now"
    assert not Change.objects.exists()


def test_saving_and_publishing_something_wrong_does_neither(browser: Browser) -> None:
    meeting = make.make_meeting()
    page = browser.send(browser.page(meeting), press="_publish", date_date="2026-13")
    assert "There is no month 13" in page.words
    assert page.url == admin_url(meeting, "change")


def test_an_act_needs_the_forms_token(staff: User) -> None:
    meeting = make.make_meeting()
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert client.post(admin_url(meeting, "publish")).status_code == 403
    assert not Change.objects.exists()


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_only_post_acts(method: str, browser: Browser) -> None:
    meeting = make.make_meeting()
    getattr(browser.client, method)(admin_url(meeting, "publish"))
    assert not Change.objects.exists()


STAGES = {"publish", "schedule", "send-for-review"}


def test_no_button_for_what_is_not_possible(browser: Browser, every_record: list[Model]) -> None:
    offered: dict[str, set[str]] = {}
    for record in every_record:
        page = browser.page(record)
        acts_of_it = {o["act"].name for o in page.response.context.get("acts", ())}
        revised = hasattr(record, "revision")
        state = "draft" if getattr(record, "published_seq", 1) is None else "public"
        if revised or getattr(record, "retracted_seq", None):
            state = "taken back"
        kind = f"{state} {record._meta.model_name}"
        offered[kind] = offered.get(kind, set()) | acts_of_it
    assert {kind: names for kind, names in offered.items() if names} == {
        **{f"draft {noun}": STAGES for noun in ("meeting", "commitment", "statusupdate", "note")},
        "public note": {"retract"},
        "public commitment": {"checked-today", "retract"},
        "public statusupdate": {"correct", "retract", "add-evidence"},
    }
