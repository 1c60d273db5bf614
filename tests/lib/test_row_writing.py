"""Each row gets its own values, in one statement."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from tests import make
from tests.bulk import insert_with_keys
from tracker.lib.partial_dates import PartialDate
from tracker.lib.row_writing import insert_each, insert_values, write_each
from tracker.models import Citation, Commitment, Meeting, SearchDocument, Topic
from tracker.queries.lists.search import keys_matching

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


def test_rows_may_be_given_by_their_values(django_assert_num_queries: Any) -> None:
    day = PartialDate.parse("2026-02")
    with django_assert_num_queries(1):
        insert_values(
            Meeting,
            (
                *("slug", "title", "date", "first_day", "last_day", "state", "level"),
                *("forum_id", "place", "summary", "parties_key", "folded_text"),
            ),
            [
                (f"m{n}", f"M{n}", day, day.first_day, day.last_day, "held", 4, None, *[""] * 4)
                for n in (1, 2)
            ],
        )
    stored = Meeting.objects.order_by("slug").values_list("slug", "date", "first_day", "level")
    assert list(stored) == [(f"m{n}", day, dt.date(2026, 2, 1), 4) for n in (1, 2)]


def test_a_row_with_the_same_key_takes_the_place_of_the_stored_one(
    django_assert_num_queries: Any,
) -> None:
    one, other = (make.make_commitment() for _ in range(2))
    SearchDocument.objects.create(commitment=one, names="old", text="old")
    with django_assert_num_queries(1):
        insert_values(
            SearchDocument,
            ("commitment", "names", "text"),
            [(one.pk, "new", "new text"), (other.pk, "b", "c")],
            or_update=True,
        )
    stored = SearchDocument.objects.order_by("pk").values_list("pk", "names", "text")
    assert list(stored) == [(one.pk, "new", "new text"), (other.pk, "b", "c")]
    assert keys_matching("old") == []
    assert keys_matching("text") == [one.pk]


def test_new_rows_get_keys_that_nobody_gets_after_them(django_assert_num_queries: Any) -> None:
    last = make.make_topic().pk
    rows = [Topic(slug=f"t{n}", name=f"T{n}") for n in range(3)]
    with django_assert_num_queries(2), transaction.atomic(savepoint=False):
        insert_with_keys(Topic, rows)
        insert_with_keys(Topic, [])
    assert [row.pk for row in rows] == [last + 1, last + 2, last + 3]
    rows[1].name = "Saved again"
    rows[1].save()
    names = Topic.objects.filter(pk__gt=last).order_by("pk").values_list("name", flat=True)
    assert list(names) == ["T0", "Saved again", "T2"]
    assert make.make_topic().pk == last + 4


def test_rows_name_what_was_saved_after_they_named_it() -> None:
    whole, part = (
        Commitment(reference=f"CAN-KOR-2025-{n}", slug=f"c{n}", instrument="agreement")
        for n in (501, 502)
    )
    part.part_of = whole
    whole.save()
    insert_with_keys(Commitment, [part])
    assert Commitment.objects.get(pk=part.pk).part_of == whole
