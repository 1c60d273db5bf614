from __future__ import annotations

import pytest

from tests import make
from tracker.actions.correct import retract_update
from tracker.lib.partial_dates import PartialDate
from tracker.models import StatusUpdate

pytestmark = pytest.mark.django_db

NOW = make.NOW


def numbers(updates: object) -> list[int | None]:
    return sorted(u.number for u in updates)  # type: ignore[attr-defined]


def test_an_update_counts_from_its_publication_to_its_revision() -> None:
    commitment = make.published_commitment()  # changes 1 and 2
    second = make.published_update(commitment)  # 3
    make.published_correction(second)  # 4
    fourth = make.published_update(commitment)  # 5
    retract_update(fourth, reason="Wrong.", now=NOW)  # 6
    draft = make.make_update(commitment=commitment)
    updates = StatusUpdate.objects
    assert numbers(updates.published()) == [1, 2, 3, 4]
    assert numbers(updates.effective()) == [1, 3]
    assert [numbers(updates.published(known=n)) for n in range(1, 7)] == [
        *([], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4]),
    ]
    assert [numbers(updates.effective(known=n)) for n in range(1, 7)] == [
        *([], [1], [1, 2], [1, 3], [1, 3, 4], [1, 3]),
    ]
    assert list(updates.draft()) == [draft]


def test_updates_are_ordered_as_they_happened() -> None:
    """As partial dates are; at one date by number."""
    dates = ("2026", "2026-02", "2025-12-31", "2026-01-01", "2026-01", "2026-02-28", "2026-02")
    commitment = make.published_commitment(happened=dates[0])
    for date in dates[1:]:
        make.published_update(commitment, happened=date)
    told = [(str(u.happened), u.number) for u in commitment.updates.published().chronological()]
    assert told == [
        ("2025-12-31", 3),
        ("2026-01-01", 4),
        ("2026-01", 5),
        ("2026", 1),
        ("2026-02", 2),
        ("2026-02", 7),
        ("2026-02-28", 6),
    ]
    assert [text for text, _ in told] == [str(d) for d in sorted(map(PartialDate.parse, dates))]
