"""JSON of which no text can end a line, for readers that know more line ends than LF."""

from __future__ import annotations

import json

import pytest

from tracker.lib.json_text import to_json

SEPARATORS = "a\u2028b\u2029c\x85d"


@pytest.mark.parametrize("indent", [None, 2])
def test_no_text_ends_a_line(indent: int | None) -> None:
    value = {SEPARATORS: [SEPARATORS, {"words": "é 한국 \n\r\x0b\x0c\x1c\x1d\x1e"}], "n": 1}
    text = to_json(value, indent=indent)
    assert json.loads(text) == value
    assert text.splitlines() == text.split("\n")
    assert r"a\u2028b\u2029c\u0085d" in text
    assert "é 한국" in text


def test_it_is_compact_unless_it_is_indented() -> None:
    assert to_json({"b": [1, 2], "a": "x"}) == '{"b":[1,2],"a":"x"}'
    assert to_json({"b": 1, "a": 2}, sort_keys=True) == '{"a":2,"b":1}'
    assert to_json({"a": 1}, indent=1) == '{\n "a": 1\n}'
