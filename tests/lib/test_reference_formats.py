"""References: a whole sample of each format, and what a hostile title cannot do."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.reference_formats import (
    FORMATS,
    Reference,
    to_bibtex,
    to_csl_json,
    to_ris,
    to_text,
)

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "citations"
REFERENCE = Reference(
    key="CAN-KOR-2023-001",
    title="Agreement on {secrets} & 100 % of 사이버정책협의회",
    author="Commitment Tracker",
    url="https://tracker.example/commitments/agreement/?as_of=2026-11-22&known_at=2026-11-22",
    issued=dt.date(2026, 2, 5),
    accessed=dt.date(2026, 11, 22),
    note="As things stood on 22 November 2026, log of changes up to line 85.",
    language="en",
)


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_as_a_whole(extension: str) -> None:
    sample = (SAMPLES / f"reference.{extension}").read_bytes().decode()
    assert FORMATS[extension].write(REFERENCE) == sample


@given(st.text(), st.text())
def test_no_text_breaks_a_format(title: str, author: str) -> None:
    reference = replace(REFERENCE, title=title, author=author)
    [item] = json.loads(to_csl_json(reference))
    assert item["title"] == " ".join(item["title"].split())
    ris = to_ris(reference)
    assert ris.endswith("\r\nER  - \r\n")
    assert all(line[2:6] == "  - " for line in ris.split("\r\n")[:-1])
    assert ris.count("\r\n") == 12
    bibtex = to_bibtex(reference)
    assert bibtex.count("{") == bibtex.count("}")
    assert bibtex.count("\n") == 11
    assert to_text(reference).count("\n") == 1
