"""What stands in each cell of the matrix, why a cell is empty, and what it costs to ask."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.make import (
    NOW,
    make_citation,
    make_forum,
    make_party,
    published_commitment,
    published_correction,
    published_meeting,
    published_update,
)
from tracker.actions.amend import add_evidence, amend
from tracker.actions.publishing.publish import mark_fully_recorded
from tracker.models import Commitment, MeetingState, Stage
from tracker.queries.lists.rows import rows
from tracker.queries.records.matrix import Matrix, Record, Silence, matrix, matrix_meetings
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments

TODAY = NOW.date()
LATER = NOW + dt.timedelta(days=10)

pytestmark = pytest.mark.django_db


def laid(moment: Viewpoint | None = None, *, forum: str = "") -> Matrix:
    at = moment or Viewpoint(TODAY)
    found = public_commitments(at).order_by("reference")
    return matrix(rows(found, at), matrix_meetings(at, forum=forum), at)


def told(table: Matrix) -> list[list[str]]:
    """Each cell as "stage: movements “words”", or why it is empty."""
    return [
        [
            f"{cell.stage}: {', '.join(cell.movements)}"
            + (f" “{cell.quotation.quotation}”" if cell.quotation else "")
            if cell.steps
            else f"({cell.silence})"
            for cell in line.cells
        ]
        for line in table.rows
    ]


def three_meetings(commitment: Commitment | None = None) -> Commitment:
    """Stated at a first meeting, passed over at a second, signed at a third."""
    first, _, third = (
        published_meeting(date=f"2025-0{n}-10", title=f"Meeting {n}", fully_recorded=n < 3)
        for n in (1, 2, 3)
    )
    pledge = commitment or published_commitment(
        meeting=first, happened="2025-01-10", quotation="will sign"
    )
    published_update(
        pledge, meeting=third, happened="2025-03-10", stage=Stage.SIGNED, quotation="signed"
    )
    return pledge


def test_a_cell_has_stage_movement_and_words_and_the_newest_meeting_is_last() -> None:
    three_meetings()
    table = laid()
    assert [str(c.meeting.date) for c in table.columns] == [
        "2025-01-10",
        "2025-02-10",
        "2025-03-10",
    ]
    assert [c.record for c in table.columns] == [Record.FULL, Record.FULL, Record.PART]
    assert [c.is_empty for c in table.columns] == [False, True, False]
    assert told(table) == [
        ["announced: new “will sign”", "(not_mentioned)", "signed: advanced “signed”"]
    ]


def test_every_empty_cell_says_why() -> None:
    published_meeting(date="2024-01-01", title="Before it was stated", fully_recorded=True)
    published_meeting(date="2025-02-01", title="In part")
    published_meeting(
        date="2025-03-01", title="Of others", parties=[make_party()], fully_recorded=True
    )
    published_meeting(date="2025-04-01", title="Silent", fully_recorded=True)
    published_meeting(date="2027", title="To come", state=MeetingState.PLANNED)
    published_meeting(date="2025-05-01", title="Called off", state=MeetingState.CANCELLED)
    published_commitment(happened="2025-01-10")
    table = laid()
    [line] = table.rows
    assert {cell.meeting.title: cell.silence for cell in line.cells} == {
        "Before it was stated": Silence.NOT_STATED_YET,
        "In part": Silence.NOT_RECORDED,
        "Of others": Silence.NOT_THEIRS,
        "Silent": Silence.NOT_MENTIONED,
        "To come": Silence.NOT_HELD,
    }
    assert line.is_empty
    assert line.elsewhere == 1


def test_one_forum_is_a_part_of_all() -> None:
    forum = make_forum(slug="ministerial")
    inside = published_meeting(forum=forum, date="2025-01-10")
    published_meeting(date="2025-02-10")
    assert [c.meeting for c in laid(forum="ministerial").columns] == [inside]
    assert len(laid().columns) == 2
    assert laid(forum="nothing").columns == []


def test_movement_is_told_from_the_whole_story() -> None:
    forum = make_forum(slug="ministerial")
    elsewhere = published_meeting(date="2025-01-10")
    here = published_meeting(date="2025-02-10", forum=forum)
    pledge = published_commitment(meeting=elsewhere, happened="2025-01-10")
    published_update(pledge, meeting=here, happened="2025-02-10", stage=Stage.NEGOTIATING)
    table = laid(forum="ministerial")
    assert told(table) == [["negotiating: advanced “will sign the agreement”"]]
    assert table.rows[0].elsewhere == 1


def test_a_partys_own_step_does_not_move_the_stage() -> None:
    meeting = published_meeting(date="2025-02-10")
    pledge = published_commitment(happened="2025-01-10", stage=Stage.SIGNED)
    canada = pledge.parties.get(code="CAN")
    published_update(
        pledge, meeting=meeting, party=canada, happened="2025-02-10", stage=Stage.IN_EFFECT
    )
    [cell] = laid().rows[0].cells
    assert (cell.stage, cell.parties) == (Stage.SIGNED, ["Canada"])


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    pledge = three_meetings()
    wrong = pledge.updates.get(number=2)
    published_correction(wrong, stage=Stage.CONCLUDED, quotation="initialled")
    assert told(laid())[0][2] == "concluded: corrected, advanced “initialled”"


def test_looking_back_leaves_out_what_lay_ahead() -> None:
    three_meetings()
    published_meeting(date="2027", state=MeetingState.PLANNED)
    assert told(laid(Viewpoint(TODAY, as_of=dt.date(2025, 2, 28)))) == [
        ["announced: new “will sign”", "(not_mentioned)"]
    ]
    assert told(laid(Viewpoint(TODAY, as_of=TODAY))) == told(laid())


def test_what_was_known_is_told_as_it_was_known() -> None:
    pledge = three_meetings()
    meeting = pledge.updates.get(number=2).meeting
    amend(meeting, values={"title": "Renamed"}, now=LATER)
    mark_fully_recorded(meeting, now=LATER)
    third = pledge.updates.get(number=2)
    before, after = Viewpoint(LATER.date(), known_at=TODAY), Viewpoint(LATER.date())
    assert (laid(before).columns[2].meeting.title, laid(before).columns[2].record) == (
        "Meeting 3",
        Record.PART,
    )
    assert (laid(after).columns[2].meeting.title, laid(after).columns[2].record) == (
        "Renamed",
        Record.FULL,
    )
    published_correction(third, stage=Stage.CONCLUDED, quotation="initialled", now=LATER)
    assert told(laid(before))[0][2] == "signed: advanced “signed”"


def test_evidence_added_later_was_not_known_before() -> None:
    meeting = published_meeting(date="2025-01-10")
    pledge = published_commitment(meeting=meeting, happened="2025-01-10", quotation="")
    update = pledge.updates.get(number=1)
    add_evidence(make_citation(update, save=False, quotation="found later"), now=LATER)
    [now], [before] = (
        laid(moment).rows[0].cells
        for moment in (Viewpoint(LATER.date()), Viewpoint(LATER.date(), known_at=TODAY))
    )
    assert now.quotation is not None
    assert now.quotation.quotation == "found later"
    assert before.quotation is None


def test_queries_do_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    three_meetings()
    with django_assert_num_queries(9):
        laid()
    for _ in range(3):
        three_meetings()
    with django_assert_num_queries(9):
        laid()
