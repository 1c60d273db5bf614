"""Sets of row keys as one whole number each: bit n stands for key n.

Python combines and counts numbers of a hundred thousand bits in microseconds, where a set of as
many keys, or a query, takes milliseconds.
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
    """For asking about many keys: key n is in it if `has(them, n)`."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def has(them: bytes, key: int) -> bool:
    place = key >> 3
    return place < len(them) and bool(them[place] >> (key & 7) & 1)


def keys(bits: int) -> list[int]:
    """Every key, ascending."""
    return [
        place * 8 + bit
        for place, byte in enumerate(as_bytes(bits))
        if byte
        for bit in range(8)
        if byte >> bit & 1
    ]
