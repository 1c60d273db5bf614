"""Bitsets of primary keys, each one integer: bit n is set if the set contains key n.

Python combines and counts integers of a hundred thousand bits in microseconds; a `set` of as many
keys, or a query, takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable


def from_keys(keys: Iterable[int]) -> int:
    keys = list(keys)
    if not keys:
        return 0
    bits = bytearray(max(keys) // 8 + 1)
    for key in keys:
        bits[key >> 3] |= 1 << (key & 7)
    return int.from_bytes(bits, "little")


def as_bytes(bits: int) -> bytes:
    """Return the bitset as bytes, for testing many keys with `has`."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def has(bitset: bytes, key: int) -> bool:
    """Whether the bytes made by `as_bytes` contain the key."""
    index = key >> 3
    return index < len(bitset) and bool(bitset[index] >> (key & 7) & 1)


def keys(bits: int) -> list[int]:
    """Return the keys in ascending order."""
    return [
        index * 8 + bit
        for index, byte in enumerate(as_bytes(bits))
        if byte
        for bit in range(8)
        if byte >> bit & 1
    ]
