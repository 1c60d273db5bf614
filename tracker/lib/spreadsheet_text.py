"""Escape text for spreadsheet cells and join several values in one cell, both reversibly.

Exported files are imported again, so each function here has an exact inverse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.lib.text import without_control_characters

# Text that spreadsheets treat as a formula; East Asian ones accept the full-width signs, too.
# Leading apostrophes are included, so that removing one always restores the text.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
# The first characters of texts that match `_FORMULA`.
_STARTS = frozenset("'=+-@\t\r\n＝＋－＠")
# A value, then a separator or the end; a backslash escapes the next character.
_VALUE = re.compile(r"((?:\\.|[^;\\]|\\\Z)*)(;|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\([;\\])")
SEPARATOR = "; "


def safe_text(text: str) -> str:
    """Escape text that a spreadsheet would run as a formula with a leading apostrophe.

    Drop control characters, which neither XML nor a spreadsheet can hold.
    """
    text = without_control_characters(text)
    return f"'{text}" if _FORMULA.match(text) else text


def safe_texts(texts: Iterable[str]) -> list[str]:
    """Apply `safe_text` to each text, skipping those that cannot need it."""
    # Printable text contains no control characters.
    return [
        text if text.isprintable() and text[:1] not in _STARTS else safe_text(text)
        for text in texts
    ]


def plain_text(cell: str) -> str:
    """Undo `safe_text`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def join_values(values: Iterable[str]) -> str:
    """Join values with semicolons; escape those inside a value with a backslash."""
    return SEPARATOR.join(re.sub(r"([;\\])", r"\\\1", value) for value in values)


def split_values(text: str) -> list[str]:
    """Split a text that `join_values` made, and strip each value; no values for empty text."""
    if not text.strip():
        return []
    values = []
    for match in _VALUE.finditer(text):
        values.append(_ESCAPED.sub(r"\1", match[1].strip()))
        if not match[2]:
            break
    return values
