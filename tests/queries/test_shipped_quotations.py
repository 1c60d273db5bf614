"""Each quotation of the shipped register stands in the paragraph that it names.

The texts are not ours to ship. `source_words.json` has, for each paragraph that was read, the
`marks` of its words, sorted, so that no sentence can be read out of them. Whoever quotes more makes
them of the text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tracker.models import (
    Alias,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Note,
    PassageLeftOut,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.queries.visibility import public_passages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_register")]

PARAGRAPHS: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parents[1] / "samples" / "source_words.json").read_text()
)
# Read to their end: each paragraph is cited or named as left out.
READ = {
    "2025-10-02-director-general-release": 15,
    "2026-02-25-ministerial-joint-statement": 23,
}
IN_A_ROW = 3


def marks(text: str, *, longest: int = IN_A_ROW) -> set[str]:
    """A mark for each word, each two and each three in a row: the beginning of their SHA-256."""
    words = re.findall(r"\w+", text.lower())
    rows = {
        " ".join(words[at : at + size])
        for size in range(1, longest + 1)
        for at in range(len(words) - size + 1)
    }
    return {hashlib.sha256(row.encode()).hexdigest()[:6] for row in rows}


def place_of(locator: str) -> str:
    """ "8" of "paragraph 8 (Indo-Pacific region)"; "Annex, item 1" as it is."""
    found = re.search(r"paragraph ([0-9]+)", locator)
    return found[1] if found else locator


def stands(quotation: str, source: str, locator: str) -> bool:
    return marks(quotation) <= set(PARAGRAPHS[source][place_of(locator)].split())


def test_each_quotation_stands_in_its_paragraph() -> None:
    fields = ("quotation", "source__slug", "locator")
    quoted = [
        *Citation.objects.exclude(quotation="").values_list(*fields),
        *public_passages().exclude(quotation="").values_list(*fields),
    ]
    assert {source for _quotation, source, _locator in quoted} == set(PARAGRAPHS)
    assert [one for one in quoted if not stands(*one)] == []


def test_no_paragraph_that_was_read_is_passed_over() -> None:
    named: dict[str, set[str]] = defaultdict(set)
    places = ("source__slug", "locator")
    for rows in (Citation.objects.values_list(*places), public_passages().values_list(*places)):
        for source, locator in rows:
            named[source].add(place_of(locator))
    for source, count in READ.items():
        assert named[source] == set(PARAGRAPHS[source])
        assert len(named[source]) == count


def test_one_word_more_or_less_is_another_quotation() -> None:
    source, place = "2026-02-25-ministerial-joint-statement", "paragraph 19"
    assert stands("Canada is keen to work with the ROK", source, place)
    assert not stands("Canada is keen to work with ROK", source, place)
    assert not stands("Canada is very keen to work with the ROK", source, place)
    assert not stands("Canada is keen to work with the ROK", source, "paragraph 18")
    assert not stands("keen", source, "paragraph 18")


IN_MARKS = re.compile(r"“([^”]+)”")


def own_words() -> list[str]:
    """Each sentence of the register's own, wherever it stands."""
    fields = {
        Alias: ["note"],
        Commitment: ["title", "summary"],
        Forum: ["name", "summary"],
        Meeting: ["title", "summary"],
        Note: ["text"],
        PassageLeftOut: ["subject"],
        Source: ["summary"],
        StatusUpdate: ["rationale"],
        Topic: ["name", "summary"],
    }
    return [
        text
        for model, names in fields.items()
        for name in names
        for text in model._base_manager.values_list(name, flat=True)
    ]


def test_what_stands_in_quotation_marks_stands_in_a_source() -> None:
    """“late September” did not: the text says “last week”."""
    quoted = [words for text in own_words() for words in IN_MARKS.findall(text)]
    assert "last week" in quoted
    paragraphs = [set(text.split()) for some in PARAGRAPHS.values() for text in some.values()]
    assert [words for words in quoted if not any(marks(words) <= one for one in paragraphs)] == []


def test_names_that_neither_text_uses_are_in_neither() -> None:
    unused = Alias.objects.filter(note__contains="Neither text that we have read in full uses it.")
    assert {name.name for name in unused} == {"GSOMIA", "사이버정책협의회"}
    read = [set(text.split()) for source in READ for text in PARAGRAPHS[source].values()]
    assert not any(marks(name.name) & one for name in unused for one in read)


def test_nothing_is_claimed_that_no_source_was_found_for() -> None:
    claims = re.compile(
        r"sitting days|tabl(ed|ing)|standing series|[Ss]ection [0-9]|working level|late September"
    )
    assert [text for text in own_words() if claims.search(text)] == []
