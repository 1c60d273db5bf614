"""Fold text before comparing it: the same folding for search and for quotations.

Characters are folded one by one (`FOLDED`), so that a position in the folded text can be mapped
back: capitals, accents, compatibility forms, letters that do not decompose, all quotation marks,
apostrophes and dashes, and invisible characters. For search, `fold` also ignores punctuation around
words, hyphens within them, and the difference between British and American spelling.
"""

from __future__ import annotations

import re
import unicodedata

from tracker.lib.text import without_control_characters

_MARKS = {
    **dict.fromkeys("“”„‟«»〝〞〟「」『』″‶＂", '"'),
    **dict.fromkeys("‘’‚‛‹›`´ʼʹˈ′‵＇", "'"),
    **dict.fromkeys("‐‑‒–—―−⁃﹘﹣－", "-"),
}
# Letters that Unicode does not decompose, as people type them who lack them on their keyboard.
_LETTERS = {
    **{"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h"},
    **{"ı": "i", "ĸ": "k", "ŋ": "ng", "ŧ": "t", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ǥ": "g"},
    **{"ƴ": "y", "ƙ": "k", "ɨ": "i", "ʉ": "u", "ⱥ": "a", "ɇ": "e", "ɉ": "j", "ɍ": "r"},
}
# Soft hyphens, zero-width and directional characters (Cf); accents (Mn).
_INVISIBLE = ("Cf", "Mn")


def _folded(character: str) -> str:
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    if character in _MARKS:
        return _MARKS[character]
    # Twice, since a folded letter may be decomposed further.
    plain = unicodedata.normalize("NFKD", character).casefold()
    letters = unicodedata.normalize("NFKD", plain)
    bare = "".join(
        _LETTERS.get(letter, _MARKS.get(letter, letter))
        for letter in letters
        if unicodedata.category(letter) not in _INVISIBLE
    )
    # NFKD also decomposed Hangul syllables: compose them again.
    return unicodedata.normalize("NFC", bare)


class _Folded(dict[int, str]):
    """A table for `str.translate` that is filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


FOLDED = _Folded()

# Punctuation around a word.
EDGES = "\"'.,;:!?()[]-¡¿、。"
_WITHIN_A_WORD = re.compile(r"(?<=[^\W\d_])-+(?=[^\W\d_])")
# British and American spellings, each mapped to one of the two; stems cover every ending.
# Replaced anywhere in a word, so that a part of a word still matches it.
_SPELLINGS = (
    *(("iz", "is"), ("yz", "ys"), ("logue", "log"), ("programme", "program")),
    ("programm", "program"),
    *(("practis", "practic"), ("center", "centre"), ("theater", "theatre"), ("fiber", "fibre")),
    *(("kilometer", "kilometre"), ("manoeuvre", "maneuver"), ("aluminium", "aluminum")),
    *(("judgement", "judgment"), ("acknowledgement", "acknowledgment"), ("sulphur", "sulfur")),
    *(("sceptic", "skeptic"), ("artefact", "artifact"), ("archaeo", "archeo"), ("grey", "gray")),
    *(("skillful", "skilful"), ("installment", "instalment"), ("fulfill", "fulfil")),
    *(("enroll", "enrol"), ("ageing", "aging")),
    *(
        (f"{stem}our", f"{stem}or")
        for stem in ("lab", "neighb", "harb", "hon", "col", "fav", "behavi", "endeav", "arm", "hum")
    ),
    *(
        (f"{stem}l", stem)
        for stem in ("travel", "label", "model", "signal", "cancel", "counsel", "channel", "fuel")
    ),
)
# Defence and defense, licence and license, and their beginnings as typed.
_ENCE = re.compile(r"enc(?=[ei]|\b)")


def fold_letters(text: str) -> str:
    """Fold each letter and drop control characters; leave the rest."""
    text = without_control_characters(text)
    if text.isascii():
        return text.lower().replace("`", "'")
    folded = unicodedata.normalize("NFC", text).translate(FOLDED)
    return unicodedata.normalize("NFC", folded)


def fold(text: str) -> str:
    """Fold text for search: folded words separated by single spaces."""
    words = (word.strip(EDGES) for word in fold_letters(text).replace('"', "").split())
    return _one_spelling(_WITHIN_A_WORD.sub("", " ".join(filter(None, words))))


def fold_apart(text: str) -> str:
    """Fold text for search, with hyphenated words split into two."""
    return fold(fold_letters(text).replace("-", " "))


def _one_spelling(text: str) -> str:
    for variant, folded in _SPELLINGS:
        if variant in text:
            text = text.replace(variant, folded)
    return _ENCE.sub("ens", text) if "enc" in text else text
