"""Places in a text, in the order of the text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.locators import locator_key

IN_ORDER = [
    "report as a whole",
    "opening section, paragraph 1",
    "opening section, paragraph 3",
    "paragraph 1",
    "paragraph 2",
    "Paragraph 9",
    "paragraph 11",
    "paragraph 11, sentence 2",
    "section Security and defence, paragraph 3",
    "section Security and defence, paragraph 10",
    "closing paragraph",
    "Annex, item 1",
    "Annex, item 2",
    "annex, item 10",
    "",
]


def test_places_sort_as_a_reader_meets_them() -> None:
    shuffled = sorted(IN_ORDER)
    assert shuffled != IN_ORDER
    assert sorted(shuffled, key=locator_key) == IN_ORDER


@given(st.lists(st.text(max_size=30)))
def test_any_places_can_be_sorted(places: list[str]) -> None:
    in_order = sorted(places, key=locator_key)
    keys = [locator_key(place) for place in in_order]
    assert all(one <= two for one, two in pairwise(keys))
