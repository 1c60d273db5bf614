"""Sets of keys as numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.bit_sets import as_bytes, from_keys, has, keys

KEYS = st.sets(st.integers(min_value=0, max_value=5_000))


@given(KEYS, KEYS)
def test_they_combine_as_sets_do(a: set[int], b: set[int]) -> None:
    one, other = from_keys(a), from_keys(iter(sorted(b)))
    assert keys(one) == sorted(a)
    assert keys(one & other) == sorted(a & b)
    assert keys(one | other) == sorted(a | b)
    assert keys(one & ~other) == sorted(a - b)
    assert one.bit_count() == len(a)
    them = as_bytes(one)
    assert {key for key in range(5_010) if has(them, key)} == a
