"""A replay comes to what telling everything anew comes to, after each update."""

from __future__ import annotations

import bisect
import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tracker.actions import publication_rules as rules
from tracker.actions.timeline import (
    Mention,
    PublishedUpdate,
    Replay,
    Row,
    Series,
    advance,
    timeline,
)
from tracker.lib.partial_dates import PartialDate

# Few of each, so that days coincide and states come back.
dates = st.sampled_from(
    [PartialDate(2025), PartialDate(2025, 6)]
    + [PartialDate(2025, month, day) for month in (1, 6, 7) for day in (1, 2, 30)]
)
updates = st.lists(
    st.builds(
        PublishedUpdate,
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
        | st.just(Mention(3, "CAN-KOR", 7, 24))
        | st.just(Mention(4, "CAN-JPN", 8)),
        revised_seq=st.none(),
    ),
    max_size=12,
)


def numbered(drawn: list[PublishedUpdate]) -> list[PublishedUpdate]:
    return [
        update._replace(pk=100 + number, number=number, published_seq=2 * number)
        for number, update in enumerate(drawn, start=1)
    ]


def by_time(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.known_from, row.span.valid_from, row.known_to))


@given(updates, st.integers(0, 12), st.sampled_from([None, Series(7, 24), Series(8, None)]))
def test_a_replay_is_what_telling_all_anew_is(
    drawn: list[PublishedUpdate], stored: int, series: Series | None
) -> None:
    """Also one that begins with what was stored after the first `stored` updates."""
    told: list[rules.Event] = []
    rows: list[Row] = []
    replay = Replay(series)
    for update in numbered(drawn):
        if update.number == stored:
            replay = Replay(series)
            replay.begin(told, rows)
        assert replay.state_before(update) == rules.state_before(update, told)
        replay.add(update, seq=update.published_seq)
        bisect.insort(told, update, key=rules.place)
        rows = advance(rows, timeline(told, series), update.published_seq)
        assert by_time(replay.rows) == by_time(rows)
        assert replay.last == replay.spans[-1] == timeline(told, series)[-1]


@given(updates)
def test_periods_follow_one_another_to_the_end_of_days(drawn: list[PublishedUpdate]) -> None:
    spans = timeline(sorted(numbered(drawn), key=rules.place))
    ends = [span.valid_to for span in spans]
    assert ends == [*(span.valid_from for span in spans[1:]), dt.date.max][: len(spans)]
    assert len(spans) == len({update.happened.first_day for update in drawn})
