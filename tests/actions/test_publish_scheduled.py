"""Publication at a time: approved before, never earlier; what is refused by then comes back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from tests import make
from tests.actions.reviewing import edit
from tests.make import NOW
from tests.stored import stored_rows
from tracker.actions.review.approval import review_of
from tracker.actions.review.publish import publish_reviewed, publish_scheduled
from tracker.actions.review.states import call_off, schedule, send_for_review
from tracker.models import Change, Commitment, Meeting

pytestmark = pytest.mark.django_db
DUE = NOW + dt.timedelta(days=3, hours=2)


@pytest.fixture(autouse=True)
def _second_person(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REQUIRE_SECOND_PERSON = True


@pytest.fixture
def writer(db: None) -> User:
    return User.objects.create_superuser("writer")


@pytest.fixture
def editor(db: None) -> User:
    return User.objects.create_superuser("editor")


def test_it_is_published_when_it_is_due_and_once(writer: User, editor: User) -> None:
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=writer)
    schedule(meeting, publish_at=DUE, now=NOW, by=editor)
    assert publish_scheduled(now=DUE - dt.timedelta(microseconds=1)) == []
    assert not Meeting.objects.get(pk=meeting.pk).is_public
    assert publish_scheduled(now=DUE) == [1]
    assert publish_scheduled(now=DUE) == []
    change = Change.objects.get()
    assert (change.meeting, change.recorded_at, change.recorded_by) == (meeting, DUE, editor)


def test_what_belongs_together_is_published_in_its_order(writer: User, editor: User) -> None:
    """The commitment comes first by key, and rests on the meeting."""
    commitment = make.make_commitment()
    meeting = make.make_meeting()
    Commitment.objects.filter(pk=commitment.pk).update(first_stated_at=meeting)
    first = make.make_update(commitment=commitment, meeting=meeting)
    for record in (commitment, meeting):
        send_for_review(record, now=NOW, by=writer)
    schedule(commitment, publish_at=DUE, first_update=first, now=NOW, by=editor)
    schedule(meeting, publish_at=DUE, now=NOW, by=editor)
    assert publish_scheduled(now=DUE) == [1, 2, 3]
    assert [c.kind for c in Change.objects.order_by("seq")] == [
        "meeting",
        "commitment_published",
        "status",
    ]


def test_what_is_refused_by_then_is_a_draft_with_the_reason(writer: User, editor: User) -> None:
    unfit, fit = make.make_meeting(title="Unfit", sources=()), make.make_meeting()
    for meeting in (unfit, fit):
        send_for_review(meeting, now=NOW, by=writer)
        schedule(meeting, publish_at=DUE, now=NOW, by=editor)
    assert publish_scheduled(now=DUE) == [1]
    review = review_of(unfit)
    assert (review.state, review.publish_at) == ("draft", None)
    assert review.comment == (
        "It was not published when it was due: Name a source that says so before publishing "
        "“Unfit”."
    )
    assert Meeting.objects.get(pk=fit.pk).is_public


@pytest.mark.parametrize("lost", [{"is_superuser": False}, {"is_active": False}])
def test_who_lost_the_right_publishes_nothing(lost: dict[str, bool], writer, editor) -> None:  # type: ignore[no-untyped-def]
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=writer)
    schedule(meeting, publish_at=DUE, now=NOW, by=editor)
    User.objects.filter(pk=editor.pk).update(**lost)
    assert publish_scheduled(now=DUE) == []
    assert "may not publish any more" in review_of(meeting).comment


def test_an_edit_takes_the_approval_away(writer: User, editor: User) -> None:
    commitment = make.make_commitment()
    first = make.make_update(commitment=commitment)
    send_for_review(commitment, now=NOW, by=writer)
    schedule(commitment, publish_at=DUE, first_update=first, now=NOW, by=editor)
    edit(first, rationale="Otherwise.", by=writer)
    assert review_of(commitment).state == "draft"
    assert publish_scheduled(now=DUE) == []
    assert not Change.objects.exists()


def test_it_can_be_called_off(writer: User, editor: User) -> None:
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=writer)
    schedule(meeting, publish_at=DUE, now=NOW, by=editor)
    call_off(meeting, now=NOW, by=editor)
    assert review_of(meeting).state == "in_review"
    assert publish_scheduled(now=DUE) == []
    with pytest.raises(ValidationError, match="It is not scheduled"):
        call_off(meeting, now=NOW, by=editor)
    assert publish_reviewed(meeting, now=NOW, by=editor)


@pytest.mark.parametrize("days", [-1, 0, 3661])
def test_the_time_is_still_to_come(days: int, writer: User, editor: User) -> None:
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=writer)
    before = stored_rows()
    with pytest.raises(ValidationError, match="still to come"):
        schedule(meeting, publish_at=NOW + dt.timedelta(days=days), now=NOW, by=editor)
    assert stored_rows() == before


def test_who_wrote_it_does_not_approve_it(writer: User) -> None:
    meeting = make.make_meeting()
    send_for_review(meeting, now=NOW, by=writer)
    with pytest.raises(ValidationError, match="somebody else publishes it"):
        schedule(meeting, publish_at=DUE, now=NOW, by=writer)


def test_a_fault_with_one_holds_up_none_of_the_others(
    writer: User, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty, fit = make.make_meeting(), make.make_meeting()
    for meeting in (faulty, fit):
        send_for_review(meeting, now=NOW, by=writer)
        schedule(meeting, publish_at=DUE, now=NOW, by=editor)
    publish = publish_reviewed

    def fails_for_one(record: Meeting, **rest: Any) -> list[Change]:
        if record.pk == faulty.pk:
            raise RuntimeError("Something nobody foresaw")
        return publish(record, **rest)

    monkeypatch.setattr("tracker.actions.review.publish.publish_reviewed", fails_for_one)
    with pytest.raises(ExceptionGroup) as raised:
        publish_scheduled(now=DUE)
    assert [str(fault) for fault in raised.value.exceptions] == ["Something nobody foresaw"]
    assert Meeting.objects.get(pk=fit.pk).is_public
    assert review_of(faulty).state == "scheduled"
