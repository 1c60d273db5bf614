"""What is not fit to be published is refused with a sentence, and nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from tests import make
from tests.actions.refusals import refused
from tracker.actions.correct import retract_commitment
from tracker.actions.publishing.publish import (
    mark_fully_recorded,
    publish_commitment,
    publish_meeting,
    publish_note,
    publish_update,
)
from tracker.models import Commitment, Meeting, Party, SourceKind, StatusUpdate

pytestmark = pytest.mark.django_db

NOW = make.NOW
TOMORROW = (NOW + dt.timedelta(days=1)).date().isoformat()


# -- Meetings -----------------------------------------------------------------------------------


def test_a_meeting_without_parties_or_source_is_refused() -> None:
    meeting = make.make_meeting(parties=[])
    with refused("Name the parties of the meeting before publishing it."):
        publish_meeting(meeting, now=NOW)
    meeting = make.make_meeting(title="Second", sources=[])
    with refused("Name a source that says so before publishing “Second”."):
        publish_meeting(meeting, now=NOW)


def test_a_meeting_is_published_once() -> None:
    meeting = make.make_meeting(title="Second")
    other_tab = Meeting.objects.get(pk=meeting.pk)
    publish_meeting(meeting, now=NOW)
    for tab in (meeting, other_tab):
        with refused("“Second (2026-02-25)” is already public, since change 1."):
            publish_meeting(tab, now=NOW)


@pytest.mark.parametrize("state", ["planned", "cancelled"])
def test_only_a_meeting_that_was_held_is_fully_recorded(state: str) -> None:
    sentence = "Only a public meeting that was held can be fully recorded."
    draft, planned = make.make_meeting(), make.published_meeting(state=state)
    for meeting in (draft, planned):
        with refused(sentence):
            mark_fully_recorded(meeting, now=NOW)


def test_a_meeting_is_marked_once_and_only_with_a_date() -> None:
    meeting = make.published_meeting()
    other_tab = Meeting.objects.get(pk=meeting.pk)
    mark_fully_recorded(meeting, now=NOW)
    for tab in (meeting, other_tab):
        with refused("The meeting is already marked as fully recorded."):
            mark_fully_recorded(tab, now=NOW)
    undated = make.published_meeting(date="some time ago")
    with refused("A meeting needs a date before it can be fully recorded."):
        mark_fully_recorded(undated, now=NOW)


# -- Commitments --------------------------------------------------------------------------------


def publish(commitment: Commitment, **of_the_update: Any) -> None:
    first = make.make_update(commitment=commitment, **of_the_update)
    publish_commitment(commitment, first_update=first, now=NOW)


def test_a_commitment_without_parties_is_refused() -> None:
    commitment = make.make_commitment(title="Agreement", parties=[])
    first = make.make_update(commitment=commitment)
    with refused("Name the parties of “Agreement” before publishing it."):
        publish_commitment(commitment, first_update=first, now=NOW)


def test_a_commitment_with_the_update_of_another_is_refused() -> None:
    commitment, other = make.make_commitment(), make.make_update()
    with refused("The first update belongs to another commitment."):
        publish_commitment(commitment, first_update=other, now=NOW)


@pytest.mark.parametrize("name", ["first_stated_at", "part_of", "supersedes"])
def test_a_commitment_that_refers_to_a_draft_is_refused(name: str) -> None:
    draft: Any = make.make_meeting() if name == "first_stated_at" else make.make_commitment()
    commitment = make.make_commitment(title="Agreement", **{name: draft})
    first = make.make_update(commitment=commitment)
    with refused(f"Publish “{draft}” first: “Agreement” refers to it."):
        publish_commitment(commitment, first_update=first, now=NOW)


def test_a_commitment_that_refers_to_a_retracted_one_is_refused() -> None:
    parent = make.published_commitment()
    retract_commitment(parent, reason="It was never said.", now=NOW)
    commitment = make.make_commitment(
        title="Agreement", part_of=Commitment.objects.get(pk=parent.pk)
    )
    first = make.make_update(commitment=commitment)
    with refused(f"Publish “{parent}” first: “Agreement” refers to it."):
        publish_commitment(commitment, first_update=first, now=NOW)


def test_a_commitment_is_published_once() -> None:
    commitment = make.make_commitment(reference="CAN-KOR-2030-001", title="Agreement")
    first, second = (make.make_update(commitment=commitment) for _ in range(2))
    other_tab = Commitment.objects.get(pk=commitment.pk)
    publish_commitment(commitment, first_update=first, now=NOW)
    for tab, update in ((commitment, second), (other_tab, second), (other_tab, first)):
        with refused("“CAN-KOR-2030-001 Agreement” is already public, since change 1."):
            publish_commitment(tab, first_update=update, now=NOW)


def test_a_refused_first_update_leaves_the_commitment_a_draft() -> None:
    commitment = make.make_commitment(title="Agreement")
    make.make_alias(commitment)
    first = make.make_update(commitment=commitment, is_cited=False)
    with refused("Cite a source for the update of 2026-02-25 to “Agreement”. Commentary is none."):
        publish_commitment(commitment, first_update=first, now=NOW)
    # The same objects, once put right, are published as if nothing had been tried before.
    make.make_citation(first)
    published, status = publish_commitment(commitment, first_update=first, now=NOW)
    assert published.payload["introduces"].keys() == {"parties"}
    assert status.payload["introduces"].keys() == {"sources"}
    assert set(Party.objects.values_list("published_seq", flat=True)) == {1}


# -- Updates ------------------------------------------------------------------------------------

UNFIT: list[tuple[str, Callable[[], dict[str, Any]], str]] = [
    (
        "no source",
        lambda: {"is_cited": False},
        "Cite a source for the update of 2026-02-25 to “Agreement”. Commentary is none.",
    ),
    (
        "only commentary",
        lambda: {"source": make.make_source(kind=SourceKind.ANALYST_NOTE)},
        "Cite a source for the update of 2026-02-25 to “Agreement”. Commentary is none.",
    ),
    (
        "tomorrow",
        lambda: {"happened": TOMORROW},
        f"“Agreement”: {TOMORROW} lies in the future; record what has happened.",
    ),
    (
        "next year",
        lambda: {"happened": "2027"},
        "“Agreement”: 2027 lies in the future; record what has happened.",
    ),
    (
        "draft meeting",
        lambda: {"meeting": make.make_meeting(title="Third")},
        "Publish the meeting “Third (2026-02-25)” first.",
    ),
]


@pytest.mark.parametrize(
    ("values", "sentence"), [case[1:] for case in UNFIT], ids=[case[0] for case in UNFIT]
)
def test_an_unfit_update_is_refused(values: Callable[[], dict[str, Any]], sentence: str) -> None:
    commitment = make.published_commitment(title="Agreement")
    update = make.make_update(commitment=commitment, **values())
    with refused(sentence):
        publish_update(update, now=NOW)


@pytest.mark.parametrize("happened", ["2026-11-22", "2026-11", "2026"])
def test_a_date_that_has_begun_is_not_in_the_future(happened: str) -> None:
    commitment = make.published_commitment()
    assert make.published_update(commitment, happened=happened).number == 2


@override_settings(TIME_ZONE="Asia/Seoul")
def test_the_future_begins_where_the_register_is() -> None:
    """In the evening of UTC it is the next day in Seoul already, for flags and here alike."""
    evening = NOW.replace(hour=20)
    commitment = make.published_commitment(now=evening)
    assert make.published_update(commitment, now=evening, happened=TOMORROW).number == 2


def test_an_update_of_a_draft_or_retracted_commitment_is_refused() -> None:
    draft = make.make_update(commitment=make.make_commitment(title="Agreement"))
    with refused("Publish the commitment “Agreement” first."):
        publish_update(draft, now=NOW)
    retracted = make.published_commitment(title="Mistake")
    late = make.make_update(commitment=retracted)
    retract_commitment(retracted, reason="It was never said.", now=NOW)
    with refused("Publish the commitment “Mistake” first."):
        publish_update(late, now=NOW)


def test_an_update_is_published_once() -> None:
    commitment = make.published_commitment(reference="CAN-KOR-2030-001")
    update = make.make_update(commitment=commitment, stage="signed")
    other_tab = StatusUpdate.objects.get(pk=update.pk)
    publish_update(update, now=NOW)
    for tab in (update, other_tab):
        sentence = "“CAN-KOR-2030-001/2 (2026-02-25: signed)” is already public, since"
        with refused(f"{sentence} change 3."):
            publish_update(tab, now=NOW)


def test_a_correction_is_not_published_as_an_update() -> None:
    original = make.first_update(make.published_commitment())
    draft = make.make_update(commitment=original.commitment, corrects=original, reason="Misread.")
    with refused("Publish a correction as a correction."):
        publish_update(draft, now=NOW)


# -- Notes --------------------------------------------------------------------------------------


def test_a_note_on_something_that_is_not_public_is_refused() -> None:
    retracted = make.published_commitment()
    note_on_it = make.make_note(commitment=retracted)
    retract_commitment(retracted, reason="It was never said.", now=NOW)
    note_on_it.refresh_from_db()
    for note in (make.make_note(), make.make_note(commitment=make.make_commitment()), note_on_it):
        with refused("Publish what the note is about first."):
            publish_note(note, now=NOW)


def test_a_note_is_published_once() -> None:
    note = make.make_note(key="noah", meeting=make.published_meeting())
    publish_note(note, now=NOW)
    with refused("“An analyst: noah” is already public, since change 2."):
        publish_note(note, now=NOW)
