"""The numbers behind each flag, and the meetings that a silence is measured by."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.make import date, published_commitment, published_meeting, published_update
from tracker.models import Commitment
from tracker.queries.flags import flags_of, with_silence
from tracker.queries.history import history
from tracker.queries.records.flag_grounds import Ground, grounds
from tracker.queries.records.target_history import stated_targets
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments
from tracker.schema.vocabulary import Flag


def told(commitment: Commitment, day: str, **moment: dt.date) -> list[Ground]:
    on = date(day)
    assert on is not None
    assert on.first_day is not None
    then = Viewpoint(on.first_day, **moment)
    found = public_commitments(then)
    record = with_silence(found, then).get(pk=commitment.pk)
    targets = [t.target for t in stated_targets(history(record, then).steps)]
    return grounds(record, flags_of(record, then), then, targets=targets)


@pytest.mark.parametrize(
    ("target", "day", "ground"),
    [
        (
            "2026-03",
            "2026-04-01",
            (Flag.OVERDUE, "The target ended on 31 March 2026, 1 day before 1 April 2026."),
        ),
        (
            "2026",
            "2027-01-11",
            (Flag.OVERDUE, "The target ended on 31 December 2026, 11 days before 11 January 2027."),
        ),
        (
            "2026-03",
            "2026-03-31",
            (Flag.DUE_SOON, "The target ends on this very day, 31 March 2026."),
        ),
        (
            "2026-03",
            "2026-03-01",
            (Flag.DUE_SOON, "The target ends on 31 March 2026, 30 days after 1 March 2026."),
        ),
    ],
)
def test_targets(db: None, target: str, day: str, ground: tuple[Flag, str]) -> None:
    commitment = published_commitment(target=target)
    assert [(g.flag, g.sentence) for g in told(commitment, day)] == [ground]


def test_a_slip_names_both_dates(db: None) -> None:
    commitment = published_commitment(happened="2025-01-01", target="2026")
    published_update(commitment, happened="2026-01-01", target="2028")
    [ground] = told(commitment, "2026-02-01")
    assert (ground.flag, ground.sentence) == (
        Flag.SLIPPED,
        "The target was once 2026 and is now 2028.",
    )


def test_quiet_counts_whole_months(db: None) -> None:
    commitment = published_commitment(happened="2025-01-31")
    assert [g.sentence for g in told(commitment, "2026-03-30")] == [
        "The last update is of 31 January 2025, 13 months before 30 March 2026."
    ]


def test_a_silence_names_its_meetings(db: None) -> None:
    first = published_meeting(date="2025-01-10", title="First")
    commitment = published_commitment(happened="2025-01-10", meeting=first)
    silent = [
        published_meeting(date=f"2025-0{month}-01", title=f"Month {month}", fully_recorded=True)
        for month in (3, 5)
    ]
    published_meeting(date="2025-04-01", title="Recorded in part")
    [ground] = told(commitment, "2025-06-01")
    assert ground.flag == Flag.NOT_MENTIONED
    assert ground.sentence == "Last mentioned on 10 January 2025, and not mentioned since at:"
    assert list(ground.meetings) == silent[::-1]
    [then] = told(commitment, "2025-06-01", as_of=dt.date(2025, 4, 2))
    assert list(then.meetings) == silent[:1]
