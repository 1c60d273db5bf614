"""Sort citations by their place in the text: "paragraph 8", "Annex, item 2"."""

from __future__ import annotations

import re

from tracker.lib.folding import fold

_NUMBER = re.compile(r"([0-9]+)")
# Words that put a place at the beginning or the end; anything else is in between.
_FIRST = ("title", "heading", "headline", "preamble", "opening", "introduction", "lead")
_LAST = ("closing", "conclusion", "annex", "appendix", "attachment", "footnote", "endnote")
_WHOLE = ("as a whole", "throughout", "passim")

LocatorKey = tuple[int, tuple[tuple[int, int, str], ...]]


def _rank(folded: str) -> int:
    if not folded:
        return 5
    if any(word in folded for word in _WHOLE):
        return 0
    words = folded.split()
    if any(word.strip(",.;:") in _FIRST for word in words[:2]):
        return 1
    if any(word.strip(",.;:") in _LAST for word in words[:2]):
        return 3 + (words[0].strip(",.;:") not in _LAST[:2])
    return 2


def locator_key(locator: str) -> LocatorKey:
    """Return a sort key in reading order: paragraph 9 before paragraph 11.

    The whole text comes first, then its opening, then numbered parts, then closing and annexes; an
    empty locator comes last.
    """
    folded = fold(locator)
    parts = tuple(
        (0, int(part[:18]), "") if _NUMBER.fullmatch(part) else (1, 0, part)
        for part in _NUMBER.split(folded)
        if part
    )
    return _rank(folded), parts
