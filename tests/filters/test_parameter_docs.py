"""What is said of the parameters names what there is."""

from __future__ import annotations

from tracker.filters import ChangeFilter
from tracker.filters.parameter_docs import MEANINGS
from tracker.filters.sorting import SORTS


def test_every_parameter_has_a_meaning() -> None:
    assert list(MEANINGS) == list(ChangeFilter.base_filters)


def test_every_order_is_named() -> None:
    assert [name for name in SORTS if name not in str(MEANINGS["sort"])] == []
