"""One folding for search and quotations: what two people who mean the same type differently."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.folding import fold, fold_apart


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Défense ÉNERGIE", "defense energie"),
        ("GSOMIA", "gsomia"),
        ("사이버정책협의회", "사이버정책협의회"),
        (unicodedata.normalize("NFD", "사이버"), "사이버"),
        ("한 국", "한 국"),
        ("ＧＳＯＭＩＡ　２＋２", "gsomia 2+2"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("  two\t\n words\u00a0here ", "two words here"),
        ("a\x00b\x07c", "abc"),
        ("３００㎒ and ℡", "300mhz and tel"),
        ("ﬁrm", "firm"),
        ("“2+2”", "2+2"),
        ("🇰🇷 ☂", "🇰🇷 ☂"),
        ("", ""),
        ("\u0301", ""),
    ],
)
def test_text_is_folded_for_search(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_are_folded_as_beside_others(text: str) -> None:
    """A letter with an accent keeps a text from the short way that ASCII takes."""
    assert fold(f"{text}e") == fold(f"{text}é")


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)))
def test_hangul_stays_whole(text: str) -> None:
    assert fold(text) == text == fold(unicodedata.normalize("NFD", text))


ALIKE = [
    ["Korea's", "Korea’s", "Korea‘s", "Koreaʼs", "Korea′s", "Korea`s", "Korea＇s"],
    ["“soon”", '"soon"', "soon", "«\u00a0soon\u00a0»", "„soon“", "‘soon’", "「soon」", "(soon),"],
    ["annuel.", "annuel", "annuel…", "annuel;", "[annuel]", "annuel\u200b"],
    ["dialogue, annuel", "dialogue annuel", "dialogue – annuel", "dialogue: annuel!"],
    ["CAN-KOR-2025-004", "CAN\u2011KOR\u20112025\u2011004", "can–kor–2025–004", "CAN−KOR−2025−004"],
    ["Łódź", "Lodz", "ŁÓDŹ", "lo\u0301dz\u0301"],
    ["Ørsted", "Orsted", "ørsted"],
    ["Đà Nẵng", "Da Nang"],
    ["cœur", "coeur", "CŒUR"],
    ["Ærø", "Aero"],
    ["Straße", "STRASSE", "STRAẞE"],
    ["Þingvellir", "Thingvellir"],
    ["defence", "defense", "Défense"],
    ["offences", "offenses"],
    ["licence", "license"],
    ["licencing", "licensing"],
    ["co-operation", "cooperation", "coöperation", "co\u00adoperation", "co\u2010operation"],
    ["organise", "organize"],
    ["organisations", "organizations"],
    ["analysed", "analyzed"],
    ["programmes", "programs"],
    ["programme-based", "program-based"],
    ["practise", "practice"],
    ["labour", "labor"],
    ["neighbouring", "neighboring"],
    ["centres", "centers"],
    ["travelling", "traveling"],
    ["fulfilment", "fulfillment"],
    ["judgement", "judgment"],
    ["dialogue", "dialog"],
    ["cyber-security", "cybersecurity"],
    ["사이버정책협의회", unicodedata.normalize("NFD", "사이버정책협의회"), "“사이버정책협의회”,"],
]


@pytest.mark.parametrize("spellings", ALIKE, ids=lambda spellings: spellings[0])
def test_spellings_of_one_word_fold_alike(spellings: list[str]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("four", "for"), ("tour", "tor"), ("source", "sorce"), ("U.S.", "us"), ("100%", "100")),
        *(("2+2", "22"), ("2025-2026", "20252026"), ("한국", "한 국"), ("act", "action")),
    ],
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("word", ["defen", "organi", "coop", "programm", "licens", "agreemen"])
def test_the_beginning_of_a_word_still_finds_it(word: str) -> None:
    text = fold("Defence, organisations, co-operation, programmes, licences, agreement")
    assert fold(word) in text


def test_a_hyphen_may_also_be_a_space() -> None:
    assert fold("Indo-Pacific") == fold("IndoPacific")
    assert fold_apart("Indo\u2011Pacific") == fold("Indo Pacific") == "indo pacific"
