"""The target, statement by statement."""

from __future__ import annotations

import pytest

from tests.make import both_parties, date, published_commitment, published_update
from tracker.queries.history import TargetMove, history, target_move
from tracker.queries.records.target_history import stated_targets


@pytest.mark.parametrize(
    ("before", "after", "move", "days"),
    [
        (None, "2026", TargetMove.FIRST, 0),
        ("soon", "2026", TargetMove.FIRST, 0),
        ("2026", "soon", TargetMove.WORDS, 0),
        (None, "soon", TargetMove.WORDS, 0),
        ("2026-03", "2026-03", TargetMove.SAME, 0),
        ("2026", "2026-03", TargetMove.NARROWED, -275),
        ("2026-03", "2026", TargetMove.WIDENED, 275),
        ("2026-03", "2026-04", TargetMove.LATER, 30),
        ("2026-03-01", "2026-03-02", TargetMove.LATER, 1),
        ("2027", "2026-12-31", TargetMove.EARLIER, -365),
    ],
)
def test_moves(before: str | None, after: str, move: TargetMove, days: int) -> None:
    target = date(after)
    assert target is not None
    assert target_move(date(before), target) == (move, days)


def test_each_statement_against_the_last_date(db: None) -> None:
    commitment = published_commitment(happened="2025-01-01", target="2026-03")
    published_update(commitment, happened="2025-02-01", target="as soon as possible")
    published_update(commitment, happened="2025-03-01")
    canada = both_parties()[0]
    published_update(commitment, happened="2025-04-01", target="2026-05", party=canada)
    told = stated_targets(history(commitment).steps)
    assert [(str(t.target), t.move.value, t.distance) for t in told] == [
        ("2026-03", "first", 0),
        ("as soon as possible", "words", 0),
        ("2026-05", "later", 61),
    ]
    assert told[2].step.update.party == canada
