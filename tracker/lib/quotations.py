"""Find a quotation in a text, ignoring differences that do not matter to people.

White space and letters are folded on both sides (see `folding`), because text pasted from a page
differs from the same text in a file in quotation marks, dashes, accents and ligatures. Words must
be equal: one more, one less or another spelling makes another quotation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.lib.folding import FOLDED

# An editor's omission; the brackets tell it from an ellipsis of the source.
_OMISSION = re.compile(r"\[\s*(?:…|\.\s?\.\s?\.)\s*\]")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its number from 1, and the position of its first character."""

    number: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation was start: the first and last character of each of its parts, and the
    number of the paragraph in which it begins."""

    spans: tuple[tuple[int, int], ...]
    paragraph: int


class QuotableText:
    """A text to search for quotations; folded once for all searches."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        self.paragraphs = list(_paragraphs(self.text))
        self._folded, self._origin = _folded(self.text)

    def find(self, quotation: str) -> Place | None:
        """Find the first occurrence of a quotation; None if there is none, or it is empty.

        The parts around an omission "[…]" must occur in order.
        """
        normalised = unicodedata.normalize("NFC", quotation)
        parts = [_folded(part)[0].strip(" ") for part in _OMISSION.split(normalised)]
        parts = [part for part in parts if part.strip("\"'")]
        if not parts:
            return None
        spans, at = [], 0
        for part in parts:
            # Try without the outer quotation marks, too: they may be the editor's.
            for wanted in (part, part.strip("\"'").strip()):
                start = self._folded.find(wanted, at)
                if start >= 0:
                    break
            else:
                return None
            at = start + len(wanted)
            spans.append((self._origin[start], self._origin[at - 1]))
        return Place(tuple(spans), self._paragraph_at(spans[0][0]))

    def _paragraph_at(self, position: int) -> int:
        return max(
            (paragraph.number for paragraph in self.paragraphs if paragraph.start <= position),
            default=1,
        )


def _paragraphs(text: str) -> Iterator[Paragraph]:
    """Split at blank lines; if there are none, at each line end."""
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
    """Return the folded text and, for each of its characters, its position in `text`."""
    folded: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        for one in FOLDED[ord(character)]:
            is_space = one.isspace()
            if is_space and (not folded or folded[-1] in " -"):
                continue
            if one == "-" and folded and folded[-1] == " ":
                # A dash may or may not have spaces around it.
                folded.pop()
                origin.pop()
            folded.append(" " if is_space else one)
            origin.append(position)
    return "".join(folded), origin
