"""Each rule says the same of a row and as SQL, over a population and many days."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from tests import make
from tracker.models import Assessment, Firmness, Instrument, Level, Position, Stage
from tracker.queries.flags import (
    QUERIES,
    flags_of,
    with_silence,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import position_of, public_commitments
from tracker.schema.vocabulary import Flag

pytestmark = pytest.mark.django_db

DATES = ("2024", "2025", "2025-06", "2025-10-02", "2025-12-31", "2026-01-01", "2026-02-25")
TARGETS = ("", "soon", "2025", "2026", "2026-03", "2026-11-22", "2026-12", "2027-02-20", "2028")
DAYS = (
    *("2025-12-31", "2026-01-01", "2026-02-25", "2026-03-31", "2026-04-01", "2026-09-23"),
    *("2026-11-21", "2026-11-22", "2026-11-23", "2026-12-31", "2027-01-01", "2027-02-28"),
)


@pytest.fixture
def population() -> None:
    """Sixty commitments with one to three updates each, and meetings of every rank."""
    choose = random.Random(20261122).choice  # noqa: S311 - made-up data
    [canada, korea] = make.both_parties()
    forums = [make.make_forum(cadence_months=cadence) for cadence in (None, 3, 12, 24)]
    meetings = [
        make.published_meeting(
            date=choose(DATES),
            level=choose(Level.values),
            parties=choose([[canada, korea], [canada, korea], [canada]]),
            fully_recorded=choose([True, True, False]),
            forum=choose([None, *forums]),
        )
        for _ in range(12)
    ]

    def values() -> dict[str, object]:
        return {
            "happened": choose(DATES),
            "stage": choose(Stage.values),
            "assessment": choose([Assessment.NOT_ASSESSED, *Assessment.values]),
            "firmness": choose(["", *Firmness.values]),
            "target": choose(TARGETS) or None,
            "meeting": choose([None, *meetings]),
        }

    for number in range(60):
        commitment = make.published_commitment(
            **values(), series=choose([None, None, *forums]), instrument=choose(Instrument.values)
        )
        for _ in range(number % 3):
            make.published_update(commitment, **values())


def moments() -> list[Viewpoint]:
    days = [dt.date.fromisoformat(text) for text in DAYS]
    now = make.NOW.date()
    return [
        *[Viewpoint(today=day) for day in days],
        *[Viewpoint(today=now, as_of=day) for day in days],
        *[Viewpoint(today=now, as_of=day, known_at=now) for day in days[::4]],
        Viewpoint(today=now, known_at=now),
        Viewpoint(today=now, known_at=now - dt.timedelta(days=1)),
    ]


@pytest.mark.usefixtures("population")
def test_rows_and_sql_agree() -> None:
    seen = set()
    for moment in moments():
        visible = public_commitments(moment)
        rows = {row.pk: row for row in with_silence(visible, moment)}
        by_row = {pk: flags_of(row, moment) for pk, row in rows.items()}
        for flag in Flag:
            found = set(visible.filter(QUERIES[flag](moment)).values_list("pk", flat=True))
            assert found == {pk for pk, flags in by_row.items() if flag in flags}, (flag, moment)
            seen |= {(flag, bool(found)), (flag, len(found) < len(rows))}
        silent = visible.filter(Position.no_information_q(moment.day, moment.at))
        assert set(silent.values_list("pk", flat=True)) == {
            pk for pk, row in rows.items() if position_of(row).has_no_information(moment.day)
        }
    # The population is varied enough to show every flag, present and absent.
    assert seen >= {(flag, True) for flag in Flag}
