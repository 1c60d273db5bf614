"""Whatever a field holds is read again as it was written."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lib.test_partial_dates import partial_dates
from tests.register_format.files import TEXTS, write_texts
from tracker.lib.partial_dates import PartialDate
from tracker.lib.text import one_line, without_control_characters
from tracker.register_format.reading import read_register
from tracker.register_format.writing import plain, to_yaml
from tracker.schema.fields import Noun
from tracker.schema.meetings import MEETING
from tracker.schema.parties import PARTY
from tracker.schema.sources import SOURCE

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=150).map(
    lambda text: without_control_characters(text).strip()
)
sayings = st.one_of(
    texts,
    st.lists(texts, max_size=4).map(lambda parts: "\n".join(parts).strip()),
    st.lists(st.sampled_from(["word", "a: b", "#x", "- y", "'", '"', "{", "!", "  "]), max_size=60)
    .map(" ".join)
    .map(str.strip),
    st.sampled_from(["a\x85b", "a\u2028b\nc", "a\r\nb", "a \n  b"]),
    st.sampled_from(["null", "yes", "~", "2026-02-25", "1_000", "0x1f", "- a", "? b", "|", ">-"]),
)


def read_again(values: dict[str, Any], noun: Noun, name: str, **other: str) -> Any:
    """Write one record as the only one of its file and read it with a whole register."""
    with tempfile.TemporaryDirectory() as folder:
        root = write_texts(Path(folder), TEXTS | {name: to_yaml([plain(values, noun)])} | other)
        [record] = read_register(root).of(noun.name)
        return {spec.key: record[spec.key] for spec in noun.in_file}


@settings(max_examples=200)
@given(
    title=sayings.map(one_line).filter(lambda text: 0 < len(text) <= 300),
    summary=sayings,
    published=partial_dates().filter(lambda date: date.words == date.words.strip()),
)
def test_a_source_is_read_as_it_was_written(
    title: str, summary: str, published: PartialDate
) -> None:
    values = {
        "slug": "statement",
        "title": title,
        "kind": "joint_statement",
        "publisher": "no",
        "identifier": "0042",
        "url": "",
        "archived_url": "",
        "language": "en",
        "licence": "CC-BY-4.0",
        "published": published,
        "retrieved": dt.date(2026, 2, 25),
        "summary": summary,
        "left_out": (),
    }
    assert read_again(values, SOURCE, "sources.yaml") == values


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ({"date": PartialDate(2026, 2, 25)}, {"date": "2026-02-25"}),
        ({"date": PartialDate(words="soon")}, {"date": {"words": "soon"}}),
        ({"date": PartialDate(2026, words="soon")}, {"date": {"date": "2026", "words": "soon"}}),
        ({"fully_recorded": False, "place": "", "notes": []}, {}),
        ({"fully_recorded": True}, {"fully_recorded": True}),
    ],
)
def test_what_is_empty_or_the_default_is_left_out(
    values: dict[str, Any], written: dict[str, Any]
) -> None:
    assert plain(values, MEETING) == written


def test_fields_are_written_in_the_order_of_the_format() -> None:
    values = {"kind": "state", "code": "CAN", "name": "Canada"}
    assert to_yaml(plain(values, PARTY)) == "code: CAN\nname: Canada\nkind: state\n"


def test_long_text_is_folded_and_lines_stay_lines() -> None:
    assert to_yaml({"a": "word " * 30 + "end", "b": "one\ntwo"}) == (
        f"a: >-\n  {'word ' * 19}word\n  {'word ' * 10}end\nb: |-\n  one\n  two\n"
    )
