"""What rests on a source, in the order of its text and as known at a moment."""

from __future__ import annotations

import datetime as dt

from tests.make import (
    NOW,
    make_citation,
    make_source,
    make_update,
    published_commitment,
    published_correction,
    published_update,
)
from tracker.actions.amend import add_evidence
from tracker.models import Commitment, Source
from tracker.queries.records.source import resting_on, with_what_rests
from tracker.queries.viewpoint import Viewpoint

DAY = NOW.date()


def places(source: Source, moment: Viewpoint) -> list[str]:
    return [citation.locator for citation in with_what_rests(resting_on(source, moment), moment)]


def cited(commitment: Commitment, source: Source, *locators: str, happened: str) -> None:
    update = published_update(commitment, happened=happened)
    for locator in locators:
        add_evidence(make_citation(update, save=False, source=source, locator=locator), now=NOW)


def test_places_come_in_the_order_of_the_text(db: None) -> None:
    source = make_source()
    cited(published_commitment(), source, "paragraph 11", "Annex, item 1", happened="2026-01-01")
    cited(published_commitment(), source, "paragraph 9", happened="2025-01-01")
    assert places(source, Viewpoint(DAY)) == ["paragraph 9", "paragraph 11", "Annex, item 1"]
    then = Viewpoint(DAY, as_of=dt.date(2025, 6, 1))
    assert places(source, then) == ["paragraph 9"]
    assert places(source, Viewpoint(DAY, known_at=DAY - dt.timedelta(days=1))) == []


def test_where_the_full_text_is_held_it_says_the_order(db: None) -> None:
    source = make_source(text="Part B. We will sign.\nPart A. We shall  meet — soon.")
    for quotation in ("we shall meet", "not in it", "will sign"):
        published_commitment(source=source, quotation=quotation)
    found = with_what_rests(resting_on(source, Viewpoint(DAY)), Viewpoint(DAY))
    assert [citation.quotation for citation in found] == [
        *("will sign", "we shall meet", "not in it")
    ]


def test_evidence_added_later_was_not_known_before(db: None) -> None:
    early = NOW - dt.timedelta(days=30)
    commitment = published_commitment(now=early)
    update, source = commitment.updates.get(), make_source()
    add_evidence(make_citation(update, save=False, source=source, locator="page 2"), now=NOW)
    assert places(source, Viewpoint(DAY)) == ["page 2"]
    assert places(source, Viewpoint(DAY, known_at=early.date())) == []


def test_drafts_and_what_was_corrected_do_not_rest_on_it(db: None) -> None:
    source = make_source()
    commitment = published_commitment(source=source)
    make_update(commitment=commitment, source=source)
    wrong = published_update(commitment, source=source)
    published_correction(wrong, source=source)
    found = with_what_rests(resting_on(source, Viewpoint(DAY)), Viewpoint(DAY))
    assert [citation.update.number for citation in found] == [1, 3]
