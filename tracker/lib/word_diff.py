"""Compare two texts word by word, for people to read.

Words are compared without case and punctuation; two spellings are two words. Texts that share no
significant word are treated as entirely different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Comparing takes quadratic time; a quotation is a sentence.
LONGEST_COMPARED = 400
# "the", "of", "and": equal words this short between two changes only make them hard to read.
_SHORT = 3
_PUNCTUATION = ".,;:!?\"'“”‘’«»()[]…–—"


class Mark(StrEnum):
    """What happened to some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive words that share a mark."""

    mark: Mark
    text: str


def _keys(words: Sequence[str]) -> list[str]:
    return [word.casefold().strip(_PUNCTUATION) or word for word in words]


def similarity(before: str, after: str) -> float:
    """Return how similar two texts are, from 0 (nothing shared) to 1 (the same words in order)."""
    old, new = (_keys(text.split()[:LONGEST_COMPARED]) for text in (before, after))
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


def _is_island(keys: Sequence[str]) -> bool:
    """Whether equal words are too insignificant to show between two changes."""
    return len(keys) <= 2 and all(len(key) <= _SHORT and key.isascii() for key in keys)


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return the shared runs: start in the old text, start in the new, number of words."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    *matches, _end = matcher.get_matching_blocks()
    blocks = []
    for start, other, size in matches:
        at_start = start == 0 and other == 0
        at_end = start + size == len(old) and other + size == len(new)
        if at_start or at_end or not _is_island(new[other : other + size]):
            blocks.append((start, other, size))
    # Short words at either end count only if there is a more significant run.
    return [] if all(_is_island(new[o : o + n]) for _, o, n in blocks) else blocks


def word_diff(before: str, after: str) -> list[Piece]:
    """Return the pieces of the later text, with the words removed from the earlier one in place.

    Without a significant common word, the result is one added piece. Texts of more than
    `LONGEST_COMPARED` words are not compared.
    """
    old, new = before.split(), after.split()
    old_keys, new_keys = _keys(old), _keys(new)
    if old_keys == new_keys:
        return [Piece(Mark.SAME, " ".join(new))] if new else []
    is_long = max(len(old), len(new)) > LONGEST_COMPARED
    blocks = [] if is_long else _blocks(old_keys, new_keys)
    if not blocks:
        return [Piece(Mark.ADDED, " ".join(new))] if new else []
    pieces: list[Piece] = []
    i = j = 0
    for start, other, size in [*blocks, (len(old), len(new), 0)]:
        for mark, words in (
            (Mark.REMOVED, old[i:start]),
            (Mark.ADDED, new[j:other]),
            (Mark.SAME, new[other : other + size]),
        ):
            if words:
                pieces.append(Piece(mark, " ".join(words)))
        i, j = start + size, other + size
    return pieces
