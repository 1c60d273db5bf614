"""Each quotation of the shipped register stands in the paragraph that it names.

The texts are not ours to ship. `source_words.json` has, for each paragraph that was read, the
`marks` of its words, sorted, so that no text can be read out of them. Whoever quotes more makes
them of the text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tracker.models import Citation
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
AT_A_TIME = 3


def marks(text: str) -> set[str]:
    """A mark for each three words in a row: the beginning of their SHA-256."""
    words = re.findall(r"\w+", text.lower())
    rows = (" ".join(words[at : at + AT_A_TIME]) for at in range(len(words) - AT_A_TIME + 1))
    return {hashlib.sha256(row.encode()).hexdigest()[:6] for row in rows}


def place_of(locator: str) -> str:
    """ "8" of "paragraph 8 (Indo-Pacific region)"; "Annex, item 1" as it is."""
    found = re.search(r"paragraph ([0-9]+)", locator)
    return found[1] if found else locator


def stands(quotation: str, source: str, locator: str) -> bool:
    wanted = marks(quotation)
    return bool(wanted) and wanted <= set(PARAGRAPHS[source][place_of(locator)].split())


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
    assert not stands("keen to", source, place)
