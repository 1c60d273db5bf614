"""Form parts: line ends, look-ups by impossible keys, characters that no page can show."""

from __future__ import annotations

import pytest
from django.contrib.admin.sites import site
from django.db import models

from tracker.admin.editing.fields import LinesField, RecordSelect, RecordSelectMultiple, WordsForm
from tracker.models import Commitment, Topic


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("one\r\ntwo", "one\ntwo"),
        ("one\rtwo", "one\ntwo"),
        ("  one\r\n\r\n", "one"),
        ("", ""),
        (None, ""),
    ],
)
def test_line_ends_are_the_registers(sent: str | None, kept: str) -> None:
    assert LinesField(required=False).clean(sent) == kept


def test_other_line_ends_are_no_change() -> None:
    field = LinesField()
    assert not field.has_changed("one\ntwo\n", "one\r\ntwo")
    assert not field.has_changed(None, "")
    assert field.has_changed("one", "two")


def test_a_control_character_is_refused_and_a_line_end_is_not() -> None:
    class Form(WordsForm):
        text = LinesField()

    assert Form({"text": "one\r\n\ttwo 🙂"}).is_valid()
    form = Form({"text": "one\x08"})
    assert form.errors == {
        "text": ["It holds a control character, which no page can show: type it anew."]
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["topics", "part_of"])
def test_a_select_shows_what_can_be_a_key(name: str) -> None:
    topic = Topic.objects.create(slug="space", name="Space")
    field = Commitment._meta.get_field(name)
    assert isinstance(field, models.ForeignKey | models.ManyToManyField)
    kind = RecordSelectMultiple if field.many_to_many else RecordSelect
    form_field = field.formfield(widget=kind(field, site))
    shown = form_field.widget.render(name, ["abc", "9" * 30, "-1", "\0", str(topic.pk)])
    assert "abc" not in shown
    assert ("Space" in shown) == (name == "topics")
