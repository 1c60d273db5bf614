"""Headings and columns: the same name, the label, a resemblance to confirm, a mapping in a file."""

from __future__ import annotations

import pytest

from tracker.spreadsheets.cells import SpreadsheetError
from tracker.spreadsheets.mapping import Reading, Suggestion, read_mapping, suggest

COLUMNS = {"title": "title", "first_stated_at": "first stated at", "published_on": "published"}


def test_names_and_labels_are_sure_and_likenesses_are_suggested() -> None:
    told = suggest(["Titel", "First stated at", "Published", "Colour", ""], COLUMNS)
    assert told == Suggestion(
        sure={"first_stated_at": "First stated at", "published_on": "Published"},
        close={"title": "Titel"},
        left=("Colour",),
    )
    assert not told.is_complete


def test_a_files_own_name_goes_before_a_label() -> None:
    told = suggest(["Published", "published_on", "title"], COLUMNS)
    assert told.sure == {"title": "title", "published_on": "published_on"}
    assert told.left == ("Published",)
    assert suggest(["title", "published_on"], COLUMNS).is_complete


def test_a_mapping_is_kept_and_read_again() -> None:
    kept = Reading({"title": "Übersicht: kurz"}, dates="day_first", encoding="cp949")
    assert read_mapping(kept.as_yaml(), names=COLUMNS) == kept
    as_json = '{"columns": {"title": "Name"}, "dates": "month_first"}'
    assert read_mapping(as_json, names=COLUMNS) == Reading({"title": "Name"}, dates="month_first")
    assert kept.places(["x", "Übersicht: kurz"]) == {"title": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("columns: [", "neither YAML nor JSON"),
        ("title: Name", "A mapping has “columns:”"),
        ("columns: {title: 3}", "A mapping has “columns:”"),
        ("columns: {name: Name}", "There is no column “name”; there are: title"),
        ("columns: {title: Name}\ndates: guess", "write one of: day_first, month_first"),
    ],
)
def test_a_bad_mapping_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(SpreadsheetError, match=told):
        read_mapping(text, names=COLUMNS)


def test_a_heading_that_is_not_there_is_named() -> None:
    with pytest.raises(SpreadsheetError, match=r"no column “Name”; its columns are: a, b\."):
        Reading({"title": "Name"}).places(["a", "", "b"])
