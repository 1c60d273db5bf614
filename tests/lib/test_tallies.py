"""Rows counted by a text or a key, the same on either database."""

from __future__ import annotations

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from tests.make import make_topic, published_commitment, published_update
from tracker.lib.tallies import counts_by, keys_alike, keys_of, tally
from tracker.models import StatusUpdate, Topic

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


def test_rows_are_counted_by_key_where_a_column_has_a_value() -> None:
    assert counts_by(StatusUpdate.objects.all(), "commitment", "number") == {}
    one, other = published_commitment(), published_commitment()
    published_update(other)
    counted = counts_by(StatusUpdate.objects.order_by("number"), "commitment", "number")
    assert counted == {one.pk: 1, other.pk: 2}
    assert set(counts_by(StatusUpdate.objects.all(), "commitment", "party").values()) == {0}


def test_keys_are_those_of_the_rows() -> None:
    assert keys_of(Topic.objects.all()) == []
    topics = [make_topic(name=name).pk for name in ("Air", "Sea", "Space")]
    assert sorted(keys_of(Topic.objects.order_by("-name"))) == topics


def test_keys_are_grouped_by_the_values_of_all_columns() -> None:
    assert list(keys_alike(StatusUpdate.objects.none(), "stage")) == []
    assert list(keys_alike(StatusUpdate.objects.all(), "stage")) == []
    one, other = published_commitment(), published_commitment()
    third = published_update(other, firmness="firm")
    [first], [second] = (list(c.updates.order_by("pk")[:1]) for c in (one, other))
    found = dict(keys_alike(StatusUpdate.objects.order_by("-pk"), "firmness", "number"))
    assert {values: sorted(keys) for values, keys in found.items()} == {
        (first.firmness, "1"): [first.pk, second.pk],
        ("firm", "2"): [third.pk],
    }
