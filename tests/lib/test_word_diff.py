"""Word-level differences: what is marked, what is left whole, and that nothing is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.word_diff import LONGEST_COMPARED, Mark, Piece, similarity, word_diff

SAME, ADDED, REMOVED = Mark.SAME, Mark.ADDED, Mark.REMOVED


def told(before: str, after: str) -> list[tuple[Mark, str]]:
    return [(piece.mark, piece.text) for piece in word_diff(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        (
            "launch negotiations of an agreement",
            "accelerate negotiations of an agreement",
            [(REMOVED, "launch"), (ADDED, "accelerate"), (SAME, "negotiations of an agreement")],
        ),
        (
            "accelerate negotiations of the agreement",
            "concluded negotiations of the agreement",
            [
                (REMOVED, "accelerate"),
                (ADDED, "concluded"),
                (SAME, "negotiations of the agreement"),
            ],
        ),
        # Little words between two changes go with them.
        (
            "proceed with the signing of a Military and Defense Information Security Agreement",
            "signed the Agreement on the Protection of Military and Defence Information",
            [
                (REMOVED, "proceed with the signing of a"),
                (ADDED, "signed the Agreement on the Protection of"),
                (SAME, "Military and"),
                (REMOVED, "Defense"),
                (ADDED, "Defence"),
                (SAME, "Information"),
                (REMOVED, "Security Agreement"),
            ],
        ),
        # Case and punctuation are no change; the later text is what is shown.
        ("Sign the Agreement.", "sign the agreement", [(SAME, "sign the agreement")]),
        # Nothing in common but little words: worded anew.
        ("upon entry into force", "signed the text", [(ADDED, "signed the text")]),
        ("work on it in the end", "build it at the sea", [(ADDED, "build it at the sea")]),
        # In Korean two syllables say much.
        (
            "협정 서명 추진",
            "협정 서명 완료",
            [(SAME, "협정 서명"), (REMOVED, "추진"), (ADDED, "완료")],
        ),
        ("", "now said", [(ADDED, "now said")]),
        ("was said", "", []),
        ("", "", []),
    ],
)
def test_pieces(before: str, after: str, pieces: list[tuple[Mark, str]]) -> None:
    assert told(before, after) == pieces


def test_a_long_text_is_not_compared() -> None:
    long = "word " * (LONGEST_COMPARED + 1)
    assert told("word", long) == [(ADDED, long.strip())]


WORDS = st.lists(st.sampled_from(["will", "sign", "Sign,", "the", "agreement", "협정", "—"]))


@given(WORDS, WORDS)
def test_the_pieces_are_the_later_text_and_the_words_that_went(
    before: list[str], after: list[str]
) -> None:
    pieces = word_diff(" ".join(before), " ".join(after))
    now = [word for piece in pieces if piece.mark != REMOVED for word in piece.text.split()]
    assert now == after
    if any(piece.mark == SAME for piece in pieces):
        then = [word for p in pieces if p.mark != ADDED for word in p.text.split()]
        assert [w.casefold().strip(",") for w in then] == [w.casefold().strip(",") for w in before]
    assert all(piece.text for piece in pieces)
    assert not [1 for one, two in pairwise(pieces) if one.mark == two.mark]


@given(st.text(), st.text())
def test_any_text_can_be_compared(before: str, after: str) -> None:
    assert word_diff(before, before) in ([], [Piece(SAME, " ".join(before.split()))])
    assert 0 <= similarity(before, after) <= 1
    word_diff(before, after)
