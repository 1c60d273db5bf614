"""What happens to a draft in the office: who may publish it, and what takes it out of review."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from tests import make
from tests.actions.reviewing import edit, person
from tests.make import NOW
from tests.stored import stored_rows
from tracker.actions.review.approval import review_of
from tracker.actions.review.publish import publish_reviewed
from tracker.actions.review.states import call_off, note_edit, schedule, send_back, send_for_review
from tracker.models import Change, Commitment, Meeting, Note, ReviewState, StatusUpdate

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=2)


@pytest.fixture(autouse=True)
def _second_person(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REQUIRE_SECOND_PERSON = True


def drafts() -> dict[type, Meeting | Commitment | StatusUpdate | Note]:
    commitment = make.make_commitment()
    make.make_update(commitment=commitment)
    return {
        Meeting: make.make_meeting(),
        Commitment: commitment,
        StatusUpdate: make.make_update(commitment=make.published_commitment()),
        Note: make.make_note(meeting=make.published_meeting()),
    }


def publish(record: Meeting | Commitment | StatusUpdate | Note, *, by: User) -> list[Change]:
    first = record.updates.first() if isinstance(record, Commitment) else None
    return publish_reviewed(record, first_update=first, now=NOW, by=by)


@pytest.mark.parametrize("noun", [Meeting, Commitment, StatusUpdate, Note])
def test_two_people_publish(noun: type) -> None:
    record = drafts()[noun]
    note_edit(record, now=NOW, by=person("writer"))
    with pytest.raises(ValidationError, match="for review first"):
        publish(record, by=person("editor"))
    send_for_review(record, now=NOW, by=person("sender"))
    before = stored_rows()
    for own in ("writer", "sender"):
        with pytest.raises(ValidationError, match="somebody else publishes it"):
            publish(record, by=person(own))
    after = stored_rows()
    assert after == before
    changes = publish(record, by=person("editor"))
    assert changes[0].recorded_by == person("editor")
    review = review_of(record)
    assert (review.state, review.reviewed_by, review.edited_by, review.sent_by) == (
        ReviewState.PUBLISHED,
        person("editor"),
        person("writer"),
        person("sender"),
    )


def test_nobody_is_no_second_person() -> None:
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=person("sender"))
    with pytest.raises(ValidationError, match="a person who reviewed it"):
        publish_reviewed(meeting, now=NOW, by=None)


def test_where_one_person_does_it_all(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REQUIRE_SECOND_PERSON = False
    meeting = make.make_meeting()
    note_edit(meeting, now=NOW, by=person("writer"))
    publish(meeting, by=person("writer"))
    assert Meeting.objects.get(pk=meeting.pk).is_public


def test_an_edit_takes_a_draft_out_of_review() -> None:
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=person("writer"))
    assert edit(meeting, place="Seoul", now=LATER, by=person("other")) is True
    review = review_of(meeting)
    assert (review.state, review.edited_by, review.edited_at) == (
        ReviewState.DRAFT,
        person("other"),
        LATER,
    )
    with pytest.raises(ValidationError, match="for review first"):
        publish(meeting, by=person("editor"))
    assert edit(meeting, place="Ottawa", now=LATER, by=person("other")) is False


def test_a_commitment_is_sent_with_the_drafts_of_its_updates() -> None:
    commitment = make.make_commitment()
    first, second = make.make_update(commitment=commitment), make.make_update(commitment=commitment)
    send_for_review(commitment, now=NOW, by=person("writer"))
    states = [review_of(draft).state for draft in (commitment, first, second)]
    assert states == ["in_review"] * 3
    send_back(commitment, comment=" Name the topic. ", now=NOW, by=person("editor"))
    told = [(review_of(draft).state, review_of(draft).comment) for draft in (commitment, first)]
    assert told == [("draft", "Name the topic.")] * 2


def test_an_update_edited_after_it_was_sent_holds_its_commitment_back() -> None:
    commitment = make.make_commitment()
    first = make.make_update(commitment=commitment)
    send_for_review(commitment, now=NOW, by=person("writer"))
    edit(first, rationale="Otherwise.", by=person("writer"))
    with pytest.raises(ValidationError, match="for review first"):
        publish(commitment, by=person("editor"))
    assert not Change.objects.exists()


def test_sending_back_needs_a_comment_and_sending_again_clears_it() -> None:
    note = make.make_note()
    with pytest.raises(ValidationError, match="It is not in review"):
        send_back(note, comment="No.", now=NOW, by=person("editor"))
    send_for_review(note, now=NOW, by=person("writer"))
    with pytest.raises(ValidationError, match="in review already"):
        send_for_review(note, now=NOW, by=person("writer"))
    with pytest.raises(ValidationError, match="what is to be done"):
        send_back(note, comment=" ", now=NOW, by=person("editor"))
    send_back(note, comment="Shorter.", now=NOW, by=person("editor"))
    send_for_review(note, now=LATER, by=person("writer"))
    review = review_of(note)
    assert (review.comment, review.reviewed_by, review.sent_at) == ("", None, LATER)


def test_a_source_that_one_edited_is_published_by_another() -> None:
    source = make.make_source()
    note_edit(source, now=NOW, by=person("editor"))
    update = make.make_update(commitment=make.published_commitment(), source=source)
    send_for_review(update, now=NOW, by=person("writer"))
    before = stored_rows()
    with pytest.raises(ValidationError, match="becomes public with it and was edited by you"):
        publish(update, by=person("editor"))
    assert stored_rows() == before
    publish(update, by=person("another"))


def test_a_source_that_was_public_before_hinders_nobody() -> None:
    source = make.make_source()
    note_edit(source, now=NOW, by=person("editor"))
    commitment = make.published_commitment(source=source)
    update = make.make_update(commitment=commitment, source=source)
    send_for_review(update, now=NOW, by=person("writer"))
    assert publish(update, by=person("editor"))


def test_what_is_public_is_neither_sent_nor_sent_back_nor_scheduled() -> None:
    meeting = make.published_meeting()
    before = stored_rows()
    for attempt in (
        lambda: send_for_review(meeting, now=NOW, by=person("a")),
        lambda: send_back(meeting, comment="No.", now=NOW, by=person("a")),
        lambda: schedule(meeting, publish_at=LATER, now=NOW, by=person("a")),
        lambda: call_off(meeting, now=NOW, by=person("a")),
    ):
        with pytest.raises(ValidationError, match="already public"):
            attempt()
    assert stored_rows() == before
