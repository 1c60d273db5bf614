"""Titles and names have one line, whichever way their value arrives."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.make import make_commitment, make_meeting, make_source
from tracker.lib.line_fields import LineField
from tracker.lib.text import one_line
from tracker.models import Alias, Citation, Commitment, Forum, Meeting, Note, Party, Source, Topic

TWO_LINES = "Agreement \r\n on\x85cyber\u2028\u2029 policy\x07\t"
ONE_LINE = "Agreement on cyber policy"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TWO_LINES, ONE_LINE),
        ("plain  as\u00a0typed", "plain  as\u00a0typed"),
        ("\n", ""),
        ("a\r\nb", "a b"),
        ("한국어\n서울", "한국어 서울"),
        ("a\x00b\x1bc", "abc"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line
    assert one_line(line) == line


def test_what_stands_on_one_line() -> None:
    """Every text that has a longest length, but for what other rules hold to a form of its own."""
    models = (Alias, Citation, Commitment, Forum, Meeting, Note, Party, Source, Topic)
    found = {
        f"{model.__name__}.{field.name}"
        for model in models
        for field in model._meta.concrete_fields
        if isinstance(field, LineField)
    }
    assert found == {
        *("Alias.name", "Alias.language", "Alias.note", "Citation.locator", "Citation.language"),
        *("Commitment.title", "Forum.name", "Meeting.title", "Meeting.place", "Note.author"),
        *("Note.language", "Party.name", "Party.short_name", "Source.title", "Source.publisher"),
        *("Source.identifier", "Source.language", "Source.licence", "Topic.name"),
    }


def test_assigned_saved_updated_and_looked_for(db: None) -> None:
    source = make_source(title=TWO_LINES, publisher="A\nB")
    assert (source.title, source.publisher) == (ONE_LINE, "A B")
    assert Source.objects.values_list("title", flat=True).get() == ONE_LINE
    Source.objects.update(title="c\nd")
    assert Source.objects.values_list("title", flat=True).get() == "c d"
    assert Source.objects.filter(title="c\r\nd").exists()
    meeting = make_meeting(sources=[source])
    meeting.title = "e\nf"
    Meeting.objects.bulk_update([meeting], ["title"])
    assert Meeting.objects.values_list("title", flat=True).get() == "e f"


def test_what_was_saved_before_reads_as_one_line(db: None) -> None:
    commitment = make_commitment()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_commitment SET title = %s", ["two\nlines"])
    assert Commitment.objects.get().title == "two lines"
    assert Commitment.objects.defer("title").get(pk=commitment.pk).title == "two lines"
