"""One folding of text for whatever compares it: search and quotations, on both sides.

Letters are folded one by one (`FOLDED`), so that a place in the folded text can be led back to the
text: capitals, accents, compatibility forms, letters that do not decompose, all quotation marks,
apostrophes and dashes, and what nobody sees. On top of that, `fold` is for search: punctuation
around words and hyphens within them do not matter, nor does British or American spelling.
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
# Letters that Unicode does not decompose, as people without them on their keyboard write them.
_LETTERS = {
    **{"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h"},
    **{"ı": "i", "ĸ": "k", "ŋ": "ng", "ŧ": "t", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ǥ": "g"},
    **{"ƴ": "y", "ƙ": "k", "ɨ": "i", "ʉ": "u", "ⱥ": "a", "ɇ": "e", "ɉ": "j", "ɍ": "r"},
}
# Soft hyphens, zero-width and directional characters, which nobody sees; accents.
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
    # Hangul syllables stay whole: decomposed for the accents' sake, they are composed again.
    return unicodedata.normalize("NFC", bare)


class _Folded(dict[int, str]):
    """For `str.translate`: what each character folds to, learned once."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


FOLDED = _Folded()

# What stands around a word and is no part of it.
EDGES = "\"'.,;:!?()[]-¡¿、。"
_WITHIN_A_WORD = re.compile(r"(?<=[^\W\d_])-+(?=[^\W\d_])")
# Spellings that the two sides of the Atlantic do not share, each to one of the two; every ending of
# a word goes with it. Replaced wherever they occur, so that a part of a word still finds it.
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
# Defence and defense, licence and license, and what is typed of them.
_ENCE = re.compile(r"enc(?=[ei]|\b)")


def fold_letters(text: str) -> str:
    """Fold each letter and nothing else, but for control characters, which are dropped."""
    text = without_control_characters(text)
    if text.isascii():
        return text.lower().replace("`", "'")
    folded = unicodedata.normalize("NFC", text).translate(FOLDED)
    return unicodedata.normalize("NFC", folded)


def fold(text: str) -> str:
    """Bring text to the form in which it is searched: folded words with single spaces between."""
    words = (word.strip(EDGES) for word in fold_letters(text).replace('"', "").split())
    return _one_spelling(_WITHIN_A_WORD.sub("", " ".join(filter(None, words))))


def fold_apart(text: str) -> str:
    """The same with a space for each hyphen within a word: how others write it as two words."""
    return fold(fold_letters(text).replace("-", " "))


def _one_spelling(text: str) -> str:
    for written, folded in _SPELLINGS:
        if written in text:
            text = text.replace(written, folded)
    return _ENCE.sub("ens", text) if "enc" in text else text
