"""Drafts of what a meeting did: sent together, published with their names, never half."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests import make
from tests.actions.refusals import refused
from tests.make import NOW
from tracker.actions.record_meeting import keep_typed, next_reference
from tracker.actions.review.publish import publish_together
from tracker.actions.review.states import send_together
from tracker.models import Alias, Meeting, Review, ReviewState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _second_person(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REQUIRE_SECOND_PERSON = True


@pytest.fixture
def writer(db: None) -> User:
    return User.objects.create_superuser("writer")


@pytest.fixture
def editor(db: None) -> User:
    return User.objects.create_superuser("editor")


@pytest.fixture
def meeting(db: None) -> Meeting:
    return make.published_meeting()


def test_all_drafts_of_a_meeting_go_to_review_together(writer: User, meeting: Meeting) -> None:
    known = make.make_update(commitment=make.published_commitment(), meeting=meeting)
    new = make.make_commitment(first_stated_at=meeting)
    first = make.make_update(commitment=new, meeting=meeting)
    elsewhere = make.make_update(commitment=make.published_commitment())
    assert send_together(meeting, now=NOW, by=writer) == 3
    waiting = Review.objects.filter(state=ReviewState.IN_REVIEW)
    assert {review.record for review in waiting} == {known, new, first}
    assert not Review.objects.filter(update=elsewhere).exists()
    with refused("No draft that names this meeting waits to be sent."):
        send_together(meeting, now=NOW, by=writer)


def test_none_is_sent_while_something_typed_is_no_draft_yet(writer: User, meeting: Meeting) -> None:
    commitment = make.published_commitment(title="Sign it", reference="CAN-KOR-2020-001")
    make.make_update(commitment=commitment, meeting=meeting)
    typed = {"mention": "mentioned", "target": "20x7"}
    keep_typed(meeting, commitment, typed=typed, now=NOW, by=writer)
    keep_typed(meeting, None, typed=typed, now=NOW, by=writer)
    with refused(
        "Finish these rows of the worksheet, or set them to “not mentioned”: "
        "CAN-KOR-2020-001 Sign it; a new commitment."
    ):
        send_together(meeting, now=NOW, by=writer)
    for row in meeting.worksheet_rows.all():
        keep_typed(
            meeting, row.commitment, key=row.key, typed={"mention": "silent"}, now=NOW, by=writer
        )
    assert send_together(meeting, now=NOW, by=writer) == 1


def test_a_further_name_becomes_public_with_the_update_that_it_was_drafted_beside(
    writer: User, editor: User, meeting: Meeting
) -> None:
    commitment = make.published_commitment()
    update = make.make_update(commitment=commitment, meeting=meeting)
    name = make.make_alias(commitment, name="GSOMIA", update=update)
    send_together(meeting, now=NOW, by=writer)
    changes = publish_together(meeting, now=NOW, by=editor)
    assert [change.kind for change in changes] == ["mention", "renamed"]
    assert Alias.objects.get(pk=name.pk).published_seq == changes[1].seq


def test_references_go_on_from_the_highest(meeting: Meeting) -> None:
    assert next_reference(meeting) == "CAN-KOR-2026-001"
    for reference in ("CAN-KOR-2026-009", "CAN-KOR-2026-0100", "CAN-KOR-2025-500"):
        make.make_commitment(reference=reference)
    assert next_reference(meeting) == "CAN-KOR-2026-101"
    undated = make.make_meeting(date="soon")
    with refused("Write the reference: the meeting has no year or no parties yet."):
        next_reference(undated)
