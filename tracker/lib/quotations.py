"""Whether a quotation stands in a text, and where: as people compare them, not byte by byte.

White space and letters are folded on both sides as for search (see `folding`), because a
statement pasted from a page differs in marks, dashes, accents and ligatures from the same
statement in a file. Words are not: one more or less, or spelled otherwise, is another quotation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.lib.folding import FOLDED

# An editor's omission, in brackets so that an ellipsis of the source's own is no omission.
_OMISSION = re.compile(r"\[\s*(?:…|\.\s?\.\s?\.)\s*\]")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a text: its number from 1, and where it begins in the text."""

    number: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation stands: the first and last character of each of its parts, and the
    number of the paragraph in which it begins."""

    spans: tuple[tuple[int, int], ...]
    paragraph: int


class QuotableText:
    """A text that is searched for quotations any number of times; folded once."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        self.paragraphs = list(_paragraphs(self.text))
        self._folded, self._origin = _folded(self.text)

    def find(self, quotation: str) -> Place | None:
        """The first place of a quotation; None when it does not occur, or says nothing.

        Parts around an omission "[…]" must occur in their order.
        """
        written = unicodedata.normalize("NFC", quotation)
        parts = [_folded(part)[0].strip(" ") for part in _OMISSION.split(written)]
        parts = [part for part in parts if part.strip("\"'")]
        if not parts:
            return None
        spans, at = [], 0
        for part in parts:
            # Without its outer marks, too: those may belong to whoever quotes.
            for wanted in (part, part.strip("\"'").strip()):
                found = self._folded.find(wanted, at)
                if found >= 0:
                    break
            else:
                return None
            at = found + len(wanted)
            spans.append((self._origin[found], self._origin[at - 1]))
        return Place(tuple(spans), self._paragraph_at(spans[0][0]))

    def _paragraph_at(self, position: int) -> int:
        return max(
            (paragraph.number for paragraph in self.paragraphs if paragraph.start <= position),
            default=1,
        )


def _paragraphs(text: str) -> Iterator[Paragraph]:
    """Divided at blank lines; where there are none, at each line end."""
    divider = _BLANK_LINES if _BLANK_LINES.search(text.strip()) else re.compile(r"\n\s*")
    start, number = 0, 0
    for end, following in [
        *((match.start(), match.end()) for match in divider.finditer(text)),
        (len(text), len(text)),
    ]:
        written = text[start:end]
        if written.strip():
            number += 1
            yield Paragraph(number, start, written)
        start = following


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters which character of `text` it came from."""
    folded: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        for one in FOLDED[ord(character)]:
            is_space = one.isspace()
            if is_space and (not folded or folded[-1] in " -"):
                continue
            if one == "-" and folded and folded[-1] == " ":
                # A dash may be set with spaces or without.
                folded.pop()
                origin.pop()
            folded.append(" " if is_space else one)
            origin.append(position)
    return "".join(folded), origin
