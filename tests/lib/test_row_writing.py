"""Each row gets its own values, in one statement."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import make
from tracker.lib.partial_dates import PartialDate
from tracker.lib.row_writing import insert_each, write_each
from tracker.models import Citation, Meeting, Topic

pytestmark = pytest.mark.django_db


def test_each_row_gets_its_own_values(django_assert_num_queries: Any) -> None:
    one, other, untouched = (make.make_meeting(title=title, date="2025") for title in "abc")
    one.title, one.date, one.place = "A%s", PartialDate.parse("2026-02"), "not named"
    other.title, other.date = "B", PartialDate.parse("2027")
    with django_assert_num_queries(1):
        write_each((meeting for meeting in (one, other)), ["title", "date", "first_day"])
    stored = Meeting.objects.order_by("pk").values_list("title", "date", "first_day", "place")
    assert list(stored) == [
        ("A%s", PartialDate.parse("2026-02"), dt.date(2026, 2, 1), ""),
        ("B", PartialDate.parse("2027"), dt.date(2027, 1, 1), ""),
        (untouched.title, PartialDate.parse("2025"), dt.date(2025, 1, 1), ""),
    ]


def test_no_rows_ask_for_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        write_each([], ["title"])


def test_new_rows_are_inserted_with_all_their_values(django_assert_num_queries: Any) -> None:
    update = make.make_update(is_cited=False)
    source = make.make_source()
    rows = [
        Citation(update=update, source=source, quotation=text, locator="%s") for text in ("가", "b")
    ]
    with django_assert_num_queries(1):
        insert_each(Citation, iter(rows))
    stored = update.citations.values_list("source", "quotation", "locator", "language", "added_seq")
    assert list(stored) == [
        (source.pk, "가", "%s", "en", None),
        (source.pk, "b", "%s", "en", None),
    ]
    assert [row.pk for row in rows] == [None, None]


def test_thousands_of_rows_take_a_statement_for_some_of_them(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(3):
        insert_each(Topic, (Topic(slug=f"t{n}", name=f"T{n}") for n in range(4_001)))
    assert Topic.objects.count() == 4_001
    with django_assert_num_queries(0):
        insert_each(Topic, [])
