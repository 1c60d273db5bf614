"""What was read in a source and left out: public with it, amended in the open, known as of then."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests import make
from tests.actions.register_files.test_load import load, load_refused
from tests.register_format.files import TEXTS, edited
from tracker.actions.amend import amend_passages
from tracker.models import Change, PassageLeftOut, Source
from tracker.queries.records.details import source_in_full
from tracker.queries.records.source import left_out_of
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_passages

pytestmark = pytest.mark.django_db

LATER = make.NOW + dt.timedelta(days=10)


def a_passage(source: Source, **overrides: str) -> PassageLeftOut:
    values = {"locator": "paragraph 4", "quotation": "remain committed", "reason": "aim"}
    return PassageLeftOut.objects.create(source=source, **values | overrides)


def test_a_passage_becomes_public_with_its_source() -> None:
    source = make.make_source()
    passage = a_passage(source)
    assert not public_passages().exists()
    make.published_commitment(source=source)
    assert public_passages().get() == passage
    [told] = Change.objects.get(kind="status").payload["introduces"]["sources"]
    assert told["left_out"] == [
        {
            "locator": "paragraph 4",
            "quotation": "remain committed",
            "subject": "",
            "reason": "aim",
        }
    ]


def test_later_ones_and_those_taken_back_are_known_as_of_then() -> None:
    source = make.make_source(slug="statement")
    first = a_passage(source)
    make.published_commitment(source=source)
    source.refresh_from_db()
    second = a_passage(source, locator="opening, paragraph 1", subject="A greeting")
    line = amend_passages(source, added=[second], removed=[first], reason="Misread.", now=LATER)
    assert (line.kind, line.source, line.significance) == ("amended", source, "minor")
    assert [told["locator"] for told in line.payload["before"]["left_out"]] == ["paragraph 4"]
    assert [told["locator"] for told in line.payload["source"]["left_out"]] == [
        "opening, paragraph 1"
    ]
    for known_at, locators in (
        (None, ["opening, paragraph 1"]),
        (make.NOW.date(), ["paragraph 4"]),
        (LATER.date(), ["opening, paragraph 1"]),
    ):
        moment = Viewpoint(LATER.date(), known_at=known_at)
        assert [passage.locator for passage in left_out_of(source, moment)] == locators
        told = source_in_full("statement", moment, 1)
        assert told is not None
        assert [passage["locator"] for passage in told["left_out"]] == locators


def test_they_are_shown_as_a_reader_meets_the_places() -> None:
    source = make.make_source()
    for place in ("Annex, item 1", "paragraph 11", "paragraph 9", "opening, paragraph 2"):
        a_passage(source, locator=place)
    make.published_commitment(source=source)
    assert [passage.locator for passage in left_out_of(source, Viewpoint(make.NOW.date()))] == [
        *("opening, paragraph 2", "paragraph 9", "paragraph 11", "Annex, item 1"),
    ]


def test_nothing_to_amend_and_the_passage_of_another_source_are_refused() -> None:
    source = make.make_source()
    make.published_commitment(source=source)
    source.refresh_from_db()
    with pytest.raises(ValidationError, match="Nothing would change"):
        amend_passages(source, now=LATER)
    with pytest.raises(ValidationError, match="belongs to another source"):
        amend_passages(source, added=[a_passage(make.make_source())], now=LATER)
    with pytest.raises(ValidationError, match="A draft is simply edited"):
        amend_passages(make.make_source(), added=[a_passage(source)], now=LATER)


@pytest.mark.parametrize("values", [{"quotation": ""}, {"reason": "dull"}])
def test_one_that_says_nothing_or_for_no_known_reason_is_refused(values: dict[str, str]) -> None:
    source = make.make_source()
    with pytest.raises(ValidationError):
        PassageLeftOut(
            source=source, **{"locator": "1", "quotation": "x", "reason": "aim"} | values
        ).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_passage(source, **values)


# -- As files -------------------------------------------------------------------------------------

LEFT_OUT = """\
  published: "2025-10-02"
  left_out:
    - locator: paragraph 4
      quotation: remain committed
      reason: aim
"""
WITH_ONE = edited("sources.yaml", '  published: "2025-10-02"\n', LEFT_OUT)


def test_files_bring_them_and_a_later_file_changes_them_in_the_open(tmp_path: Path) -> None:
    load(tmp_path, WITH_ONE)
    assert public_passages().get().quotation == "remain committed"
    assert load(tmp_path, WITH_ONE) == []
    anew = edited("sources.yaml", "remain committed", "grave concern", WITH_ONE)
    [line] = load(tmp_path, anew)
    assert (line.kind, line.is_backfill) == ("amended", True)
    assert public_passages().get().quotation == "grave concern"
    [line] = load(tmp_path, TEXTS)
    assert line.payload["before"]["left_out"][0]["quotation"] == "grave concern"
    assert "left_out" not in line.payload["source"]
    assert not public_passages().exists()


def test_a_file_with_an_unfit_passage_is_refused_at_its_line(tmp_path: Path) -> None:
    bare = edited("sources.yaml", "      quotation: remain committed\n", "", WITH_ONE)
    assert load_refused(tmp_path, bare) == (
        "sources.yaml:8: Quote a few words of it, or say what it is about."
    )
    other = edited("sources.yaml", "reason: aim", "reason: dull", WITH_ONE)
    assert load_refused(tmp_path, other).startswith("sources.yaml:10: “dull” is not a known reason")
