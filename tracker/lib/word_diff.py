"""Which words of a text are new against another one, for people to read.

Words are compared without case and punctuation; two spellings are two words. Where two texts share
no word that says anything, one is said to be worded anew rather than cut into confetti.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Comparing takes time that grows with the square of the length; a quotation is a sentence.
LONGEST_COMPARED = 400
# "the", "of", "and": equal words of this length between two changes only make them hard to read.
_LITTLE = 3
_PUNCTUATION = ".,;:!?\"'“”‘’«»()[]…–—"


class Mark(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand together and share a mark."""

    mark: Mark
    text: str


def _keys(words: Sequence[str]) -> list[str]:
    return [word.casefold().strip(_PUNCTUATION) or word for word in words]


def similarity(before: str, after: str) -> float:
    """How much two texts share, from 0 (nothing) to 1 (the same words in the same order)."""
    old, new = (_keys(text.split()[:LONGEST_COMPARED]) for text in (before, after))
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


def _is_island(keys: Sequence[str]) -> bool:
    """Whether equal words say too little to stand between two changes."""
    return len(keys) <= 2 and all(len(key) <= _LITTLE and key.isascii() for key in keys)


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int]]:
    """The stretches that both share: where in the old, where in the new, how many words."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    *found, _end = matcher.get_matching_blocks()
    kept = []
    for start, other, size in found:
        at_start = start == 0 and other == 0
        at_end = start + size == len(old) and other + size == len(new)
        if at_start or at_end or not _is_island(new[other : other + size]):
            kept.append((start, other, size))
    # Little words at either end are shown as equal only beside something that says more.
    return [] if all(_is_island(new[o : o + n]) for _, o, n in kept) else kept


def word_diff(before: str, after: str) -> list[Piece]:
    """The later text in pieces, with what it dropped from the earlier one in its place.

    Without a common word that says something, the result is one added piece. Texts of more than
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
