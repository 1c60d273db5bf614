"""Which positions updates lead to, period by period, and what of that is known since which change.

Pure: rows in hand, nothing is read or written. `projection` keeps what comes out of it.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.actions import publication_rules as rules
from tracker.lib.partial_dates import PartialDate, add_months
from tracker.models import LAST_DAY, NO_END
from tracker.queries.history import Wording


class Mention(NamedTuple):
    """What a timeline takes of the meeting at which something was said."""

    level: int
    parties_key: str
    forum_id: int | None = None
    cadence_months: int | None = None


class Series(NamedTuple):
    """The forum that a commitment promises to hold again and again."""

    forum_id: int
    cadence_months: int | None


class PublishedUpdate(NamedTuple):
    """A `rules.Event` that was published, and which change revised it since."""

    pk: int
    number: int
    published_seq: int
    happened: PartialDate
    party_id: int | None
    stage: str
    assessment: str
    firmness: str
    target: PartialDate | None
    meeting: Mention | None
    revised_seq: int | None


class Span(NamedTuple):
    """Where a commitment stands from one day to another, under the names of `Standing`."""

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
    """A span, and by which changes of the log it was known."""

    span: Span
    known_from: int
    known_to: int = NO_END


class Standpoint(NamedTuple):
    """What holds once an update is told, as far as those after it rest on it."""

    state: Wording
    earliest_target: dt.date | None
    level: int | None
    parties_key: str
    last_day: dt.date
    # Of the forum in which it was mentioned last.
    cadence_months: int | None
    # The last day on which the series that is to be held is known to have met.
    series_met: dt.date | None

    @property
    def has_slipped(self) -> bool:
        target_day = self.state.target.last_day if self.state.target else None
        earliest = self.earliest_target
        return target_day is not None and earliest is not None and target_day > earliest


def _later(day: dt.date, months: int) -> dt.date:
    """The same day some months later, at most the last day of the calendar."""
    try:
        return add_months(day, months)
    except ValueError:
        return dt.date.max


def _silence_counts_after(told: Standpoint, series: Series | None) -> dt.date:
    """A series that is to be held is not missed before its cadence or its target says so."""
    if series is None or series.cadence_months is None:
        return told.last_day
    due = _later(told.series_met or told.last_day, series.cadence_months)
    target_day = told.state.target.last_day if told.state.target else None
    return max(told.last_day, due, target_day or due)


def _expected_by(told: Standpoint, series: Series | None) -> dt.date | None:
    """One and a half times the cadence after the last update: meetings are rarely on the day."""
    cadence = series.cadence_months if series is not None else None
    cadence = cadence or told.cadence_months
    return _later(told.last_day, cadence + (cadence + 1) // 2) if cadence else None


def _tell(update: rules.Event, before: Standpoint | None, series: Series | None) -> Standpoint:
    state = Wording.of(update) if before is None else before.state.followed_by(update)
    earliest = before.earliest_target if before else None
    target_day = state.target.last_day if state.target else None
    if target_day is not None:
        earliest = min(earliest or target_day, target_day)
    level, parties_key = (before.level, before.parties_key) if before else (None, "")
    cadence, met = (before.cadence_months, before.series_met) if before else (None, None)
    last_day: dt.date = update.happened.last_day
    if update.meeting is not None:
        # What was said where no level is stated outranks nothing and is outranked by nothing.
        level, parties_key = update.meeting.level or None, update.meeting.parties_key
        cadence = update.meeting.cadence_months
        if series is not None and update.meeting.forum_id == series.forum_id:
            met = max(met or last_day, last_day)
    if before is not None and before.last_day > last_day:
        last_day = before.last_day
    return Standpoint(state, earliest, level, parties_key, last_day, cadence, met)


def _span(
    update: rules.Event, told: Standpoint, after: rules.Event | None, series: Series | None
) -> Span | None:
    """From this update to the one after it; None where that one happened on the same day."""
    first: dt.date = update.happened.first_day
    until = after.happened.first_day if after is not None else LAST_DAY
    if until == first:
        return None
    state = told.state
    return Span(
        update_id=update.pk,
        valid_from=first,
        valid_to=until,
        stage=state.stage,
        assessment=state.assessment,
        firmness=state.firmness,
        target=state.target,
        has_slipped=told.has_slipped,
        last_update_day=told.last_day,
        mention_level=told.level,
        mention_parties_key=told.parties_key,
        silence_counts_after=_silence_counts_after(told, series),
        expected_by=_expected_by(told, series),
    )


def timeline(updates: Iterable[rules.Event], series: Series | None = None) -> list[Span]:
    """The positions that effective updates, given in chronological order, lead to.

    `series` is what the commitment promises to hold, if it does.
    """
    replay = Replay(series)
    replay.begin(updates, [])
    return replay.spans


def advance(rows: Sequence[Row], new: Sequence[Span], seq: int) -> list[Row]:
    """What is known after change `seq`: rows that no longer hold end there, new ones begin."""
    current = {row.span for row in rows if row.known_to == NO_END}
    wanted = set(new)
    kept = [
        row if row.known_to != NO_END or row.span in wanted else Row(row.span, row.known_from, seq)
        for row in rows
    ]
    begun = [Row(span, seq) for span in new if span not in current]
    # A row that would begin and end with the same change was never known.
    return [row for row in kept if row.known_from < row.known_to] + begun


@dataclass(slots=True)
class _Step:
    update: rules.Event
    place: tuple[dt.date, dt.date]
    told: Standpoint
    row: Row | None = None


@dataclass(slots=True)
class Replay:
    """Standings as one update after another is published, none of them a correction.

    Comes to the rows that `advance` comes to after each, looking only at what the update moves:
    an update that happened last ends one period, and one between others moves those after it up
    to where all is as it was.
    """

    series: Series | None = None
    _steps: list[_Step] = field(default_factory=list)
    _ended: list[Row] = field(default_factory=list)

    def begin(self, updates: Iterable[rules.Event], rows: Iterable[Row]) -> None:
        """Go on from effective updates, in chronological order, and the rows kept of them."""
        told: Standpoint | None = None
        for update in updates:
            told = _tell(update, told, self.series)
            self._steps.append(_Step(update, rules.place(update), told))
        known = {step.update.pk: step for step in self._steps}
        for row in rows:
            step = known.get(row.span.update_id)
            if step is None or row.known_to != NO_END:
                self._ended.append(row)
            else:
                step.row = row

    def _after(self, place: tuple[dt.date, dt.date]) -> int:
        """How many steps come before an update that is still to be added."""
        if not self._steps or self._steps[-1].place <= place:
            return len(self._steps)
        return bisect.bisect_right(self._steps, place, key=lambda step: step.place)

    def state_before(self, update: rules.Event) -> Wording | None:
        """Where the commitment stood before an update that is still to be added."""
        at = self._after(rules.place(update))
        return self._steps[at - 1].told.state if at else None

    def add(self, update: rules.Event, *, seq: int) -> None:
        """Take account of an update, numbered higher than all before, published by `seq`."""
        steps, place = self._steps, rules.place(update)
        at = self._after(place)
        told = _tell(update, steps[at - 1].told if at else None, self.series)
        steps.insert(at, _Step(update, place, told))
        end = at + 1
        for step in steps[end:]:
            told = _tell(step.update, told, self.series)
            if told == step.told:
                break
            step.told = told
            end += 1
        for moved in range(max(at - 1, 0), end):
            self._renew(moved, seq)

    def _span(self, at: int) -> Span | None:
        step = self._steps[at]
        after = self._steps[at + 1].update if at + 1 < len(self._steps) else None
        return _span(step.update, step.told, after, self.series)

    def _renew(self, at: int, seq: int) -> None:
        step, span = self._steps[at], self._span(at)
        if step.row is not None:
            if step.row.span == span:
                return
            if step.row.known_from < seq:
                self._ended.append(Row(step.row.span, step.row.known_from, seq))
        step.row = Row(span, seq) if span is not None else None

    @property
    def rows(self) -> list[Row]:
        current = (step.row for step in self._steps if step.row is not None)
        return sorted(
            (*self._ended, *current), key=lambda row: (row.known_from, row.span.valid_from)
        )

    @property
    def spans(self) -> list[Span]:
        """What holds now, in chronological order."""
        spans = (self._span(at) for at in range(len(self._steps)))
        return [span for span in spans if span is not None]

    @property
    def last(self) -> Span | None:
        """Where the commitment stands now."""
        return self._span(len(self._steps) - 1) if self._steps else None
