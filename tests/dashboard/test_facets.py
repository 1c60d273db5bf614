"""Counts beside the choices: each says how many are found when that value alone is chosen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import published_commitment, published_meeting
from tracker.dashboard.facets import facets
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import Matches
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.visibility import log_head

FILTERS = [
    "",
    "q=co-operation",
    "stage=announced",
    "stage=announced&stage=signed&instrument=agreement",
    "flag=not_mentioned",
    "flag=quiet&flag=overdue&party=canada",
    "topic=cyber-and-hybrid-threats",
    "forum=2plus2-director-general&stage=announced",
    "meeting=2026-02-25-second-2plus2-ministerial&firmness=firm",
    "as_of=2025-11-01",
    "as_of=2025-11-01&stage=concluded",
    "known_at=2026-11-22&assessment=delivered",
]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", FILTERS)
def test_a_count_is_what_choosing_that_value_finds(query: str, today: dt.date) -> None:
    params = QueryDict(query)
    chosen = CommitmentFilter(params, today=today)
    assert chosen.is_valid()
    for facet in facets(chosen, Matches(chosen, facet_bitsets_at(log_head(), chosen.viewpoint))):
        for choice in facet.choices:
            alone = params.copy()
            alone.setlist(facet.name, [choice.value])
            found = CommitmentFilter(alone, today=today).qs.count()
            assert choice.count == found, f"{query}: {facet.name}={choice.value}"


@pytest.mark.usefixtures("shipped_register")
def test_choices_are_shown_with_their_counts_and_kept(client: Client, on_day: OnDay) -> None:
    on_day(dt.date(2026, 11, 22))
    context = client.get("/?stage=signed").context
    [stage] = [facet for facet in context["facets"] if facet.name == "stage"]
    assert {c.value: (c.count, c.is_chosen) for c in stage.choices if c.count} == {
        "announced": (22, False),
        "scheduled": (1, False),
        "signed": (1, True),
        "completed": (1, False),
    }
    assert stage.chosen == 1
    [chip] = context["chips"]
    assert (chip.label, chip.value, chip.href) == ("Stage", "Signed", "?")


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "All commitments"),
        ("sort=title&page=1", "All commitments"),
        ("stage=signed&stage=completed", "Commitments at the stage Completed or Signed"),
        (
            "q=cyber&party=canada&flag=overdue",
            "Commitments that mention “cyber”, flagged Overdue, of Canada",
        ),
        (
            "target_after=2026-03&as_of=2025-11-01",
            "Commitments with a target not before March 2026, as things stood on 1 November 2025",
        ),
    ],
)
def test_the_filter_in_words(client: Client, query: str, sentence: str) -> None:
    response = client.get(f"/?{query}")
    assert response.context["sentence"] == sentence
    assert f"<title>{sentence} ·" in response.content.decode()


@pytest.mark.usefixtures("shipped_register")
def test_the_feed_is_called_after_the_filter(client: Client) -> None:
    feed = client.get("/changes.atom?stage=signed").content.decode()
    assert "<title>Commitment Tracker: Changes to commitments at the stage Signed<" in feed


@pytest.mark.usefixtures("shipped_register")
def test_columns_and_page_size_are_chosen(client: Client) -> None:
    response = client.get("/?show=topics&show=parties&per_page=25")
    headings = [column.header for column in response.context["table"].columns]
    assert headings == ["Commitment", "Parties", "Topics"]
    assert not response.context["filter"].unknown
    assert client.get("/?show=nonsense").status_code == 200
    assert client.get("/?per_page=7").context["paging"].page.paginator.per_page == 50


def test_counting_takes_as_many_queries_whatever_the_rows(
    db: None, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    published_commitment(meeting=published_meeting())
    address = "/?stage=announced&party=canada&flag=not_mentioned"
    client.get(address)  # reads what a process keeps, once
    with django_assert_max_num_queries(3):
        client.get(address)
    for _ in range(5):
        published_commitment(meeting=published_meeting())
    client.get(address)
    with django_assert_max_num_queries(3):
        client.get(address)
