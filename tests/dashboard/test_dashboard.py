"""The dashboard on the shipped register: what a reader finds by filter, flag and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import published_commitment, published_meeting
from tracker.queries.lists.headline import Headline

AGREEMENT = "Agreement protecting military and defence classified information"
CYBER = "Launch the Cyber Policy Dialogue"
AIR_FORCE = "Sign terms of reference for Air Force Staff Talks"

pytestmark = pytest.mark.usefixtures("shipped_register")
Titles = Callable[[str], list[str]]


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def test_lists_the_whole_register(titles: Titles) -> None:
    assert len(titles("/")) == 25


@pytest.mark.parametrize(
    "words",
    [
        "GSOMIA",
        "gsomia",
        "GSOIA",
        "General Security of Information",
        "Agreement on the Protection of Military and Defence Classified Information",
        '"military and defence classified"',
        "CAN-KOR-2023-001",
    ],
)
def test_every_name_finds_the_same_agreement(titles: Titles, words: str) -> None:
    assert titles(f"/?q={words}") == [AGREEMENT]


@pytest.mark.parametrize("words", ["사이버정책협의회", "정책협의", "Cyber Policy Dialogue"])
def test_finds_the_cyber_consultations_by_any_name(titles: Titles, words: str) -> None:
    assert titles(f"/?q={words}") == [CYBER]


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        ("2023-06-01", "Announced"),
        ("2024-12-01", "Negotiating"),
        ("2025-10-29", "Negotiating"),
        ("2025-11-01", "Concluded"),
        ("2026-02-24", "Concluded"),
        ("2026-02-25", "Signed"),
        ("2026-11-22", "Signed"),
    ],
)
def test_as_of_shows_the_stage_of_that_day(client: Client, day: str, stage: str) -> None:
    row = client.get(f"/?q=GSOMIA&as_of={day}").context["table"].rows[0]
    assert row.record.position.get_stage_display() == stage


def test_before_it_was_announced_there_is_nothing(titles: Titles) -> None:
    assert titles("/?q=GSOMIA&as_of=2023-03-31") == []


def test_as_of_today_is_the_present(client: Client) -> None:
    def told(address: str) -> list[object]:
        rows = client.get(address).context["table"].rows
        return [
            (r.record.title, r.record.position.stage, r.record.position.target, r.record.flags)
            for r in rows
        ]

    assert told("/?as_of=2026-11-22") == told("/") == told("/?known_at=2026-11-22")


def test_before_it_was_loaded_nothing_was_known(titles: Titles) -> None:
    assert titles("/?known_at=2026-11-21") == []


def test_not_mentioned_are_exactly_two(titles: Titles) -> None:
    assert titles("/?flag=not_mentioned") == [
        "Energy supply chain security",
        "Launch the Indo-Pacific Dialogue",
    ]


def test_overdue_without_information_is_not_broken(client: Client) -> None:
    response = client.get("/?flag=overdue")
    [row] = response.context["table"].rows
    assert row.record.title == CYBER
    assert row.record.has_no_information
    page = response.content.decode().lower()
    assert "no information" in page
    assert "broken" not in page


@pytest.mark.parametrize(
    ("day", "overdue"),
    [
        (dt.date(2026, 11, 22), [CYBER]),
        (dt.date(2026, 12, 31), [CYBER]),
        (dt.date(2027, 1, 1), [CYBER, AIR_FORCE]),
    ],
)
def test_a_target_of_2026_is_overdue_in_2027(
    titles: Titles, on_day: OnDay, day: dt.date, overdue: list[str]
) -> None:
    on_day(day)
    assert titles("/?flag=overdue") == overdue


def test_headline(client: Client) -> None:
    headline: Headline = client.get("/").context["headline"]
    assert (headline.total, headline.delivered, headline.overdue) == (25, 1, 1)
    assert (headline.no_information, headline.not_mentioned) == (1, 2)
    assert (headline.judged, headline.too_vague) == (1, 2)
    assert sum(headline.stages.values()) == 25


def test_headline_is_a_sentence_of_the_page(client: Client) -> None:
    page = " ".join(client.get("/").content.decode().split())
    assert (
        "25 commitments: 1 delivered, 1 overdue with no information, "
        "2 left out of a later statement of their parties." in page
    )
    assert "We have judged 1 of 25: delivered. Two more are too vague to judge." in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("stage=signed", 1),
        ("stage=signed&stage=completed", 2),
        ("assessment=not_assessable", 2),
        ("instrument=agreement", 2),
        ("instrument=agreement&stage=signed", 1),
        ("party=canada", 25),
        ("party=canada&party=republic-of-korea", 25),
        ("forum=2plus2-director-general", 14),
        ("firmness=aspiration", 3),
        ("target_after=2026-04", 2),
        ("target_before=2026-12-31", 2),
        ("target_after=2028&target_before=2028", 1),
        ("updated_since=2026-11-22", 25),
        ("as_of=2025-10-02", 14),
        ("topic=cyber-and-hybrid-threats", 3),
    ],
)
def test_filters(client: Client, query: str, count: int) -> None:
    response = client.get(f"/?{query}")
    assert response.status_code == 200
    assert len(response.context["table"].rows) == count


def test_sorts_stages_by_progress_and_leaves_the_unknown_last(titles: Titles) -> None:
    assert titles("/?sort=-stage")[:3] == [
        "Hold the second 2+2 Ministerial",
        AGREEMENT,
        CYBER,
    ]
    assert titles("/?sort=target")[:3] == [
        CYBER,
        AIR_FORCE,
        "Convene the 2+2 Ministerial every two years",
    ]
    assert titles("/?sort=-target")[0] == "Convene the 2+2 Ministerial every two years"


def test_a_look_back_is_named_and_leads_back(client: Client) -> None:
    page = client.get("/?as_of=2025-11-01&stage=concluded").content.decode()
    assert "Position on 1 November 2025" in page
    assert 'href="?stage=concluded">Back to today' in page


@pytest.mark.usefixtures("no_response_cache")
def test_queries_do_not_grow_with_the_rows(
    db: None, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published_commitment(meeting=published_meeting())
    client.get("/")  # reads what a process keeps, once
    # The head, the keys of the page, and its rows; more rows and more meetings must not add one.
    with django_assert_num_queries(3):
        client.get("/")
    for _ in range(3):
        published_commitment(meeting=published_meeting())
    client.get("/")
    with django_assert_num_queries(3):
        client.get("/")
