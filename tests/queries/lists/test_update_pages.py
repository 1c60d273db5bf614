"""Any cut of the updates is that cut of the file of updates."""

from __future__ import annotations

from itertools import chain

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.make import NOW, published_commitment, published_update
from tracker.actions.correct import retract_update
from tracker.filters import CommitmentFilter
from tracker.queries.lists.bulk import update_chunks
from tracker.queries.lists.update_pages import UpdatePages
from tracker.queries.visibility import log_head

TODAY = NOW.date()


def pages(query: str = "") -> UpdatePages:
    found = CommitmentFilter(QueryDict(query), today=TODAY)
    return UpdatePages(found.qs, found.viewpoint, head=log_head())


def ids(updates: UpdatePages, start: int, stop: int) -> list[str]:
    return [update["id"] for update in updates[start:stop]]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    "query", ["", "sort=-target&party=canada", "as_of=2025-11-01", "known_at=2026-11-21", "q=zzz"]
)
def test_every_cut_is_that_of_the_whole(query: str) -> None:
    updates = pages(query)
    whole = list(chain.from_iterable(update_chunks(updates.commitments, updates.viewpoint)))
    assert len(updates) == len(whole)
    for size in (1, 7, 200):
        for start in range(0, len(whole) + 1, size):
            assert updates[start : start + size] == whole[start : start + size]


def test_one_that_says_nothing_any_more_takes_no_place(db: None) -> None:
    first = published_commitment(reference="CAN-KOR-2025-001")
    gone = published_update(first)
    retract_update(gone, reason="Not so.", now=NOW)
    published_commitment(reference="CAN-KOR-2025-002")
    assert ids(pages(), 1, 3) == ["CAN-KOR-2025-002/1"]
    assert pages()[0]["id"] == "CAN-KOR-2025-001/1"
    assert ids(pages("q=nothing"), 0, 3) == []


def test_a_page_of_many_takes_the_queries_of_one(db: None) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            updates = pages()
            assert updates[0 : len(updates)]
        return len(asked)

    published_update(published_commitment())
    before = queries()
    for _number in range(20):
        published_update(published_commitment())
    assert queries() == before
