"""Compute the positions that updates lead to, by period and by the change that made them known.

Pure functions: nothing is read from or written to the database; `projection` stores the result.
"""

from __future__ import annotations

import bisect
import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.lib.partial_dates import PartialDate, add_months
from tracker.models import LAST_DAY, NO_END, Forum, StatusUpdate
from tracker.queries.history import Wording


def place(update: StatusUpdate) -> tuple[dt.date, dt.date]:
    """Return the sort key of an update in the history, ignoring the words beside its date."""
    happened: PartialDate = update.happened
    return happened.first_day or dt.date.max, happened.last_day or dt.date.max


class Span(NamedTuple):
    """The position of a commitment from one day to another, with the field names of `Standing`."""

    update_id: int
    valid_from: dt.date
    valid_to: dt.date
    stage: str
    assessment: str
    firmness: str
    target: PartialDate | None
    has_slipped: bool
    last_update_day: dt.date
    mention_level: int | None
    mention_parties_key: str
    silence_counts_after: dt.date
    expected_by: dt.date | None


class Row(NamedTuple):
    """A span, and the changes of the log between which it was known."""

    span: Span
    known_from: int
    known_to: int = NO_END


class Standpoint(NamedTuple):
    """The state after an update that later updates depend on."""

    state: Wording
    earliest_target: dt.date | None
    level: int | None
    parties_key: str
    last_day: dt.date
    # The cadence of the forum that last mentioned it.
    cadence_months: int | None
    # The last day on which the promised series is known to have met.
    series_met: dt.date | None

    @property
    def has_slipped(self) -> bool:
        target_day = self.state.target.last_day if self.state.target else None
        earliest = self.earliest_target
        return target_day is not None and earliest is not None and target_day > earliest


def _later(day: dt.date, months: int) -> dt.date:
    """Add months to a day, up to the last day of the calendar."""
    try:
        return add_months(day, months)
    except ValueError:
        return dt.date.max


def _silence_counts_after(standpoint: Standpoint, series: Forum | None) -> dt.date:
    """Return the day after which silence counts: for a promised series, not before it is due."""
    if series is None or series.cadence_months is None:
        return standpoint.last_day
    due = _later(standpoint.series_met or standpoint.last_day, series.cadence_months)
    target_day = standpoint.state.target.last_day if standpoint.state.target else None
    return max(standpoint.last_day, due, target_day or due)


def _expected_by(standpoint: Standpoint, series: Forum | None) -> dt.date | None:
    """Return the last update plus one and a half cadences: meetings are rarely exactly on time."""
    cadence = series.cadence_months if series is not None else None
    cadence = cadence or standpoint.cadence_months
    return _later(standpoint.last_day, cadence + (cadence + 1) // 2) if cadence else None


def standpoint_after(
    update: StatusUpdate, before: Standpoint | None, series: Forum | None
) -> Standpoint:
    """Return the standpoint after an update, given the one before it."""
    state = Wording.of(update) if before is None else before.state.followed_by(update)
    earliest = before.earliest_target if before else None
    target_day = state.target.last_day if state.target else None
    if target_day is not None:
        earliest = min(earliest or target_day, target_day)
    level, parties_key = (before.level, before.parties_key) if before else (None, "")
    cadence, met = (before.cadence_months, before.series_met) if before else (None, None)
    last_day: dt.date = update.happened.last_day
    if update.meeting is not None:
        # A mention at a meeting without a level neither outranks others nor is outranked.
        level, parties_key = update.meeting.level or None, update.meeting.parties_key
        cadence = update.meeting.cadence_months
        if series is not None and update.meeting.forum_id == series.pk:
            met = max(met or last_day, last_day)
    if before is not None and before.last_day > last_day:
        last_day = before.last_day
    return Standpoint(state, earliest, level, parties_key, last_day, cadence, met)


def span_of(
    update: StatusUpdate, standpoint: Standpoint, after: StatusUpdate | None, series: Forum | None
) -> Span | None:
    """Return the span from this update to the next, or None if both are on the same day."""
    first: dt.date = update.happened.first_day
    until = after.happened.first_day if after is not None else LAST_DAY
    if until == first:
        return None
    state = standpoint.state
    return Span(
        update_id=update.pk,
        valid_from=first,
        valid_to=until,
        stage=state.stage,
        assessment=state.assessment,
        firmness=state.firmness,
        target=state.target,
        has_slipped=standpoint.has_slipped,
        last_update_day=standpoint.last_day,
        mention_level=standpoint.level,
        mention_parties_key=standpoint.parties_key,
        silence_counts_after=_silence_counts_after(standpoint, series),
        expected_by=_expected_by(standpoint, series),
    )


@dataclass(slots=True)
class _Step:
    update: StatusUpdate
    place: tuple[dt.date, dt.date]
    standpoint: Standpoint
    row: Row | None = None


@dataclass(slots=True)
class Timeline:
    """The updates of a commitment that count, in order, and the rows that they lead to.

    `change` recomputes only what an update affects: the latest update ends one period, and an
    earlier one affects those after it until a step is unchanged.
    """

    # The series that the commitment promises to hold, if any.
    series: Forum | None = None
    _steps: list[_Step] = field(default_factory=list)
    _ended: list[Row] = field(default_factory=list)

    def _after(self, at: tuple[dt.date, dt.date]) -> int:
        """Return how many steps precede an update that is not added yet."""
        if not self._steps or self._steps[-1].place <= at:
            return len(self._steps)
        return bisect.bisect_right(self._steps, at, key=lambda step: step.place)

    def state_before(self, update: StatusUpdate) -> Wording | None:
        """Return the state of the commitment before an update that is not added yet."""
        at = self._after(place(update))
        return self._steps[at - 1].standpoint.state if at else None

    def change(
        self, seq: int, *, added: StatusUpdate | None = None, removed: int | None = None
    ) -> None:
        """Apply change `seq`: the update that it published, and the one that no longer counts.

        `added` has a higher number than all others; `removed` is the key of one that counts.
        """
        touched = []
        if removed is not None:
            at = next(n for n, step in enumerate(self._steps) if step.update.pk == removed)
            self._end(self._steps.pop(at), seq)
            touched.append(at)
        if added is not None:
            at = self._after(place(added))
            before = self._steps[at - 1].standpoint if at else None
            after = standpoint_after(added, before, self.series)
            self._steps.insert(at, _Step(added, place(added), after))
            touched.append(at)
        first = min(touched)
        for moved in range(max(first - 1, 0), self._move(first, at_least=max(touched))):
            self._renew(moved, seq)

    def _move(self, first: int, *, at_least: int) -> int:
        """Recompute steps until one is unchanged; return the index of that one."""
        standpoint = self._steps[first - 1].standpoint if first else None
        for at, step in enumerate(self._steps[first:], start=first):
            standpoint = standpoint_after(step.update, standpoint, self.series)
            if at > at_least and standpoint == step.standpoint:
                return at
            step.standpoint = standpoint
        return len(self._steps)

    def _span(self, at: int) -> Span | None:
        step = self._steps[at]
        after = self._steps[at + 1].update if at + 1 < len(self._steps) else None
        return span_of(step.update, step.standpoint, after, self.series)

    def _renew(self, at: int, seq: int) -> None:
        step, span = self._steps[at], self._span(at)
        if step.row is not None and step.row.span == span:
            return
        self._end(step, seq)
        step.row = Row(span, seq) if span is not None else None

    def _end(self, step: _Step, seq: int) -> None:
        """End the row of a step; drop one that would begin and end with the same change."""
        if step.row is not None and step.row.known_from < seq:
            self._ended.append(Row(step.row.span, step.row.known_from, seq))

    @property
    def rows(self) -> list[Row]:
        current = (step.row for step in self._steps if step.row is not None)
        return sorted(
            (*self._ended, *current), key=lambda row: (row.known_from, row.span.valid_from)
        )

    @property
    def last(self) -> Span | None:
        """The current position of the commitment."""
        return self._span(len(self._steps) - 1) if self._steps else None
