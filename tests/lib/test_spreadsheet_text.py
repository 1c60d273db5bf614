"""What is written into a cell is read back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.spreadsheet_text import (
    join_values,
    plain_text,
    safe_text,
    safe_texts,
    split_values,
)
from tracker.lib.text import without_control_characters

TEXTS = st.text(st.sampled_from("aé=+-@'\\; \n한")) | st.text()


@given(TEXTS)
def test_safe_text_is_read_back(text: str) -> None:
    assert plain_text(safe_text(text)) == without_control_characters(text)


@given(st.lists(TEXTS))
def test_many_texts_are_made_safe_as_each_would_be(texts: list[str]) -> None:
    assert safe_texts(texts) == [safe_text(text) for text in texts]


def test_no_character_escapes_when_many_texts_are_made_safe() -> None:
    texts = [sign for code in range(0x11000) for sign in (chr(code), f"a{chr(code)}b")]
    assert safe_texts(texts) == [safe_text(text) for text in texts]


@given(st.lists(TEXTS.map(str.strip), min_size=1))
def test_joined_values_are_parted_again(values: list[str]) -> None:
    told = join_values(values)
    # One empty value alone is no value.
    assert split_values(told) == ([] if not told.strip() else values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("  ", []),
        ("CAN;KOR", ["CAN", "KOR"]),
        ("CAN ; KOR;", ["CAN", "KOR", ""]),
        (r"one\; two; three", ["one; two", "three"]),
        ("a\\", ["a\\"]),
    ],
)
def test_values_as_people_write_them(text: str, values: list[str]) -> None:
    assert split_values(text) == values
