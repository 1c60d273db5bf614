"""Serialise a JSON value to canonical bytes, so that its hash is the same everywhere.

RFC 8785 (JSON Canonicalization Scheme) for a subset of values: objects with ASCII keys sorted by
code point, arrays, strings, integers, true, false and null; no white space; UTF-8 with only the
escapes that JSON requires. Floats are refused, because implementations write them differently.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

_REFUSED = "canonical JSON takes objects, arrays, strings, integers, true, false and null, not %s"


# By far the most values; checking for the exact type saves a call for each.
_PLAIN = frozenset({str, int, bool, type(None)})
_ENCODER = json.JSONEncoder(
    sort_keys=True,
    ensure_ascii=False,
    allow_nan=False,
    # `_check` already fails on a value that contains itself.
    check_circular=False,
    separators=(",", ":"),
)


def _has_ascii_keys(value: Mapping[Any, object]) -> bool:
    try:
        return "".join(value).isascii()
    except TypeError:
        return False


def _check(value: object) -> None:
    inner: Iterable[object]
    if isinstance(value, Mapping):
        if not _has_ascii_keys(value):
            raise TypeError("canonical JSON takes ASCII text as keys")
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    elif value is None or isinstance(value, str | int):
        return
    else:
        raise TypeError(_REFUSED % type(value).__name__)
    for item in inner:
        if type(item) not in _PLAIN:
            _check(item)


def canonical_bytes(value: object) -> bytes:
    """Return the canonical UTF-8 bytes. Raises TypeError for unsupported values."""
    _check(value)
    return _ENCODER.encode(value).encode()


def sha256_hex(value: object) -> str:
    """Return the SHA-256 of the canonical bytes as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
