"""Rows counted by a text, the same on either database."""

from __future__ import annotations

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from tests.make import make_topic
from tracker.lib.tallies import tally
from tracker.models import Topic

pytestmark = pytest.mark.django_db


def test_a_tally_of_no_rows_is_empty() -> None:
    assert tally(Topic.objects.none(), F("name")) == {}
    assert tally(Topic.objects.filter(name="nothing"), F("name")) == {}


def test_texts_are_counted_whole_whatever_their_letters_and_order() -> None:
    for name in ("Sea, and air", "Café", "Space"):
        make_topic(name=name)
    assert tally(Topic.objects.order_by("-name"), F("name")) == {
        "Sea, and air": 1,
        "Café": 1,
        "Space": 1,
    }
    assert tally(Topic.objects.all(), Concat(Value("a "), Value("topic"))) == {"a topic": 3}
    assert tally(Topic.objects.all(), Value("")) == {"": 3}
