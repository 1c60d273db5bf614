"""Any cut of the updates is that cut of the file of updates."""

from __future__ import annotations

import datetime as dt
from itertools import chain

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.make import NOW, published_commitment, published_correction, published_update
from tracker.actions.correct import retract_update
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import Matches
from tracker.queries.lists import facet_bitsets
from tracker.queries.lists.bulk import update_chunks
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.lists.update_pages import UpdatePages, update_counts
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import log_head, public_commitments, public_updates

TODAY = NOW.date()


def pages(query: str = "") -> UpdatePages:
    found, head = CommitmentFilter(QueryDict(query), today=TODAY), log_head()
    matches = Matches(found, facet_bitsets_at(head, found.viewpoint))
    keys = matches.keys_between(0, len(matches))
    commitments = public_commitments(found.viewpoint).order_by(*found.order())
    return UpdatePages(keys, commitments, found.viewpoint, head=head)


def ids(updates: UpdatePages, start: int, stop: int) -> list[str]:
    return [update["id"] for update in updates[start:stop]]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    "query", ["", "sort=-target&party=canada", "as_of=2025-11-01", "known_at=2026-11-21", "q=zzz"]
)
def test_every_cut_is_that_of_the_whole(query: str) -> None:
    updates = pages(query)
    found = CommitmentFilter(QueryDict(query), today=TODAY)
    whole = list(chain.from_iterable(update_chunks(found.qs, found.viewpoint)))
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


def test_counts_are_those_of_the_effective_updates(db: None) -> None:
    pledge = published_commitment()
    for day in ("2026-03-01", "2026-04-01"):
        published_update(pledge, happened=day)
    earlier = NOW + dt.timedelta(days=1)
    retract_update(pledge.updates.get(number=2), reason="Not so.", now=earlier)
    published_correction(pledge.updates.get(number=3), now=earlier + dt.timedelta(days=1))
    today = earlier.date() + dt.timedelta(days=2)
    counts = []
    for as_of in (None, dt.date(2026, 2, 28), dt.date(2026, 3, 1), today):
        for known_at in (None, TODAY, earlier.date(), today):
            viewpoint = Viewpoint(today, as_of, known_at)
            plain = public_updates(viewpoint).filter(commitment=pledge).count()
            counts.append(plain)
            assert update_counts(log_head(), viewpoint)[pledge.pk] == plain, viewpoint
    assert {*counts} == {1, 2, 3}


def test_a_page_of_many_takes_the_queries_of_one(db: None) -> None:
    def queries() -> int:
        facet_bitsets.forget()
        with CaptureQueriesContext(connection) as asked:
            updates = pages()
            assert updates[0 : len(updates)]
        return len(asked)

    published_update(published_commitment())
    before = queries()
    for _number in range(20):
        published_update(published_commitment())
    assert queries() == before
