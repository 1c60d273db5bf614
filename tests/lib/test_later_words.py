from __future__ import annotations

import pytest

from tests import make
from tracker.lib.later_words import dates_in, later_words, warn_of_later_words

SAID = make.date("2025-10-02")


def found(text: str, said: str = "2025-10-02", *targets: str) -> list[str]:
    told = later_words(text, said=make.date(said), targets=[make.date(t) for t in targets])
    return [words.words for words in told]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("held on 2026-02-25 in Ottawa", ["2026-02-25"]),
        ("in 2026-03.", ["2026-03"]),
        ("on 25 February 2026", ["2026-02-25"]),
        ("on February 25, 2026,", ["2026-02-25"]),
        ("on the 1st of March 2026", ["2026-03-01"]),
        ("in FEBRUARY 2026", ["2026-02"]),
        ("in May, 2026", ["2026-05"]),
        ("le 25 février 2026 et le 1er août 2026", ["2026-02-25", "2026-08-01"]),
        ("2026년 2월 25일, 2026년 3월 및 2027년", ["2026-02-25", "2026-03", "2027"]),
        ("by 2028, or 2029", ["2028", "2029"]),
        # What only looks like a date.
        ("CAN-KOR-2025-004 and resolution 2397", []),
        ("on 31 February 2026 or 2026-13", []),
        ("21 sitting days, 1500 people and 20260225", []),
        ("may 5 people march", []),
    ],
)
def test_dates_are_read_out_of_running_text(text: str, dates: list[str]) -> None:
    assert [named.date.iso for named in dates_in(text) if named.date] == dates


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It was held in Ottawa on 25 February 2026.", ["25 February 2026", "was held"]),
        ("The agreement has entered into force.", ["has entered into force"]),
        ("It took place", ["took place"]),
        ("They have since signed it", ["have since signed"]),
        ("It was formally Signed", ["was formally Signed"]),
        ("L’accord a été signé, il est entré en vigueur", ["a été signé", "est entré en vigueur"]),
        ("협정이 서명되었다", ["서명되었다"]),
        ("2026년 2월에 개최됐다", ["2026년 2월", "개최됐다"]),
        # What was promised, in whatever tense.
        ("A meeting to be held every two years", []),
        ("Terms of reference, to be signed soon", []),
        ("Talks that are already under way", []),
        ("The agreement that was first discussed on 1 October 2025", []),
        # The day itself, its month and its year are not later.
        ("on 2 October 2025, in October 2025, in 2025", []),
    ],
)
def test_what_was_not_known_on_the_day_is_found(text: str, words: list[str]) -> None:
    assert found(text) == words


def test_a_coarse_day_of_statement_has_passed_only_with_its_last_day() -> None:
    assert found("on 30 April 2023", "2023-04") == []
    assert found("on 1 May 2023", "2023-04") == ["1 May 2023"]
    assert found("in 2024", "2023") == ["2024"]


def test_the_target_belongs_to_the_promise() -> None:
    assert found("to be signed in 2026", "2025-10-02", "2026") == []
    assert found("to be signed in March 2026", "2025-10-02", "2026") == []
    assert found("to be signed in 2027", "2025-10-02", "2026") == ["2027"]
    assert found("to be signed in 2027", "2025-10-02", "soon") == ["2027"]


def test_without_a_day_only_outcomes_are_found() -> None:
    told = later_words("It was signed on 25 February 2026", said=None)
    assert [words.words for words in told] == ["was signed"]


def test_each_is_told_once_in_a_sentence() -> None:
    text = "It was signed on 25 February 2026. It was signed."
    assert warn_of_later_words(text, said=SAID) == [
        "“25 February 2026” is after 2 October 2025, when it was first stated. "
        "Say what was promised; what came later is an update.",
        "“was signed” tells what became of it. Say what was promised; the rest is an update.",
    ]
