"""The page of charts: sentences, tables, what the script is given, and where numbers lead."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import make_topic, published_commitment, published_update
from tests.test_bad_input import SENTENCES
from tracker.dashboard.charts import MOST_BARS
from tracker.models import Assessment, Stage


def texts(client: Client, address: str) -> dict[str, str]:
    return {chart.name: chart.text for chart in client.get(address).context["charts"]}


@pytest.mark.usefixtures("shipped_register")
def test_each_chart_says_what_it_shows(client: Client, on_day: OnDay) -> None:
    on_day(dt.date(2026, 11, 22))
    assert texts(client, "/charts/") == {
        "stages": (
            "From 1 commitment on 30 April 2023 to 25 on 22 November 2026 (Announced 22, "
            "Scheduled 1, Signed 1, Completed 1)."
        ),
        "targets": (
            "3 of 25 commitments have a dated target, from 2026 Q1 to 2028 (Open 2, Overdue 1); "
            "2 in words only, 20 without."
        ),
        "topics": (
            "The largest: Defence co-operation 8 (Announced 7, Signed 1), before 10 others."
        ),
        "parties": (
            "Canada 25 (Not assessed 22, Delivered 1, Not assessable 2); "
            "Republic of Korea 25 (Not assessed 22, Delivered 1, Not assessable 2)."
        ),
    }
    assert texts(client, "/charts/?as_of=2025-11-01&topic=information-security") == {
        "stages": "From 1 commitment on 30 April 2023 to 1 on 1 November 2025 (Concluded 1).",
        "targets": "1 commitment without a dated target (in words only: 0).",
        "topics": (
            "Defence co-operation 1 (Concluded 1); Defence industry and technology 1 "
            "(Concluded 1); Information security 1 (Concluded 1)."
        ),
        "parties": "Canada 1 (Not assessed 1); Republic of Korea 1 (Not assessed 1).",
    }


def test_a_register_of_one_day(client: Client, db: None, on_day: OnDay) -> None:
    on_day(dt.date(2026, 2, 26))
    published_commitment(happened="2026-02-25", assessment=Assessment.STALLED)
    page = texts(client, "/charts/")
    assert page["stages"] == "On 26 February 2026: 1 in all (Announced 1)."
    assert page["topics"] == "No topic 1 (Announced 1)."


def cells(section: str) -> list[list[str]]:
    """The table of a section, cell by cell, without markup."""
    rows = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in rows
    ]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", ["", "?party=canada&stage=announced", "?as_of=2025-11-01"])
def test_the_table_holds_what_the_script_draws(client: Client, query: str) -> None:
    page = client.get(f"/charts/{query}").content.decode()
    sections = re.findall(r'<section class="chart".*?</section>', page, re.DOTALL)
    assert len(sections) == 4
    for section in sections:
        found = re.search(r'<script id="\w+-data" type="application/json">(.*?)</script>', section)
        assert found
        data = json.loads(found[1])
        heading, *rows = cells(section)
        assert heading[1:] == [*(one["label"] for one in data["series"]), "Total"]
        assert [row[0] for row in rows] == data["labels"]
        columns = list(zip(*(map(int, row[1:]) for row in rows), strict=True))
        assert [list(column) for column in columns[:-1]] == data["counts"]
        assert list(columns[-1]) == [sum(row) for row in zip(*columns[:-1], strict=True)]


@pytest.mark.usefixtures("shipped_register")
def test_a_picture_is_called_after_the_filter_and_the_chart(client: Client) -> None:
    charts = client.get("/charts/?stage=signed&party=canada").context["charts"]
    assert [chart.data["file"] for chart in charts] == [
        "commitments-at-the-stage-signed-of-canada-stages.png",
        "commitments-at-the-stage-signed-of-canada-targets.png",
        "commitments-at-the-stage-signed-of-canada-topics.png",
        "commitments-at-the-stage-signed-of-canada-parties.png",
    ]
    assert {chart.data["told"] for chart in charts} == {
        "Commitments at the stage Signed, of Canada"
    }


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    ("query", "linked"),
    [
        ("", {"stages", "topics", "parties"}),
        ("?party=canada&as_of=2025-11-01&sort=title&page=2&other=1", {"stages", "topics"}),
        ("?stage=announced&stage=signed&show=topics", {"topics", "parties"}),
        ("?topic=space&known_at=2026-11-22", {"stages", "parties"}),
    ],
)
def test_a_number_leads_to_as_many_commitments(
    client: Client, on_day: OnDay, query: str, linked: set[str]
) -> None:
    on_day(dt.date(2026, 11, 22))
    leading = set()
    for chart in client.get(f"/charts/{query}").context["charts"]:
        for row in (*chart.rows[:2], *chart.rows[-2:]):
            for number, href in [(row.total, row.href), *((c.count, c.href) for c in row.cells)]:
                if href:
                    leading.add(chart.name)
                    listed = client.get(href).context["paging"].page.paginator.count
                    assert listed == number, f"{chart.name}: {row.label}: {href}"
    assert leading == linked


@pytest.mark.usefixtures("shipped_register")
def test_nothing_found_is_said_and_not_drawn(client: Client) -> None:
    for query in ("q=nothing-matches-this", "as_of=1999-01-01"):
        page = client.get(f"/charts/?{query}").content.decode()
        assert "No commitment matches." in page
        assert "<canvas" not in page
        assert "chart.umd" not in page


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", SENTENCES, ids=lambda query: query[:30])
def test_a_bad_value_gets_a_sentence_and_no_chart(client: Client, query: str) -> None:
    response = client.get(f"/charts/?{query}")
    page = response.content.decode()
    assert response.status_code == 200
    assert SENTENCES[query] in page
    assert "Nothing is shown, because the filter has an error:" in page
    assert "<canvas" not in page


@pytest.mark.usefixtures("shipped_register")
def test_the_policy_allows_nothing_inline(client: Client) -> None:
    response = client.get("/charts/")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    page = response.content.decode()
    assert " style=" not in page
    assert set(re.findall(r"<script[^>]*?(type=\S+?|defer)>", page)) == {
        'type="application/json"',
        "defer",
    }


def test_a_picture_shows_the_largest_of_very_many(client: Client, db: None) -> None:
    many = [make_topic(name=f"Topic {number:02d}") for number in range(MOST_BARS + 1)]
    published_commitment(topics=many)
    published_commitment(topics=many[1:])
    response = client.get("/charts/")
    [topics] = [chart for chart in response.context["charts"] if chart.name == "topics"]
    assert len(topics.rows) == MOST_BARS + 1
    assert topics.data["labels"] == [f"Topic {number:02d}" for number in range(1, MOST_BARS + 1)]
    assert f"The picture shows the largest {MOST_BARS} of {MOST_BARS + 1}." in re.sub(
        r"\s+", " ", response.content.decode()
    )


def test_the_page_takes_as_many_queries_whatever_the_rows(
    client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    address = "/charts/?party=canada&as_of=2026-11-01"
    published_commitment(topics=[make_topic()])
    kept = "/?party=canada&as_of=2026-11-01"
    client.get(kept)  # reads what a process keeps, once
    with django_assert_max_num_queries(25) as queries:
        client.get(address)
    before = len(queries)
    for _ in range(5):
        commitment = published_commitment(topics=[make_topic()])
        published_update(commitment, happened="2026-05", stage=Stage.SIGNED)
    client.get(kept)
    with django_assert_max_num_queries(before):
        client.get(address)


@pytest.mark.usefixtures("shipped_register")
def test_the_dashboard_leads_to_its_charts(client: Client) -> None:
    page = client.get("/?stage=signed&page=1&show=topics").content.decode()
    assert 'href="/charts/?stage=signed"' in page
