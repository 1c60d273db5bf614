"""JSON for readers who go line by line, whichever characters they take for the end of one."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

# Unicode's line ends that JSON lets stand in a string as they are (RFC 8259, section 7).
_SEPARATORS = {"\u2028": r"\u2028", "\u2029": r"\u2029", "\x85": r"\u0085"}


@cache
def _encoder(*, indent: int | None, sort_keys: bool) -> json.JSONEncoder:
    separators = (",", ":") if indent is None else None
    return json.JSONEncoder(
        ensure_ascii=False, indent=indent, separators=separators, sort_keys=sort_keys
    )


def to_json(value: Any, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Write a value as JSON, compact unless it is indented.

    Letters stay readable; Unicode's line ends are escapes, so that a compact value is one line.
    """
    text = _encoder(indent=indent, sort_keys=sort_keys).encode(value)
    if not text.isascii():
        for separator, escape in _SEPARATORS.items():
            if separator in text:
                text = text.replace(separator, escape)
    return text
