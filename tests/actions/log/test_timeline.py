"""A timeline comes to what telling everything anew comes to, after each change."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.log.timeline import (
    Row,
    Span,
    Standpoint,
    Timeline,
    place,
    span_of,
    standpoint_after,
)
from tracker.lib.partial_dates import PartialDate
from tracker.models import NO_END, Forum
from tracker.queries.history import Wording


class Meeting(NamedTuple):
    level: int
    parties_key: str
    forum_id: int | None = None
    cadence_months: int | None = None


class Update(NamedTuple):
    """What a timeline needs of a published update."""

    pk: int
    number: int
    published_seq: int
    happened: PartialDate
    party_id: int | None
    stage: str
    assessment: str
    firmness: str
    target: PartialDate | None
    meeting: Meeting | None


# Few of each, so that days coincide and states come back.
dates = st.sampled_from(
    [PartialDate(2025), PartialDate(2025, 6)]
    + [PartialDate(2025, month, day) for month in (1, 6, 7) for day in (1, 2, 30)]
)
updates = st.lists(
    st.builds(
        Update,
        pk=st.just(0),
        number=st.just(0),
        published_seq=st.just(0),
        happened=dates,
        party_id=st.sampled_from([None, None, 1]),
        stage=st.sampled_from(["announced", "signed"]),
        assessment=st.sampled_from(["on_track", "delayed"]),
        firmness=st.sampled_from(["", "firm"]),
        target=st.none() | st.just(PartialDate(words="soon")) | dates,
        meeting=st.none()
        | st.just(Meeting(3, "CAN-KOR", 7, 24))
        | st.just(Meeting(4, "CAN-JPN", 8)),
    ),
    max_size=12,
)


def numbered(drawn: list[Update]) -> list[Update]:
    return [
        update._replace(pk=100 + number, number=number, published_seq=2 * number)
        for number, update in enumerate(drawn, start=1)
    ]


def by_time(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.known_from, row.span.valid_from, row.known_to))


# -- The plain way ------------------------------------------------------------------------------


def told_anew(updates: Sequence[Any], series: Forum | None) -> list[Span]:
    """The positions that updates lead to, given in chronological order."""
    standpoint: Standpoint | None = None
    spans = []
    for update, after in zip(updates, [*updates, None][1:], strict=True):
        standpoint = standpoint_after(update, standpoint, series)
        spans.append(span_of(update, standpoint, after, series))
    return [span for span in spans if span is not None]


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


def state_before(update: Any, others: Sequence[Any]) -> Wording | None:
    state: Wording | None = None
    for other in others:
        if place(update) < place(other):
            break
        state = Wording.of(other) if state is None else state.followed_by(other)
    return state


# -- Both ways ----------------------------------------------------------------------------------


@given(updates, st.sampled_from([None, Forum(pk=7, cadence_months=24), Forum(pk=8)]))
def test_a_timeline_is_what_telling_all_anew_is(drawn: list[Update], series: Forum | None) -> None:
    told: list[Any] = []
    rows: list[Row] = []
    timeline = Timeline(series)
    for update in numbered(drawn):
        assert timeline.state_before(update) == state_before(update, told)
        timeline.change(update.published_seq, added=update)
        bisect.insort(told, update, key=place)
        spans = told_anew(told, series)
        rows = advance(rows, spans, update.published_seq)
        assert by_time(timeline.rows) == by_time(rows)
        assert timeline.last == spans[-1]


@given(updates, st.data())
def test_so_is_one_with_corrections_and_retractions(
    drawn: list[Update], data: st.DataObject
) -> None:
    """Each further update may correct one that counts, and after each one may be retracted."""
    told: list[Any] = []
    rows: list[Row] = []
    timeline = Timeline()

    def any_of_them() -> int | None:
        keys = [update.pk for update in told]
        key: int | None = data.draw(st.sampled_from([None, *keys]))
        return key

    def compare(seq: int, *, added: Any | None, removed: int | None) -> None:
        nonlocal rows
        timeline.change(seq, added=added, removed=removed)
        told[:] = [update for update in told if update.pk != removed]
        if added is not None:
            bisect.insort(told, added, key=place)
        spans = told_anew(told, None)
        rows = advance(rows, spans, seq)
        assert by_time(timeline.rows) == by_time(rows)
        assert timeline.last == (spans[-1] if spans else None)

    for update in numbered(drawn):
        compare(update.published_seq, added=update, removed=any_of_them())
        retracted = any_of_them()
        if retracted is not None:
            compare(update.published_seq + 1, added=None, removed=retracted)


@given(updates)
def test_periods_follow_one_another_to_the_end_of_days(drawn: list[Update]) -> None:
    timeline = Timeline()
    for update in numbered(drawn):
        timeline.change(1, added=update)
    spans = sorted((row.span for row in timeline.rows), key=lambda span: span.valid_from)
    ends = [span.valid_to for span in spans]
    assert ends == [*(span.valid_from for span in spans[1:]), dt.date.max][: len(spans)]
    assert len(spans) == len({update.happened.first_day for update in drawn})
