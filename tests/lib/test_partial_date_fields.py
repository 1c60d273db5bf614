from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection

from tests import make
from tracker.lib.partial_date_fields import (
    EdgeDayField,
    PartialDateField,
    PartialDateFormField,
    PartialDateWithWordsFormField,
)
from tracker.lib.partial_dates import MAX_WORDS, PartialDate
from tracker.models import Meeting, Source, StatusUpdate

MARCH = PartialDate(2026, 3, words="in March")


def stored(meeting: Meeting) -> tuple[object, ...]:
    """The columns as they lie in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date, first_day, last_day FROM tracker_meeting WHERE id = %s", [meeting.pk]
        )
        date, *edges = cursor.fetchone()
    days = (edge.isoformat() if isinstance(edge, dt.date) else edge for edge in edges)
    return (date, *days)


# -- In the database ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("date", "columns"),
    [
        (PartialDate(2028), ("2028", "2028-01-01", "2028-12-31")),
        (MARCH, ('2026-03 "in March"', "2026-03-01", "2026-03-31")),
        (PartialDate(2026, 2, 25), ("2026-02-25", "2026-02-25", "2026-02-25")),
        (PartialDate(words="soon"), ('"soon"', None, None)),
        (
            PartialDate(2026, 2, 25, "w" * MAX_WORDS),
            (f'2026-02-25 "{"w" * MAX_WORDS}"', "2026-02-25", "2026-02-25"),
        ),
    ],
)
def test_a_date_is_stored_with_its_first_and_last_day(
    date: PartialDate, columns: tuple[str | None, ...]
) -> None:
    meeting = make.make_meeting(date=date)
    assert stored(meeting) == columns
    read = Meeting.objects.get(pk=meeting.pk)
    assert (read.date, read.first_day, read.last_day) == (date, date.first_day, date.last_day)


@pytest.mark.django_db
def test_no_date_is_stored_as_empty_text_and_read_as_none() -> None:
    update = make.make_update(target=None)
    read = StatusUpdate.objects.get(pk=update.pk)
    assert (read.target, read.target_first_day, read.target_last_day) == (None, None, None)
    assert StatusUpdate.objects.filter(target="").count() == 1


@pytest.mark.django_db
def test_the_days_follow_the_date_whatever_was_assigned() -> None:
    meeting = make.make_meeting(date="2028")
    meeting.date = MARCH
    meeting.first_day = dt.date(1999, 1, 1)
    assert (meeting.first_day, meeting.last_day) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    meeting.save()
    assert stored(meeting) == ('2026-03 "in March"', "2026-03-01", "2026-03-31")


@pytest.mark.django_db
def test_many_are_created_with_their_days() -> None:
    dates = [MARCH, PartialDate(2028)]
    Meeting.objects.bulk_create(
        Meeting(slug=f"bulk-{date.year}", title="Bulk", level=3, date=date) for date in dates
    )
    days = Meeting.objects.order_by("first_day").values_list("date", "first_day", "last_day")
    assert list(days) == [(d, d.first_day, d.last_day) for d in dates]


@pytest.mark.django_db
def test_a_date_is_found_by_its_value_and_by_its_text() -> None:
    meeting = make.make_meeting(date=MARCH)
    for value in (MARCH, '2026-03 "in March"'):
        assert Meeting.objects.get(date=value) == meeting
    assert not Meeting.objects.filter(date="2026-03").exists()
    assert Meeting.objects.get(first_day__lte="2026-03-01", last_day__gte="2026-03-31") == meeting


@pytest.mark.django_db
def test_days_left_out_of_a_query_are_read_when_asked_for() -> None:
    meeting = make.make_meeting(date=MARCH)
    assert Meeting.objects.only("title").get().last_day == dt.date(2026, 3, 31)
    assert Meeting.objects.defer("first_day").get(pk=meeting.pk).first_day == dt.date(2026, 3, 1)


@pytest.mark.django_db
def test_a_date_is_serialized_and_read_again() -> None:
    source = make.make_source(published_on=MARCH)
    text = serializers.serialize("json", [source])
    [read] = serializers.deserialize("json", text)
    assert isinstance(read.object, Source)
    assert read.object.published_on == MARCH
    assert read.object.published_first_day == dt.date(2026, 3, 1)


def test_the_field_takes_dates_and_stored_text_and_refuses_the_rest() -> None:
    field = PartialDateField()
    assert field.to_python(dt.date(2026, 2, 25)) == PartialDate(2026, 2, 25)
    assert field.to_python('2026-03 "in March"') == MARCH
    assert field.to_python("") is field.to_python(None) is None
    with pytest.raises(ValidationError, match="There is no month 13; use 01 to 12"):
        field.to_python("2026-13")


def test_migrations_write_the_fields_as_declared() -> None:
    assert PartialDateField(blank=True).deconstruct()[3] == {"blank": True, "default": None}
    assert EdgeDayField(of="date", edge="last").deconstruct()[3] == {"of": "date", "edge": "last"}


# -- In a form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "date"),
    [("2026-03", PartialDate(2026, 3)), (" 2028 ", PartialDate(2028)), ("", None)],
)
def test_a_typed_date_is_read(text: str, date: PartialDate | None) -> None:
    assert PartialDateFormField(required=False).clean(text) == date


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("2026-13", ["There is no month 13; use 01 to 12."]),
        ("02/03/2026", ["“02/03/2026” is not a date. Write 2028, 2026-03 or 2026-02-25."]),
        ("", ["This field is required."]),
        ("2\x00", ["Null characters are not allowed."]),
        ("2" * 41, ["Ensure this value has at most 40 characters (it has 41)."]),
    ],
)
def test_a_mistyped_date_gets_a_sentence(text: str, sentences: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        PartialDateFormField().clean(text)
    assert refusal.value.messages == sentences


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        (["2026-03", "in March"], MARCH),
        (["2026-03", ""], PartialDate(2026, 3)),
        (["", " soon "], PartialDate(words="soon")),
        (["", ""], None),
        (["", "  "], None),
        (None, None),
    ],
)
def test_date_and_words_are_typed_apart(typed: list[str] | None, date: PartialDate | None) -> None:
    assert PartialDateWithWordsFormField(required=False).clean(typed) == date


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        (["2026-13", "in March"], ["There is no month 13; use 01 to 12."]),
        (["", ""], ["This field is required."]),
        (
            ["", "w" * (MAX_WORDS + 1)],
            [f"Ensure this value has at most {MAX_WORDS} characters (it has {MAX_WORDS + 1})."],
        ),
    ],
)
def test_mistyped_date_and_words_get_a_sentence(typed: list[str], sentences: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        PartialDateWithWordsFormField().clean(typed)
    assert refusal.value.messages == sentences


class MeetingForm(forms.ModelForm):
    class Meta:
        model = Meeting
        fields = ("date",)


def test_a_form_shows_what_is_stored_and_what_was_typed() -> None:
    shown = str(MeetingForm(instance=Meeting(date=MARCH))["date"])
    assert 'value="2026-03"' in shown
    assert 'value="in March"' in shown
    typed = MeetingForm({"date_date": "2026-13", "date_words": "in <March>"})
    assert typed.errors == {"date": ["There is no month 13; use 01 to 12."]}
    assert 'value="2026-13"' in str(typed["date"])
    assert 'value="in &lt;March&gt;"' in str(typed["date"])


@pytest.mark.parametrize(
    ("typed", "has_changed"),
    [(("2026-03", "in March"), False), (("2026-03", ""), True), (("2026-04", "in March"), True)],
)
def test_a_form_knows_whether_a_date_changed(typed: tuple[str, str], has_changed: bool) -> None:
    form = MeetingForm(
        {"date_date": typed[0], "date_words": typed[1]}, instance=Meeting(date=MARCH)
    )
    assert form.has_changed() is has_changed
