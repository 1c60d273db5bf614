"""The word for whether a record is public, and that the filter by it means the same."""

from __future__ import annotations

import pytest
from django.db.models import Model

from tests.admin.browsing import Browser, list_url
from tracker.admin.editing.publication import publication_of
from tracker.models import (
    Commitment,
    Forum,
    Meeting,
    Note,
    Party,
    Source,
    StatusUpdate,
    Topic,
)


@pytest.mark.parametrize(
    "noun", [Party, Source, Forum, Meeting, Topic, Commitment, StatusUpdate, Note]
)
def test_word_and_filter_agree(
    noun: type[Model], browser: Browser, every_record: list[Model]
) -> None:
    rows = list(noun._default_manager.all())
    told = {str(publication_of(row)) for row in rows}  # type: ignore[arg-type]
    for publication in ("draft", "public", "corrected", "retracted"):
        response = browser.open(f"{list_url(noun)}?publication={publication}").response
        assert set(response.context["cl"].result_list) == {
            row
            for row in rows
            if publication_of(row) == publication  # type: ignore[arg-type]
        }
    assert told >= {"draft", "public"}
    if noun is StatusUpdate:
        assert told == {"draft", "public", "corrected", "retracted"}
    if noun is Commitment:
        assert told == {"draft", "public", "retracted"}


def test_only_what_can_be_is_offered(browser: Browser) -> None:
    offered = {
        noun: browser.open(list_url(noun)).words.split("By publication ")[1].split(" By ")[0]
        for noun in (Party, Commitment, StatusUpdate)
    }
    assert offered == {
        Party: "All Draft Public",
        Commitment: "All Draft In review Scheduled Public Retracted",
        StatusUpdate: "All Draft In review Scheduled Public Corrected Retracted",
    }
