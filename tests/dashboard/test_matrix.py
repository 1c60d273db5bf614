"""The matrix as a page: a real table, its pages in both directions, its bad input, its cost."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import (
    make_forum,
    make_party,
    published_commitment,
    published_meeting,
    published_update,
)
from tracker.models import Stage

SHIPPED = pytest.mark.usefixtures("shipped_register")


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@SHIPPED
def test_the_shipped_register_is_25_by_12(client: Client) -> None:
    context = client.get("/matrix/").context
    table = context["matrix"]
    assert (len(table.rows), len(table.columns)) == (25, 12)
    assert [c.meeting.slug for c in table.columns][-3:] == [
        "2026-02-25-second-2plus2-ministerial",
        "2026-03-inaugural-cyber-policy-consultations",
        "2028-third-2plus2-ministerial",
    ]
    agreement = table.rows[0]
    assert [(c.stage, [str(m) for m in c.movements]) for c in agreement.cells if c.steps] == [
        ("announced", ["new"]),
        ("negotiating", ["advanced"]),
        ("negotiating", ["strengthened", "renamed"]),
        ("concluded", ["advanced", "renamed"]),
        ("signed", ["advanced"]),
    ]


@SHIPPED
def test_it_is_a_table_with_caption_and_scopes(client: Client) -> None:
    page = client.get("/matrix/").content.decode()
    assert page.count('<th scope="col"') == 13
    assert page.count('<th scope="row"') == 25
    assert '<caption id="matrix-caption">' in page
    assert 'role="region" aria-labelledby="matrix-caption" tabindex="0"' in page
    assert page.count("<td ") == 25 * 12


@SHIPPED
def test_what_silence_means_is_said_in_words(client: Client) -> None:
    page = text(client, "/matrix/?q=Indo-Pacific+Dialogue")
    assert "25 February 2026 Not mentioned" in page
    assert "30 October 2025 Not recorded: nothing follows from it" in page
    assert "March 2026 We hold no source that says it was held" in page
    assert "Fully recorded" in page


@SHIPPED
def test_the_filter_of_the_dashboard_works_here(client: Client) -> None:
    for query in (
        "stage=signed",
        "flag=not_mentioned",
        "party=canada&instrument=dialogue",
        "q=GSOMIA",
    ):
        listed = [r.record.title for r in client.get(f"/?{query}").context["table"].rows]
        shown = [line.row.title for line in client.get(f"/matrix/?{query}").context["matrix"].rows]
        assert shown == listed, query
        assert shown


@SHIPPED
def test_columns_choose_a_forum(client: Client) -> None:
    response = client.get("/matrix/?columns=2plus2-ministerial&stage=signed")
    assert [c.meeting.slug for c in response.context["matrix"].columns] == [
        "2024-11-01-first-2plus2-ministerial",
        "2026-02-25-second-2plus2-ministerial",
        "2028-third-2plus2-ministerial",
    ]
    page = response.content.decode()
    assert 'href="?stage=signed&amp;columns=2plus2-ministerial" aria-current="true"' in page
    assert "were ignored" not in page
    assert len(client.get("/matrix/?columns=all").context["matrix"].columns) == 12


@SHIPPED
def test_a_look_back_shows_that_day_and_leads_back(client: Client) -> None:
    response = client.get("/matrix/?as_of=2025-11-01")
    table = response.context["matrix"]
    assert table.columns[-1].meeting.slug == "2025-10-30-leaders-meeting-on-apec-margins"
    assert len(table.rows) == 14
    page = response.content.decode()
    assert "Position on 1 November 2025" in page
    assert "/commitments/classified-information-agreement/?as_of=2025-11-01" in page
    assert client.get("/matrix/?known_at=2026-11-21").context["matrix"].rows == []


@SHIPPED
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("columns=nonsense", "There is no forum “nonsense” here. Choose from the list."),
        ("stage=nonsense", "There is no “nonsense” here."),
        ("as_of=2999-01-01", "2999-01-01 has not come yet"),
        ("as_of=2026-13", "Write the day as year-month-day"),
    ],
)
def test_a_bad_value_gets_a_sentence_and_no_table(
    client: Client, query: str, sentence: str
) -> None:
    page = text(client, f"/matrix/?{query}")
    assert sentence in page
    assert "Nothing is shown, because the filter has an error:" in page
    assert "<table" not in client.get(f"/matrix/?{query}").content.decode()


@SHIPPED
def test_nothing_to_show_is_said(client: Client) -> None:
    assert "No commitment matches." in text(client, "/matrix/?q=zeppelin")
    assert "There is no meeting to show." in text(client, "/matrix/?as_of=1999-01-01")
    assert "columns_pagee" in text(client, "/matrix/?columns_pagee=2")


@SHIPPED
@pytest.mark.parametrize("page", ["99", "0", "x"])
def test_a_page_of_meetings_that_is_not_there_says_so(client: Client, page: str) -> None:
    response = client.get(f"/matrix/?columns_page={page}")
    assert response.context["column_paging"].notice in response.content.decode()
    assert len(response.context["matrix"].columns) == 12


@pytest.mark.django_db
def test_it_pages_over_commitments_and_over_meetings(client: Client) -> None:
    meetings = [published_meeting(date=f"20{n:02d}-03") for n in range(1, 26)]
    for n in range(55):
        published_commitment(
            reference=f"CAN-KOR-2001-{n:03d}", meeting=meetings[0], happened="2001-03"
        )
    newest = client.get("/matrix/")
    assert [str(c.meeting.date) for c in newest.context["matrix"].columns] == [
        f"20{n:02d}-03" for n in range(14, 26)
    ]
    assert len(newest.context["matrix"].rows) == 50
    assert 'href="?columns_page=2">← Earlier meetings' in newest.content.decode()
    oldest = client.get("/matrix/?columns_page=3&page=2")
    assert [str(c.meeting.date) for c in oldest.context["matrix"].columns] == ["2001-03"]
    assert len(oldest.context["matrix"].rows) == 5
    assert 'href="?columns_page=2&amp;page=2">Later meetings →' in oldest.content.decode()
    assert "50 updates" not in text(client, "/matrix/")
    assert "1 update outside these meetings" in text(client, "/matrix/")


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.django_db
def test_queries_do_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def grow(times: int) -> None:
        for _ in range(times):
            meeting = published_meeting(forum=make_forum())
            pledge = published_commitment(meeting=meeting)
            published_update(pledge, meeting=meeting, stage=Stage.SIGNED)

    grow(1)
    client.get("/matrix/")  # reads what a process keeps, once
    with django_assert_num_queries(QUERIES):
        client.get("/matrix/")
    grow(4)
    client.get("/matrix/")
    with django_assert_num_queries(QUERIES):
        client.get("/matrix/")


# ETag, forums on offer, then the two pages and their cells.
QUERIES = 11


@pytest.mark.django_db
def test_more_rows_and_more_meetings_fit_on_a_page_for_who_asks(client: Client) -> None:
    meetings = [published_meeting(date=f"19{n:02d}-03") for n in range(1, 31)]
    for n in range(60):
        published_commitment(
            reference=f"CAN-KOR-2001-{n:03d}", meeting=meetings[0], happened="1901-03"
        )
    usual = client.get("/matrix/?per_page=7&columns_per_page=rubbish")
    assert len(usual.context["matrix"].rows) == 50
    assert len(usual.context["matrix"].columns) == 12
    assert usual.context["filter"].unknown == []
    large = client.get("/matrix/?per_page=100&columns_per_page=40")
    assert len(large.context["matrix"].rows) == 60
    assert len(large.context["matrix"].columns) == 30
    page = large.content.decode()
    assert page.count('<td class="cell') == 60 * 30
    assert '<option value="40" selected>40</option>' in page
    assert '<option value="100" selected>100</option>' in page


@pytest.mark.django_db
def test_what_a_cell_says_is_escaped_and_in_its_language(client: Client) -> None:
    meeting = published_meeting(title="<b>Meeting</b>", date="2026-01-10")
    party = make_party(code="XXA", name="<i>Party</i>")
    pledge = published_commitment(
        title="<script>1</script>", parties=[party], meeting=meeting, quotation='"<u>서명</u>"'
    )
    published_update(pledge, meeting=meeting, party=party, stage=Stage.SIGNED)
    page = client.get("/matrix/").content.decode()
    assert "<script>1" not in page
    assert "<u>" not in page
    assert "<i>Party" not in page
    assert "&lt;u&gt;서명" in page
    assert 'class="cell cell-said cell-' in page
