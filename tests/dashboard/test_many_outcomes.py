"""Meetings and sources with more lines than a page can sort are read a page at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.make import make_source, published_commitment, published_meeting, published_update
from tracker.models import Commitment, Meeting, Source
from tracker.queries.records import details, meeting, source

pytestmark = pytest.mark.usefixtures("no_response_cache")


@pytest.fixture
def busy(db: None, settings: LazySettings) -> tuple[Meeting, Source]:
    """A meeting with eleven outcomes of seven commitments, all from one source."""
    settings.ROWS_PER_PAGE = 4
    held, statement = published_meeting(date="2026-02-01"), make_source(slug="long-statement")
    for number in range(7):
        record = published_commitment(title=f"Promise {number}", happened="2025-03-01")
        stages = ("negotiating", "signed") if number < 4 else ("negotiating",)
        for stage in stages:
            published_update(
                record, meeting=held, happened="2026-02-01", source=statement, stage=stage
            )
    return held, statement


def walk(client: Client, address: str) -> list[Any]:
    """What all pages of an address hold in `context`, page by page."""
    first = client.get(address)
    pages = first.context["paging"].page.paginator.num_pages
    return [first, *(client.get(f"{address}?page={page}") for page in range(2, pages + 1))]


def outcomes_of(responses: list[Any]) -> set[tuple[str, int, str, tuple[str, ...]]]:
    return {
        (
            outcome.title,
            outcome.step.update.number,
            outcome.step.after.stage,
            tuple(outcome.step.movements),
        )
        for response in responses
        for _movement, group in response.context["groups"]
        for outcome in group
    }


def test_a_meeting_with_many_outcomes_lists_the_same_by_reference(
    client: Client, busy: tuple[Meeting, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = busy[0].get_absolute_url()
    sorted_pages = walk(client, address)
    assert sorted_pages[0].context["counts"]
    monkeypatch.setattr(meeting, "MOST_SORTED", 10)
    pages = walk(client, address)
    assert len(pages) == 3
    assert outcomes_of(pages) == outcomes_of(sorted_pages)
    assert len(outcomes_of(pages)) == 11
    assert pages[0].context["counts"] == []
    assert "There are 11 of them" in pages[0].content.decode()
    first = {o.title for _m, group in pages[0].context["groups"] for o in group}
    assert first == {"Promise 0", "Promise 1"}


def test_looking_back_counts_no_later_outcome(
    client: Client, busy: tuple[Meeting, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting, "MOST_SORTED", 1)
    held, _source = busy
    page = client.get(f"{held.get_absolute_url()}?as_of=2025-12-31")
    assert page.context is None or "groups" not in page.context or not page.context["groups"]


def test_a_source_with_many_citations_lists_the_same_by_commitment(
    client: Client, busy: tuple[Meeting, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = busy[1].get_absolute_url()

    def cited(responses: list[Any]) -> list[int]:
        return [c.pk for response in responses for c in response.context["citations"]]

    in_order = cited(walk(client, address))
    monkeypatch.setattr(source, "MOST_SORTED", 10)
    pages = walk(client, address)
    assert sorted(cited(pages)) == sorted(in_order)
    references = [c.update.commitment.reference for r in pages for c in r.context["citations"]]
    assert references == sorted(references)
    assert "since there are very many" in pages[0].content.decode()


@pytest.mark.parametrize(("noun", "many"), [("meetings", "updates"), ("sources", "citations")])
def test_the_api_gives_the_many_in_pages(
    client: Client,
    busy: tuple[Meeting, Source],
    monkeypatch: pytest.MonkeyPatch,
    noun: str,
    many: str,
) -> None:
    monkeypatch.setattr(details, "PER_PAGE", 4)
    for module in (meeting, source):
        monkeypatch.setattr(module, "MOST_SORTED", 10)
    slug = busy[0].slug if noun == "meetings" else busy[1].slug
    seen, page = [], 1
    while page is not None:
        record = client.get(f"/api/v1/{noun}/{slug}/?page={page}").json()
        seen += [(one["commitment"]["reference"], str(one)) for one in record[many]]
        assert record[f"{many.removesuffix('s')}_count"] == 11
        page = record["next_page"]
    assert len(seen) == len(set(seen)) == 11
    assert {reference for reference, _all in seen} == set(
        Commitment.objects.values_list("reference", flat=True)
    )


@pytest.mark.parametrize("page", ["0", "x", "-1"])
def test_rubbish_as_page_is_refused(
    client: Client, busy: tuple[Meeting, Source], page: str
) -> None:
    assert client.get(f"/api/v1/meetings/{busy[0].slug}/?page={page}").status_code == 400


def test_of_many_silent_commitments_the_page_lists_the_first(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = published_meeting(date="2025-01-10")
    for _number in range(3):
        published_commitment(meeting=earlier, happened="2025-01-10")
    later = published_meeting(date="2026-01-10", fully_recorded=True)
    monkeypatch.setattr("tracker.dashboard.meetings.MOST_SILENT", 2)
    page = client.get(later.get_absolute_url())
    assert (len(page.context["passed_over"]), page.context["passed_over_count"]) == (2, 3)
    assert "These are the first 2 of 3" in page.content.decode()
