from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.partial_dates import MAX_WORDS, PartialDate, Precision, add_months

days = st.dates(min_value=dt.date(1, 1, 1), max_value=dt.date(9998, 12, 31))
words = st.text(
    alphabet=st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=MAX_WORDS
).filter(lambda text: text == text.strip())


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    said = draw(st.just("") | words)
    day = draw(days)
    numbers: list[tuple[int, ...]] = [
        (day.year,),
        (day.year, day.month),
        (day.year, day.month, day.day),
    ]
    if said:
        numbers.append(())
    return PartialDate(*draw(st.sampled_from(numbers)), words=said)


@pytest.mark.parametrize(
    ("text", "date", "precision", "first", "last"),
    [
        ("2028", PartialDate(2028), Precision.YEAR, "2028-01-01", "2028-12-31"),
        ("2026-03", PartialDate(2026, 3), Precision.MONTH, "2026-03-01", "2026-03-31"),
        ("2024-02", PartialDate(2024, 2), Precision.MONTH, "2024-02-01", "2024-02-29"),
        ("2026-02-25", PartialDate(2026, 2, 25), Precision.DAY, "2026-02-25", "2026-02-25"),
        (" 2028 ", PartialDate(2028), Precision.YEAR, "2028-01-01", "2028-12-31"),
        ("0001", PartialDate(1), Precision.YEAR, "0001-01-01", "0001-12-31"),
        ("9998-12", PartialDate(9998, 12), Precision.MONTH, "9998-12-01", "9998-12-31"),
    ],
)
def test_a_date_is_read_to_the_precision_known(
    text: str, date: PartialDate, precision: Precision, first: str, last: str
) -> None:
    read = PartialDate.parse(text)
    assert read == date
    assert read.precision is precision
    assert (read.first_day, read.last_day) == (
        dt.date.fromisoformat(first),
        dt.date.fromisoformat(last),
    )
    assert read.iso == str(read) == read.stored == text.strip()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-13", "There is no month 13; use 01 to 12."),
        ("2026-00", "There is no month 00; use 01 to 12."),
        ("2026-02-30", "2026-02 has no day 30; its days are 01 to 28."),
        ("2024-02-30", "2024-02 has no day 30; its days are 01 to 29."),
        ("2026-04-00", "2026-04 has no day 00; its days are 01 to 30."),
        ("0000", "The year must lie between 1 and 9998."),
        ("9999", "The year must lie between 1 and 9998."),
        ("02/03/2026", "“02/03/2026” is not a date. Write 2028, 2026-03 or 2026-02-25."),
        ("", "“” is not a date. Write 2028, 2026-03 or 2026-02-25."),
        ("2026-3", "“2026-3” is not a date. Write 2028, 2026-03 or 2026-02-25."),
        ("20260225", "“20260225” is not a date. Write 2028, 2026-03 or 2026-02-25."),
        (
            "2026-02-25T00:00",
            "“2026-02-25T00:00” is not a date. Write 2028, 2026-03 or 2026-02-25.",
        ),
        ("２０２６", "“２０２６” is not a date. Write 2028, 2026-03 or 2026-02-25."),
        ("soon\n2026", "“soon\n2026” is not a date. Write 2028, 2026-03 or 2026-02-25."),
        ("9" * 90, f"“{'9' * 40}” is not a date. Write 2028, 2026-03 or 2026-02-25."),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        PartialDate.parse(text)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({}, "A date needs a year or words."),
        ({"month": 3, "words": "March"}, "A month or a day needs its year."),
        ({"day": 3}, "A month or a day needs its year."),
        ({"year": 2026, "day": 3}, "A day needs its month."),
    ],
)
def test_a_date_that_says_nothing_or_skips_a_part_is_refused(
    parts: dict[str, int | str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        PartialDate(**parts)  # type: ignore[arg-type]
    assert str(refusal.value) == sentence


def test_words_alone_have_no_days() -> None:
    date = PartialDate(words="at the earliest opportunity")
    assert date.precision is Precision.WORDS
    assert (date.first_day, date.last_day) == (None, None)
    assert (date.iso, str(date)) == ("", "at the earliest opportunity")
    assert date.stored == '"at the earliest opportunity"'


def test_words_may_stand_beside_a_known_date() -> None:
    date = PartialDate.parse("2025-09", words=" late September ")
    assert date == PartialDate(2025, 9, words="late September")
    assert (str(date), date.stored) == ("2025-09", '2025-09 "late September"')
    assert date.with_words("") == PartialDate(2025, 9)
    assert PartialDate.of(dt.date(2026, 2, 25)) == PartialDate(2026, 2, 25)


def test_a_day_comes_before_the_month_it_begins_and_the_month_before_its_year() -> None:
    ordered = [
        PartialDate.parse("2025-12-31"),
        PartialDate.parse("2026-01-01"),
        PartialDate.parse("2026-01"),
        PartialDate.parse("2026"),
        PartialDate.parse("2026", words="in 2026"),
        PartialDate.parse("2026-01-02"),
        PartialDate(9998, 12, 31),
        PartialDate(words="one day"),
        PartialDate(words="soon"),
    ]
    assert sorted(set(ordered)) == ordered
    assert all(a < b and b > a and a <= b and a != b for a, b in pairwise(ordered))


def test_a_partial_date_has_no_order_with_anything_else() -> None:
    with pytest.raises(TypeError):
        assert PartialDate(2026) < dt.date(2026, 1, 1)  # type: ignore[operator]
    assert PartialDate(2026) != "2026"


@given(partial_dates(), partial_dates(), partial_dates())
def test_the_order_is_total(a: PartialDate, b: PartialDate, c: PartialDate) -> None:
    assert [a < b, a == b, a > b].count(True) == 1
    assert (a < b) == (b > a)
    if a <= b <= c:
        assert a <= c
    if a == b:
        assert hash(a) == hash(b)


@given(partial_dates())
def test_what_is_stored_is_read_again(date: PartialDate) -> None:
    assert PartialDate.from_stored(date.stored) == date


@given(partial_dates())
def test_iso_is_read_again(date: PartialDate) -> None:
    if date.iso:
        assert PartialDate.parse(date.iso, words=date.words) == date


@pytest.mark.parametrize("text", ["2026-02-25 late", 'x "words"', '2026 "open', "2026-13"])
def test_a_damaged_stored_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"stored|month"):
        PartialDate.from_stored(text)


def test_words_that_hold_quotation_marks_and_line_ends_are_stored() -> None:
    date = PartialDate(2026, words='"soon",\nthey said "')
    assert PartialDate.from_stored(date.stored) == date


@pytest.mark.parametrize(
    ("text", "spelled"),
    [("2028", "2028"), ("2026-03", "March 2026"), ("2026-02-05", "5 February 2026")],
)
def test_a_date_is_spelled_out(text: str, spelled: str) -> None:
    assert PartialDate.parse(text, words="as they said").spelled() == spelled


def test_words_alone_are_spelled_as_they_are() -> None:
    assert PartialDate(words="soon").spelled() == "soon"


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-22", -12, "2025-11-22"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-22", 0, "2026-11-22"),
        ("9999-11-30", 1, "9999-12-30"),
    ],
)
def test_months_are_added(day: str, months: int, moved: str) -> None:
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(moved)


@pytest.mark.parametrize(("day", "months"), [("9999-12-01", 1), ("0001-01-31", -1)])
def test_months_beyond_the_calendar_are_refused(day: str, months: int) -> None:
    with pytest.raises(ValueError, match="the result leaves the calendar"):
        add_months(dt.date.fromisoformat(day), months)
