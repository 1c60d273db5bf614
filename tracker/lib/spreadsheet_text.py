"""Text in the cells of a spreadsheet: shown and not run, several values in one cell, and back.

Whatever is written here is read back as it was: files that go out come in again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.lib.text import without_control_characters

# What makes a spreadsheet take text for a formula; East Asian ones take the wide signs as well.
# Apostrophes before it count too, so that taking one away always gives the text back.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
# What text begins with that this takes for a formula.
_STARTS = frozenset("'=+-@\t\r\n＝＋－＠")
# A value, then a separator or the end; a backslash takes the next sign as it is.
_VALUE = re.compile(r"((?:\\.|[^;\\]|\\\Z)*)(;|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\([;\\])")
SEPARATOR = "; "


def safe_text(text: str) -> str:
    """Text that a spreadsheet shows and does not run: an apostrophe before what starts a formula.

    Control characters, which neither XML nor a spreadsheet can carry, are dropped.
    """
    text = without_control_characters(text)
    return f"'{text}" if _FORMULA.match(text) else text


def safe_texts(texts: Iterable[str]) -> list[str]:
    """`safe_text` of each, looking closely only at those where something may have to be done."""
    # What is printable holds no control character.
    return [
        text if text.isprintable() and text[:1] not in _STARTS else safe_text(text)
        for text in texts
    ]


def plain_text(cell: str) -> str:
    """The text that `safe_text` made safe."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def joined(values: Iterable[str]) -> str:
    """Several values as one text; a semicolon inside a value has a backslash before it."""
    return SEPARATOR.join(re.sub(r"([;\\])", r"\\\1", value) for value in values)


def parted(text: str) -> list[str]:
    """The values of a text that `joined` made, without space around them; none of empty text."""
    if not text.strip():
        return []
    values = []
    for match in _VALUE.finditer(text):
        values.append(_ESCAPED.sub(r"\1", match[1].strip()))
        if not match[2]:
            break
    return values
