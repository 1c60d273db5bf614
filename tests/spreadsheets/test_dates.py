"""Dates in several notations: what says one thing is read, what says two is asked about."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.spreadsheets.dates import AmbiguousDateError, DateOrder, read_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2028", "2028"),
        ("2026-03", "2026-03"),
        ("2026-02-25", "2026-02-25"),
        ("2026-2-5", "2026-02-05"),
        ("2026/02/25", "2026-02-25"),
        ("2026.02.25", "2026-02-25"),
        ("2026. 2. 25.", "2026-02-25"),
        ("2026-02-25 00:00:00", "2026-02-25"),
        ("2026-02-25T00:00:00Z", "2026-02-25"),
        ("03/2026", "2026-03"),
        ("25 February 2026", "2026-02-25"),
        ("Feb. 25, 2026", "2026-02-25"),
        ("february 2026", "2026-02"),
    ],
)
def test_what_says_one_thing_is_read(text: str, iso: str) -> None:
    assert read_date(text).iso == iso


def test_a_date_cell_is_its_day() -> None:
    assert read_date(dt.date(2026, 2, 25)).iso == "2026-02-25"


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.2026", "25/02/2026", "02-25-2026", "3 4 2026"])
def test_what_says_two_things_is_asked_about(text: str) -> None:
    """Also where only one order gives a day: the file may hold others."""
    with pytest.raises(AmbiguousDateError):
        read_date(text)


def test_the_answer_is_followed() -> None:
    assert read_date("03/04/2026", order=DateOrder.DAY_FIRST).iso == "2026-04-03"
    assert read_date("03/04/2026", order=DateOrder.MONTH_FIRST).iso == "2026-03-04"


@pytest.mark.parametrize(
    ("text", "order", "told"),
    [
        ("25/02/2026", "month_first", "“25/02/2026” is no date with the month first"),
        ("02/25/2026", "day_first", "“02/25/2026” is no date with the day first"),
        ("03/04/26", "day_first", "“03/04/26” leaves the century open"),
        ("46078", "", "“46078” is not a date. Write 2028, 2026-03 or 2026-02-25."),
        ("Spring 2026", "", "“Spring 2026” is not a date"),
        ("1 May 2 2026", "", "“1 May 2 2026” is not a date"),
        ("2026-13", "", "There is no month 13"),
        ("30 February 2026", "", "2026-02 has no day 30"),
    ],
)
def test_what_is_no_date_is_refused_in_words(text: str, order: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_date(text, order=order)
