"""Serialise JSON that is safe to read line by line."""

from __future__ import annotations

import json
from typing import Any

# Unicode line separators that JSON allows unescaped in strings (RFC 8259, section 7).
_SEPARATORS = {"\u2028": r"\u2028", "\u2029": r"\u2029", "\x85": r"\u0085"}


def to_json(value: Any, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Serialise a value as JSON, compact unless `indent` is given.

    Letters are not escaped; Unicode line separators are, so that a compact value is one line.
    """
    separators = (",", ":") if indent is None else None
    text = json.dumps(
        value, ensure_ascii=False, indent=indent, separators=separators, sort_keys=sort_keys
    )
    if not text.isascii():
        for separator, escape in _SEPARATORS.items():
            if separator in text:
                text = text.replace(separator, escape)
    return text
