"""What a declaration says of each place where a field is found."""

from __future__ import annotations

import pytest

from tracker.models import Firmness, Source
from tracker.schema.fields import FILE, JSON, Field, Noun, Type, arranged

NOUN = Noun(
    "left_out",
    "A noun.",
    (
        Field("slug", Type.SLUG, is_needed=True, on=FILE),
        Field("title", is_needed=True),
        Field("summary"),
        Field("kind", Type.TEXT, file_name="sort", on=JSON | FILE),
    ),
    model=Source,
    after={FILE: {"kind": "slug"}},
)


@pytest.mark.parametrize(
    ("after", "placed"),
    [
        ({}, ["a", "b", "c", "d"]),
        ({"d": "a"}, ["a", "d", "b", "c"]),
        ({"c": "a"}, ["a", "c", "d", "b"]),
        ({"b": "a", "c": "a", "d": "b"}, ["a", "c", "b", "d"]),
    ],
)
def test_what_is_behind_a_name_comes_along(after: dict[str, str], placed: list[str]) -> None:
    assert arranged("abcd", after) == placed


def test_each_place_has_its_fields_in_its_order() -> None:
    assert [field.name for field in NOUN.in_json] == ["title", "summary", "kind"]
    assert [field.name for field in NOUN.in_sheet] == ["title", "summary"]
    assert list(NOUN.by_key) == ["slug", "sort", "title", "summary"]
    assert NOUN.key == "slug"
    assert NOUN.component == "LeftOut"


def test_the_longest_text_is_that_of_the_model() -> None:
    assert [field.max_length for field in NOUN.fields] == [120, 300, None, 20]
    assert [field.is_one_line for field in NOUN.fields] == [False, True, False, True]


@pytest.mark.parametrize(
    ("field", "is_nullable", "empty"),
    [
        (Field("a"), False, ""),
        (Field("a", Type.KEY, noun="forum"), True, ""),
        (Field("a", Type.KEY, noun="forum", is_needed=True), False, ""),
        (Field("a", Type.KEYS, noun="party"), False, ()),
        (Field("a", Type.DATE, is_needed=True), True, None),
        (Field("a", Type.NUMBER), True, None),
        (Field("a", Type.CHOICE, choices=Firmness), True, ""),
        (Field("a", Type.CHOICE, choices=Firmness, default=Firmness.FIRM), False, "firm"),
    ],
)
def test_what_may_be_missing(field: Field, is_nullable: bool, empty: object) -> None:
    assert (field.is_nullable, field.empty) == (is_nullable, empty)
