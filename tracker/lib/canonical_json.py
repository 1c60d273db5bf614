"""The one byte form of a JSON value, so that its hash means the same everywhere.

The form of RFC 8785 (JSON Canonicalization Scheme) for the values that we let in: objects with
ASCII keys sorted by code point, arrays, strings, integers, true, false and null; no white space;
UTF-8 without escapes beyond those JSON needs. Fractions are refused, since their written form is
where implementations differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

_REFUSED = "canonical JSON takes objects, arrays, strings, integers, true, false and null, not %s"


def _check(value: object) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise TypeError("canonical JSON takes ASCII text as keys")
            _check(item)
        return
    raise TypeError(_REFUSED % type(value).__name__)


def canonical_bytes(value: object) -> bytes:
    """Return the canonical UTF-8 bytes; raises TypeError for a value that has none."""
    _check(value)
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode("utf-8")


def sha256_hex(value: object) -> str:
    """Return the SHA-256 of the canonical bytes as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
