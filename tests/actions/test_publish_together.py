"""All drafts of a meeting in one act: in order, all or nothing, each refusal by its row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from tests import make
from tests.log_chain import first_break
from tests.make import NOW
from tests.stored import stored_rows
from tracker.actions.review.publish import publish_together
from tracker.actions.review.states import schedule, send_for_review
from tracker.models import Change, Commitment, Meeting, StatusUpdate

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


def new_commitment(meeting: Meeting, **values: object) -> Commitment:
    commitment = make.make_commitment(first_stated_at=meeting, **values)
    make.make_update(commitment=commitment, meeting=meeting)
    return commitment


def test_updates_and_new_commitments_become_public_together(
    writer: User, editor: User, meeting: Meeting
) -> None:
    known = make.published_commitment(reference="CAN-KOR-2020-001")
    update = make.make_update(commitment=known, meeting=meeting, stage="signed")
    # It refers to a new one that stands after it in the register.
    whole = make.make_commitment(reference="CAN-KOR-2026-002", first_stated_at=meeting)
    make.make_update(commitment=whole, meeting=meeting)
    part = new_commitment(meeting, reference="CAN-KOR-2026-001", part_of=whole)
    for record in (update, whole, part):
        send_for_review(record, now=NOW, by=writer)
    elsewhere = make.make_update(commitment=known, meeting=make.published_meeting())
    send_for_review(elsewhere, now=NOW, by=writer)
    unsent = make.make_update(commitment=known, meeting=meeting)
    changes = publish_together(meeting, now=NOW, by=editor)
    assert [(c.kind, c.commitment) for c in changes] == [
        ("status", known),
        ("commitment_published", whole),
        ("status", whole),
        ("commitment_published", part),
        ("status", part),
    ]
    assert {c.recorded_by for c in changes} == {editor}
    drafts = StatusUpdate.objects.draft()
    assert set(drafts) == {elsewhere, unsent}
    assert first_break() is None
    with pytest.raises(ValidationError, match="No draft in review names this meeting"):
        publish_together(meeting, now=NOW, by=editor)


def test_each_refusal_is_named_and_nothing_is_written(
    writer: User, editor: User, meeting: Meeting
) -> None:
    known = make.published_commitment(reference="CAN-KOR-2020-001")
    fit = make.make_update(commitment=known, meeting=meeting)
    bare = make.make_update(commitment=known, meeting=meeting, is_cited=False, stage="signed")
    own = new_commitment(meeting, reference="CAN-KOR-2026-009")
    for record in (fit, bare):
        send_for_review(record, now=NOW, by=writer)
    send_for_review(own, now=NOW, by=editor)
    before = stored_rows()
    with pytest.raises(ValidationError) as refused:
        publish_together(meeting, now=NOW, by=editor)
    assert [told.split(":")[0].split(" ")[0] for told in refused.value.messages] == [
        "CAN-KOR-2020-001/draft",
        "CAN-KOR-2026-009",
    ]
    assert "Cite a source" in refused.value.messages[0]
    assert "somebody else publishes it" in refused.value.messages[1]
    assert stored_rows() == before


def test_what_waits_for_a_time_is_left_to_it(writer: User, editor: User, meeting: Meeting) -> None:
    commitment = new_commitment(meeting)
    send_for_review(commitment, now=NOW, by=writer)
    schedule(
        commitment,
        publish_at=NOW + dt.timedelta(days=1),
        first_update=commitment.updates.get(),
        now=NOW,
        by=editor,
    )
    with pytest.raises(ValidationError, match="No draft in review"):
        publish_together(meeting, now=NOW, by=editor)


def test_several_drafts_of_a_new_commitment_are_told_one_after_the_other(
    writer: User, editor: User, meeting: Meeting
) -> None:
    commitment = new_commitment(meeting)
    make.make_update(commitment=commitment, meeting=meeting, happened="2026-03", stage="signed")
    send_for_review(commitment, now=NOW, by=writer)
    publish_together(meeting, now=NOW, by=editor)
    assert Commitment.objects.get(pk=commitment.pk).stage == "signed"
    assert Change.objects.filter(commitment=commitment).count() == 3
