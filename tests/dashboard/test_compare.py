"""Comparing two days or two meetings: the answer, the form and its sentences, the filter."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.dashboard.conftest import OnDay
from tests.make import published_commitment, published_update
from tracker.models import Stage

SHIPPED = pytest.mark.usefixtures("shipped_register")
OFFICIALS = "2025-10-02-first-2plus2-director-general"
MINISTERS = "2026-02-25-second-2plus2-ministerial"


@pytest.fixture(autouse=True)
def _day(on_day: OnDay, today: dt.date) -> None:
    on_day(today)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def told(client: Client, address: str) -> dict[str, list[str]]:
    """The commitments under each difference."""
    return {
        difference.name.lower(): [line.row.commitment.slug for line in lines]
        for difference, lines in client.get(address).context["groups"]
    }


@SHIPPED
def test_between_two_meetings(client: Client) -> None:
    answer = told(client, f"/compare/?from={OFFICIALS}&to={MINISTERS}")
    assert answer["moved"] == ["classified-information-agreement", "cyber-policy-consultations"]
    assert answer["delivered"] == ["second-2plus2-ministerial"]
    assert answer["not_mentioned"] == [
        "energy-supply-chain-security",
        "indo-pacific-dialogue",
    ]
    assert len(answer["new"]) == 11
    assert "biennial-2plus2-ministerial" in answer["reworded"]
    page = text(client, f"/compare/?from={OFFICIALS}&to={MINISTERS}")
    assert "Negotiating → Signed" in page
    assert "Target: at the earliest opportunity → March 2026" in page
    assert "Unchanged 5" in page


@SHIPPED
def test_two_days_say_the_same_as_the_meetings_on_them(client: Client) -> None:
    by_day = told(client, "/compare/?from=2025-10-02&to=2026-02-25")
    assert by_day == told(client, f"/compare/?from={OFFICIALS}&to={MINISTERS}")
    assert by_day == told(client, f"/compare/?from=2025-10-02&to={MINISTERS}")


@SHIPPED
def test_without_to_it_compares_with_today(client: Client) -> None:
    response = client.get("/compare/?from=2026-02-24")
    assert response.context["until"].day == dt.date(2026, 11, 22)


@SHIPPED
def test_nothing_changed_is_said(client: Client) -> None:
    page = text(client, "/compare/?from=2026-02-25&to=2026-11-22")
    assert "Nothing changed." in page
    assert "Unchanged 25" in page


@SHIPPED
def test_the_filter_narrows_it_and_stays_in_the_form(client: Client) -> None:
    address = f"/compare/?from={OFFICIALS}&to={MINISTERS}&instrument=agreement"
    assert told(client, address) == {
        "new": ["defence-cooperation-agreement"],
        "moved": ["classified-information-agreement"],
    }
    page = client.get(address).content.decode()
    assert '<input type="hidden" name="instrument" value="agreement">' in page
    assert f'href="?from={OFFICIALS}&amp;to={MINISTERS}"' in page
    assert "Commitments of the kind Agreement" in page
    # The filter is read on the later day.
    assert "signed" not in str(told(client, "/compare/?from=2025-10-02&to=2025-11-01&stage=signed"))


@SHIPPED
@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("from=2026-01-02&to=2025-01-01", "to", "2025-01-01 lies before 2026-01-02"),
        (f"from={MINISTERS}&to={OFFICIALS}", "to", "2025-10-02 lies before 2026-02-25"),
        ("from=2025-01-01&to=2025-01-01", "to", "Both ends are 2025-01-01"),
        ("from=2025-13-01&to=2026-01-01", "from", "2025-13-01 is no day of the calendar."),
        (
            "from=2025-01-01&to=2999-01-01",
            "to",
            "2999-01-01 has not come yet; today is 2026-11-22.",
        ),
        ("from=1066-10-14", "from", "The register looks back to 1900 at the earliest."),
        ("from=nowhere", "from", "There is no meeting “nowhere”."),
        ("from=%00", "from", "Null characters are not allowed."),
        (f"from={'x' * 500}", "from", "at most 120 characters"),
        ("from=2028-third-2plus2-ministerial", "from", "Nothing says that"),
        ("to=2025-01-01", "from", "Say from which day or meeting."),
        ("from=&to=2025-01-01", "from", "Say from which day or meeting."),
    ],
)
def test_a_bad_end_gets_a_sentence_beside_its_field(
    client: Client, query: str, field: str, sentence: str
) -> None:
    response = client.get(f"/compare/?{query}")
    assert response.status_code == 200
    page = response.content.decode()
    beside = re.search(rf'id="id_{field}_error">([^<]*)<', page)
    assert beside
    assert sentence in beside[1]
    assert "groups" not in response.context


@SHIPPED
def test_a_bad_filter_compares_nothing(client: Client) -> None:
    page = text(client, "/compare/?from=2025-01-01&stage=nonsense")
    assert "Nothing is shown, because the filter has an error:" in page
    assert "There is no “nonsense” here." in page
    assert "Unchanged" not in page


@SHIPPED
def test_a_third_day_is_ignored_aloud(client: Client) -> None:
    for given in ("/compare/", "/compare/?from=2025-01-01"):
        assert "mean nothing here" not in text(client, given)
    page = text(client, "/compare/?from=2025-01-01&as_of=2025-06-01&frm=x")
    assert "mean nothing here and were ignored: as_of, frm" in page


@SHIPPED
def test_without_ends_it_suggests_some(client: Client) -> None:
    page = client.get("/compare/").content.decode()
    assert f"?from=2024-11-01-first-2plus2-ministerial&amp;to={MINISTERS}" in page
    assert f'<option value="{MINISTERS}">' in page
    assert '<option value="2028-third-2plus2-ministerial">' not in page


@SHIPPED
def test_it_is_linked(client: Client) -> None:
    assert 'href="/compare/' in client.get("/meetings/").content.decode()
    assert (
        f"/compare/?from=2024-11-01-first-2plus2-ministerial&amp;to={MINISTERS}"
        in client.get(f"/meetings/{MINISTERS}/").content.decode()
    )


@pytest.mark.usefixtures("no_response_cache")
@pytest.mark.django_db
def test_queries_do_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def grow(times: int) -> None:
        for _ in range(times):
            pledge = published_commitment(happened="2025-01-10")
            published_update(pledge, happened="2025-03-10", stage=Stage.SIGNED)

    grow(1)
    with django_assert_num_queries(QUERIES):
        client.get("/compare/?from=2025-02-01")
    grow(60)
    with django_assert_num_queries(QUERIES):
        client.get("/compare/?from=2025-02-01")
    assert len(client.get("/compare/?from=2025-02-01").context["groups"][0][1]) == 50
    assert len(client.get("/compare/?from=2025-02-01&page=2").context["groups"][0][1]) == 11


QUERIES = 7
