"""A draft's way through the admin: written, sent, sent back, published by another, or at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.utils import timezone

from tests import make
from tests.admin.browsing import Browser, admin_url
from tests.stored import stored_rows
from tracker.actions.review.approval import review_of
from tracker.actions.review.states import send_for_review
from tracker.admin.editing import acts_admin
from tracker.migrations._roles import make_groups
from tracker.models import Change, Commitment, Meeting, Note, StatusUpdate


@pytest.fixture(autouse=True)
def _second_person(settings: Any, db: None) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    make_groups(apps)


def hire(role: str, name: str = "") -> Browser:
    user = User.objects.create_user(name or role.lower(), password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return Browser(user)


@pytest.fixture
def writer(db: None) -> Browser:
    return hire("Contributor", "writer")


@pytest.fixture
def editor(db: None) -> Browser:
    return hire("Editor", "editor")


def test_from_the_first_word_to_the_log(writer: Browser, editor: Browser) -> None:
    meeting = make.make_meeting(title="The meeting")
    page = writer.page(meeting)
    assert "Save and publish…" not in page.buttons
    confirm = writer.send(page, press="_send-for-review", place="Ottawa")
    assert confirm.url == admin_url(meeting, "send-for-review")
    done = writer.send(confirm)
    assert "It is in review." in done.words
    assert "In review, sent by writer on " in done.words
    assert "Last edited by writer." in done.words
    assert not Change.objects.exists()

    back = editor.send(editor.page(meeting, "send-back"), comment="Name the place in full.")
    assert "It is a draft again, with your comment." in back.words
    again = writer.page(meeting)
    assert "Name the place in full." in again.words
    writer.send(writer.send(again, press="_send-for-review", place="Ottawa, Canada"))

    page = editor.page(meeting, "publish")
    assert "Meeting The meeting: recorded Major" in page.words
    assert "Public now, as change #1 of the log." in editor.send(page).words
    change = Change.objects.get()
    assert change.recorded_by == User.objects.get(username="editor")
    assert change.payload["meeting"]["place"] == "Ottawa, Canada"
    assert "Name the place in full." not in editor.page(meeting).words


@pytest.mark.parametrize("superuser", [False, True])
def test_who_sent_or_edited_it_does_not_publish_it(superuser: bool, editor: Browser) -> None:
    User.objects.filter(username="editor").update(is_superuser=superuser)
    meeting = make.make_meeting(title="The meeting")
    editor.save(meeting, place="Ottawa")
    assert "is not possible as it stands now" in editor.page(meeting, "publish").words
    editor.send(editor.page(meeting, "send-for-review"))
    page = editor.page(meeting, "publish")
    assert "was edited or sent for review by you: somebody else publishes it." in page.words
    assert "Publish the meeting" not in page.buttons
    before = stored_rows()
    # Whatever the page says, the request itself is refused too.
    refused = editor.client.post(admin_url(meeting, "publish"))
    assert "somebody else publishes it." in refused.content.decode()
    assert stored_rows() == before


def test_a_draft_that_was_not_sent_is_not_published_by_a_direct_request(editor: Browser) -> None:
    meeting = make.make_meeting()
    answer = editor.client.post(admin_url(meeting, "publish"), follow=True)
    assert "is not possible as it stands now" in answer.content.decode()
    assert not Change.objects.exists()


def test_an_edit_in_another_tab_takes_it_out_of_review(writer: Browser, editor: Browser) -> None:
    meeting = make.make_meeting()
    writer.send(writer.page(meeting, "send-for-review"))
    page = editor.page(meeting, "publish")
    told = writer.save(meeting, place="Elsewhere")
    assert (
        "It was changed after it was sent, so it is a draft again: send it once more." in told.words
    )
    assert "is not possible as it stands now" in editor.send(page).words
    assert not Change.objects.exists()


def test_an_edit_in_the_same_moment_holds_publication_back(
    writer: Browser, editor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make.make_meeting()
    writer.send(writer.page(meeting, "send-for-review"))
    page, locked = editor.page(meeting, "publish"), acts_admin.locked

    def edit_then_lock(record: Meeting) -> Meeting:
        monkeypatch.setattr(acts_admin, "locked", locked)
        writer.save(meeting, place="Elsewhere")
        return locked(record)

    monkeypatch.setattr(acts_admin, "locked", edit_then_lock)
    assert "is not possible as it stands now" in editor.send(page).words
    assert not Change.objects.exists()


def test_saving_without_a_change_leaves_it_in_review(writer: Browser, editor: Browser) -> None:
    update = make.make_update(commitment=make.published_commitment())
    send_for_review(update, now=make.NOW, by=User.objects.get(username="writer"))
    editor.save(update)
    review = review_of(update)
    assert (review.state, review.edited_by) == ("in_review", None)


def test_a_changed_citation_is_an_edit(writer: Browser, editor: Browser) -> None:
    update = make.make_update(commitment=make.published_commitment())
    send_for_review(update, now=make.NOW, by=User.objects.get(username="writer"))
    editor.save(update, **{"citations-0-quotation": "other words"})
    review = review_of(update)
    assert (review.state, review.edited_by) == ("draft", User.objects.get(username="editor"))


def test_two_tabs_publish_once(writer: Browser, editor: Browser) -> None:
    meeting = make.make_meeting()
    writer.send(writer.page(meeting, "send-for-review"))
    one, other = editor.page(meeting, "publish"), editor.page(meeting, "publish")
    editor.send(one)
    assert "is not possible as it stands now" in editor.send(other).words
    assert Change.objects.count() == 1


def test_a_commitment_is_published_with_the_update_that_was_sent_with_it(
    writer: Browser, editor: Browser
) -> None:
    commitment = make.make_commitment()
    make.make_update(commitment=commitment)
    writer.send(writer.page(commitment, "send-for-review"))
    assert "Public now" in editor.send(editor.page(commitment, "publish")).words
    assert Commitment.objects.get(pk=commitment.pk).is_public


def test_who_begins_a_correction_does_not_publish_it(editor: Browser) -> None:
    update = make.published_update(make.published_commitment())
    editor.send(editor.page(update, "correct"), reason="Misread.")
    draft = StatusUpdate.objects.draft().get()
    send_for_review(draft, now=make.NOW, by=User.objects.create_user("sender"))
    assert "somebody else publishes it." in editor.page(draft, "publish").words


def test_a_comment_is_needed(writer: Browser, editor: Browser) -> None:
    meeting = make.make_meeting()
    writer.send(writer.page(meeting, "send-for-review"))
    page = editor.send(editor.page(meeting, "send-back"), comment="")
    assert "This field is required." in page.words
    assert review_of(meeting).state == "in_review"


def test_publication_at_a_time(writer: Browser, editor: Browser) -> None:
    meeting = make.make_meeting(title="The meeting")
    writer.send(writer.page(meeting, "send-for-review"))
    page = editor.page(meeting, "schedule")
    assert "Meeting The meeting: recorded Major" in page.words
    for typed, told in (
        ("", "This field is required."),
        ("2020-01-01T09:00", "Give a time that is still to come"),
        ("9999-12-31T23:59", "Give a time that is still to come"),
        ("tomorrow", "Enter a valid date/time."),
        ("\0", "Enter a valid date/time."),
    ):
        refused = editor.send(page, publish_at=typed)
        assert refused.status == 200
        assert told in refused.words, typed
    year = timezone.now().year + 1
    done = editor.send(page, publish_at=f"{year}-01-02T09:30")
    assert f"It becomes public on {year}-01-02 09:30 UTC." in done.words
    assert f"To be published on {year}-01-02 09:30 UTC, approved by editor." in done.words
    assert not Change.objects.exists()
    assert "is not possible as it stands now" in editor.page(meeting, "publish").words
    assert "It is called off." in editor.send(editor.page(meeting, "call-off")).words
    assert review_of(meeting).state == "in_review"


def test_what_must_wait_for_another_may_be_scheduled(writer: Browser, editor: Browser) -> None:
    meeting = make.make_meeting()
    note = make.make_note(meeting=meeting)
    writer.send(writer.page(note, "send-for-review"))
    page = editor.page(note, "schedule")
    assert "Publish what the note is about first." in page.words
    year = timezone.now().year + 1
    assert "It becomes public" in editor.send(page, publish_at=f"{year}-01-02T09:30").words


# -- A meeting's updates --------------------------------------------------------------------------


def test_a_meetings_updates_are_shown_with_the_flags_that_come(
    writer: Browser, editor: Browser
) -> None:
    quiet = make.published_commitment(reference="CAN-KOR-2020-001", title="Quiet", happened="2020")
    meeting = make.published_meeting(date="2026-02-25")
    update = make.make_update(
        commitment=quiet, meeting=meeting, stage="signed", target="2026-03-01"
    )
    make.make_update(commitment=quiet, meeting=meeting)
    sent = User.objects.get(username="writer")
    send_for_review(update, now=make.NOW, by=sent)
    before = stored_rows()
    page = editor.page(meeting, "publish-updates")
    assert stored_rows() == before
    html = page.response.content.decode()
    assert "Quiet: Announced → Signed" in html
    assert "No longer flagged “Quiet”: CAN-KOR-2020-001 Quiet." in html
    assert "From then on flagged “Overdue”: CAN-KOR-2020-001 Quiet." in html
    assert "1 further draft names this meeting; it is not in review and stays." in html
    done = editor.send(page)
    assert "Public now, as change #" in done.words
    assert StatusUpdate.objects.get(pk=update.pk).is_published
    assert "is not possible as it stands now" in editor.send(page).words


def test_one_refusal_holds_all_back(writer: Browser, editor: Browser) -> None:
    known = make.published_commitment(reference="CAN-KOR-2020-001")
    meeting = make.published_meeting()
    fit = make.make_update(commitment=known, meeting=meeting)
    bare = make.make_update(commitment=known, meeting=meeting, is_cited=False)
    for update in (fit, bare):
        send_for_review(update, now=make.NOW, by=User.objects.get(username="writer"))
    before = stored_rows()
    page = editor.page(meeting, "publish-updates")
    html = page.response.content.decode()
    assert "CAN-KOR-2020-001/draft" in html
    assert "Cite a source for the update" in html
    assert "Publish its updates" not in page.buttons
    editor.client.post(admin_url(meeting, "publish-updates"))
    assert stored_rows() == before


# -- What is public -------------------------------------------------------------------------------


def test_a_contributor_is_told_that_it_is_public_by_now(writer: Browser) -> None:
    meeting = make.make_meeting(title="As written")
    page = writer.page(meeting)
    make.publish_meeting(meeting, now=make.NOW)
    told = writer.send(page, title="As rewritten")
    assert "Nothing was saved: only an editor changes what is public." in told.words
    assert Meeting.objects.get(pk=meeting.pk).title == "As written"


@pytest.mark.parametrize(
    ("record", "typed", "usual"),
    [
        (make.published_commitment, {"summary": "Otherwise."}, "major"),
        (make.published_meeting, {"place": "Seoul"}, "major"),
        (make.published_note, {"text": "Otherwise."}, "minor"),
    ],
)
def test_an_amendment_says_how_much_it_matters(
    record: Any, typed: dict[str, str], usual: str, editor: Browser
) -> None:
    public = record()
    page = editor.page(public)
    assert page.fields["significance"] == [usual]
    other = "minor" if usual == "major" else "major"
    wrong = editor.send(page, **typed, significance="enormous")
    assert "enormous" in wrong.words
    editor.send(page, **typed, significance=other, why="Misread.")
    change = Change.objects.latest("seq")
    assert (change.significance, change.payload["reason"]) == (other, "Misread.")


def test_a_significance_alone_amends_nothing(editor: Browser) -> None:
    meeting = make.published_meeting()
    before = Change.objects.count()
    assert "Nothing was changed" in editor.save(meeting, significance="minor").words
    assert Change.objects.count() == before


@pytest.mark.parametrize("noun", [Note, Commitment])
def test_retractions_ask_for_reason_and_significance(noun: type, editor: Browser) -> None:
    record = make.published_note() if noun is Note else make.published_commitment()
    page = editor.page(record, "retract")
    assert "What the log will say" in page.response.content.decode()
    assert "This field is required." in editor.send(page, reason="").words
    done = editor.send(page, reason="A test.", significance="minor")
    change = Change.objects.latest("seq")
    assert (change.kind, change.significance, change.payload["reason"]) == (
        "retraction",
        "minor",
        "A test.",
    )
    assert f"Retracted by change #{change.seq}." in done.words
    assert "is not possible as it stands now" in editor.send(page, reason="Again.").words
