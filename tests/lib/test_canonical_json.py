from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.canonical_json import canonical_bytes, sha256_hex

EXAMPLE = {
    "title": "사이버정책협의회 — “Défense”",
    "seq": 12,
    "is_backfill": False,
    "before": None,
    "words": 'a\\b\t"c"\n\x7f/',
    "list": [1, "2", [], {}],
}


def test_the_form_and_its_hash_stay_as_they_are() -> None:
    assert canonical_bytes(EXAMPLE) == (
        b'{"before":null,"is_backfill":false,"list":[1,"2",[],{}],"seq":12,"title":"'
        + "사이버정책협의회 — “Défense”".encode()
        + b'","words":"a\\\\b\\t\\"c\\"\\n\x7f/"}'
    )
    assert sha256_hex(EXAMPLE) == "540baf3aa1fbc5f4bf9016bd5ade0476009f46d1bf4448ea8b239c97ccf2c110"


def test_keys_are_sorted_at_every_depth() -> None:
    assert canonical_bytes({"b": {"d": 1, "c": 2}, "a": [{"f": 1, "E": 2}]}) == (
        b'{"a":[{"E":2,"f":1}],"b":{"c":2,"d":1}}'
    )


def test_a_tuple_is_a_list() -> None:
    assert canonical_bytes((1, True)) == canonical_bytes([1, True]) == b"[1,true]"


@pytest.mark.parametrize(
    "value",
    [1.5, 1.0, float("nan"), Decimal(1), b"text", dt.date(2026, 1, 1), {1, 2}, object()],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("depth", ["alone", "in a list", "in an object"])
def test_a_value_without_a_canonical_form_is_refused(value: object, depth: str) -> None:
    wrapped = {"alone": value, "in a list": [[value]], "in an object": {"a": {"b": value}}}[depth]
    with pytest.raises(TypeError, match=f"not {type(value).__name__}$"):
        canonical_bytes(wrapped)


@pytest.mark.parametrize("key", [1, None, "é"])
def test_a_key_that_is_not_ascii_text_is_refused(key: Any) -> None:
    with pytest.raises(TypeError, match="canonical JSON takes ASCII text as keys"):
        canonical_bytes([{key: 1}])


keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    max_leaves=10,
)


@given(st.dictionaries(keys, values))
def test_the_order_in_which_keys_were_given_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)
