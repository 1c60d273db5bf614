"""Quotations are found as people compare them, in whatever marks, dashes and spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.quotations import QuotableText

TEXT = (
    "Joint statement\n\n"
    "1. The ministers “reaffirmed” their\n   commitment – firm and lasting – to co-operation.\n\n"
    "2. Both sides will sign the agreement at the earliest oppor\u00adtunity. "
    "They look forward to it.\n\n"
    "3. 양국 장관은 사이버 정책 협의를 개최하기로 하였다. L’« action » suit l’e\u0301te\u0301."
)


@pytest.mark.parametrize(
    ("quotation", "paragraph", "found"),
    [
        ("will sign the agreement", 3, "will sign the agreement"),
        ("WILL  SIGN\nthe agreement", 3, "will sign the agreement"),
        ("“will sign the agreement”", 3, "will sign the agreement"),
        ("'reaffirmed' their commitment", 2, None),
        ('"reaffirmed" their commitment', 2, "“reaffirmed” their\n   commitment"),
        ("commitment - firm and lasting-to", 2, "commitment – firm and lasting – to"),
        ("L'« Action » suit l'ete", 4, "L’« action » suit l’été"),
        ("to co\u2011operation", 2, "to co-operation"),
        ("to cooperation", None, None),
        ("earliest opportunity", 3, "earliest oppor\u00adtunity"),
        ("사이버 정책 협의", 4, "사이버 정책 협의"),
        ("l'\"action\" suit l'été", None, None),
        ("l'\" action \" suit l'été", 4, "L’« action » suit l’été"),
        ("will sign the treaty", None, None),
        ("will agreement", None, None),
        ("", None, None),
        ("“”", None, None),
    ],
)
def test_where_a_quotation_stands(quotation: str, paragraph: int | None, found: str | None) -> None:
    text = QuotableText(TEXT)
    place = text.find(quotation)
    if found is None:
        assert place is None
        return
    assert place is not None
    first, last = place.spans[0]
    assert (place.paragraph, text.text[first : last + 1]) == (paragraph, found)


def test_what_is_left_out_is_marked_by_brackets() -> None:
    text = QuotableText(TEXT)
    place = text.find("will sign the agreement […] look forward to it")
    assert place is not None
    assert [text.text[first : last + 1] for first, last in place.spans] == [
        "will sign the agreement",
        "look forward to it",
    ]
    assert text.find("look forward to it [...] will sign the agreement") is None
    assert text.find("will sign … look forward") is None


def test_paragraphs_are_divided_by_blank_lines_or_else_by_lines() -> None:
    assert [(p.number, p.text) for p in QuotableText("\n\na\nb\r\n \r\nc\n").paragraphs] == [
        (1, "a\nb"),
        (2, "c\n"),
    ]
    assert [p.text for p in QuotableText("a\nb\n c").paragraphs] == ["a", "b", "c"]
    assert QuotableText("").paragraphs == []


@given(st.text(), st.text(min_size=1), st.text())
def test_what_is_cut_out_of_a_text_is_found_in_it(before: str, cut: str, after: str) -> None:
    text = QuotableText(f"{before}1{cut}1{after}")
    place = text.find(f"1{cut}1")
    if "[" in cut:  # an omission finds more than what was cut
        return
    assert place is not None
    for first, last in place.spans:
        assert 0 <= first <= last < len(text.text)


@given(st.text(), st.text())
def test_nothing_typed_is_an_error(text: str, quotation: str) -> None:
    place = QuotableText(text).find(quotation)
    assert place is None or place.paragraph >= 1
