"""The matrix of commitments by meetings: the steps of each commitment at each meeting.

A cell is empty where a meeting did not mention a commitment. That means something only if the
meeting is fully recorded, so every empty cell has a reason.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Min, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from tracker.models import Citation, Meeting, MeetingState
from tracker.queries.former_values import equals_q, find
from tracker.queries.history import UNMOVED, Step
from tracker.queries.lists.rows import Row
from tracker.queries.records.meeting import taking_place
from tracker.queries.records.meeting_steps import chapters, first_quotations
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_forums,
    public_meetings,
    public_updates,
)
from tracker.schema.vocabulary import Movement


class Record(TextChoices):
    """How far a meeting is recorded, which decides what an empty cell means."""

    FULL = "full", _("Fully recorded")
    PART = "part", _("Recorded in part")
    PLANNED = "planned", _("Planned")


class Silence(TextChoices):
    """Why a cell is empty."""

    NOT_MENTIONED = "not_mentioned", _("Not mentioned")
    NOT_STATED_YET = "not_stated_yet", _("Not stated yet")
    NOT_RECORDED = "not_recorded", _("Not recorded: nothing follows from it")
    NOT_HELD = "not_held", _("We hold no source that says it was held")
    NOT_THEIRS = "not_theirs", _("A meeting of other parties")


@dataclass(frozen=True, slots=True)
class Cell:
    """The steps of one commitment at one meeting, or the reason why there are none."""

    meeting: Meeting
    steps: Sequence[Step]
    quotation: Citation | None
    silence: Silence | None

    @property
    def stage(self) -> str:
        """The stage after the meeting; a step by one party alone does not change it."""
        return self.steps[-1].after.stage

    @property
    def movements(self) -> list[Movement]:
        """The distinct movements in order, without "unchanged" ones if anything moved."""
        moves = {movement for step in self.steps for movement in step.movements}
        ordered = [movement for movement in Movement if movement in moves]
        return [m for m in ordered if m not in UNMOVED] or ordered[:1]

    @property
    def parties(self) -> list[str]:
        """The names of parties that acted alone, if every step here was by one party alone."""
        own = [step.update.party.name for step in self.steps if step.update.party]
        return list(dict.fromkeys(own)) if len(own) == len(self.steps) else []


@dataclass(frozen=True, slots=True)
class Column:
    """One meeting; `is_empty` if no commitment shown has a step there."""

    meeting: Meeting
    record: Record
    is_empty: bool


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One commitment with a cell for each column, and the number of its steps elsewhere."""

    row: Row
    cells: Sequence[Cell]
    elsewhere: int

    @property
    def is_empty(self) -> bool:
        return not any(cell.steps for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: Sequence[Column]
    rows: Sequence[MatrixRow]


class _Total(NamedTuple):
    """The number of updates of a commitment, and the day of the first."""

    number: int
    first: dt.date | None


def matrix_meetings(viewpoint: Viewpoint, *, forum: str = "") -> QuerySet[Meeting]:
    """Return the meetings for columns, newest first: held or planned, of one forum or all."""
    meetings = taking_place(public_meetings(viewpoint), viewpoint)
    if not forum:
        return meetings
    known = viewpoint.known
    record = find(public_forums(viewpoint), forum, known)
    return meetings.filter(equals_q(Meeting, "forum", known, [record.pk if record else 0]))


def record_of(meeting: Meeting) -> Record:
    """Return how far a meeting is recorded; after `as_known`, as of the viewpoint."""
    if meeting.state != MeetingState.HELD:
        return Record.PLANNED
    return Record.FULL if meeting.is_fully_recorded else Record.PART


class _Silences:
    """The empty cells of each meeting, shared by reason because most cells are empty."""

    def __init__(self, meetings: Sequence[Meeting]) -> None:
        self._columns = [
            (
                record_of(meeting),
                meeting.last_day,
                frozenset(meeting.parties_key.split("-")),
                {reason: Cell(meeting, (), None, reason) for reason in Silence},
            )
            for meeting in meetings
        ]

    def of(self, row: Row, first: dt.date | None) -> list[Cell]:
        """Return a row of empty cells; `first` is the day of the commitment's first update."""
        parties = {party.code for party in row.parties}
        return [
            cells[self._reason(record, last, parties <= present, first)]
            for record, last, present, cells in self._columns
        ]

    @staticmethod
    def _reason(
        record: Record, last: dt.date | None, is_theirs: bool, first: dt.date | None
    ) -> Silence:
        if record == Record.PLANNED:
            return Silence.NOT_HELD
        if not is_theirs:
            return Silence.NOT_THEIRS
        if record == Record.PART:
            return Silence.NOT_RECORDED
        if first is None or (last is not None and last < first):
            return Silence.NOT_STATED_YET
        return Silence.NOT_MENTIONED


def matrix(rows: Sequence[Row], meetings: QuerySet[Meeting], viewpoint: Viewpoint) -> Matrix:
    """Build the matrix of a page of commitments and a page of meetings, the newest at the right.

    `meetings` is a slice of `matrix_meetings`. The number of queries is constant.
    """
    shown = as_known(meetings, viewpoint)[::-1]
    keys = [row.commitment.pk for row in rows]
    places = {meeting.pk for meeting in shown}
    histories = chapters(keys, places, viewpoint)
    totals = _totals(keys, viewpoint)
    words = first_quotations(
        (
            s.update.pk
            for history in histories.values()
            for s in history
            if s.update.meeting_id in places
        ),
        viewpoint,
    )
    silences = _Silences(shown)
    laid = [
        _laid(
            row,
            histories.get(row.commitment.pk, []),
            totals[row.commitment.pk],
            silences.of(row, totals[row.commitment.pk].first),
            words,
        )
        for row in rows
    ]
    columns = [
        Column(meeting, record_of(meeting), not any(line.cells[i].steps for line in laid))
        for i, meeting in enumerate(shown)
    ]
    return Matrix(columns, laid)


def _totals(commitments: Sequence[int], viewpoint: Viewpoint) -> dict[int, _Total]:
    updates = public_updates(viewpoint)
    counted = updates.filter(commitment__in=commitments).order_by().values_list("commitment")
    totals = counted.annotate(number=Count("pk"), first=Min("happened_first_day"))
    return {pk: _Total(number, first) for pk, number, first in totals}


def _laid(
    row: Row,
    history: Sequence[Step],
    total: _Total,
    empty: Sequence[Cell],
    words: dict[int, Citation],
) -> MatrixRow:
    """Return the row, with steps in place of the empty cells of their meetings."""
    placed: dict[int | None, list[Step]] = defaultdict(list)
    for step in history:
        placed[step.update.meeting_id].append(step)
    cells, said = list(empty), 0
    for place, cell in enumerate(empty):
        here = placed.get(cell.meeting.pk)
        if here:
            quoted = (words[step.update.pk] for step in here if step.update.pk in words)
            cells[place] = Cell(cell.meeting, here, next(quoted, None), None)
            said += len(here)
    return MatrixRow(row, cells, total.number - said)
