"""The lines are those of the standard library's writer."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.csv_lines import csv_lines

TEXTS = st.text(st.sampled_from("a한 ,;\"'\r\n\t=\\")) | st.text()
ROWS = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1)
)


@given(ROWS)
def test_lines_are_those_of_the_standard_library(rows: list[list[str]]) -> None:
    expected = io.StringIO()
    csv.writer(expected, lineterminator="\r\n").writerows(rows)
    assert csv_lines(list(zip(*rows, strict=True))) == expected.getvalue()
