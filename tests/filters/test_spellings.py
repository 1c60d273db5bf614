"""One question spelled in several ways, on every face; and two questions at once."""

from __future__ import annotations

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("shipped_register")


def test_a_party_is_named_by_its_code_too(client: Client) -> None:
    code = "CAN"
    for address in ("/", "/changes/", "/matrix/", "/charts/", "/compare/"):
        named = client.get(address, {"party": code}).context["filter"]
        assert named.is_valid(), address
        assert named.active == client.get(address, {"party": "canada"}).context["filter"].active
    for address in ("/commitments.json", "/updates.json"):
        found = json.loads(client.get(f"{address}?party={code}").getvalue())
        assert found["filter"] == {"party": ["canada"]}
        assert found["count"] > 0
    api = client.get(f"/api/v1/commitments/?party={code}").json()
    assert api["count"] == client.get("/api/v1/commitments/?party=canada").json()["count"]
    feed = client.get(f"/changes.json?party={code}")
    assert feed.status_code == 200
    assert feed.json()["items"] == client.get("/changes.json?party=canada").json()["items"]
    assert client.get(f"/calendar.ics?party={code}").status_code == 200


def test_what_the_file_says_of_a_party_finds_the_same_rows(client: Client) -> None:
    everything = json.loads(client.get("/commitments.json").getvalue())["commitments"]
    codes = {code for record in everything for code in record["parties"]}
    assert "CAN" in codes
    for code in codes:
        found = json.loads(client.get(f"/commitments.json?party={code}").getvalue())["commitments"]
        assert found == [record for record in everything if code in record["parties"]]


def test_a_party_by_both_names_is_one(client: Client) -> None:
    found = client.get("/?party=CAN&party=canada&party=KOR").context["filter"]
    assert found.active["party"] == [
        "canada",
        client.get("/?party=KOR").context["filter"].active["party"][0],
    ]


@pytest.mark.parametrize("code", ["ATL", "CAN2", "C%C3%81N"])
def test_a_code_that_is_not_there(client: Client, code: str) -> None:
    assert client.get(f"/commitments.json?party={code}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "as_of=2025-11-01&as_of=2026-03-01",
        "known_at=2026-11-28&known_at=2026-11-27",
        "q=cyber&q=defence",
        "sort=title&sort=stage",
        "target_after=2026&target_after=2027",
    ],
)
def test_two_values_where_one_belongs_are_refused_in_words(client: Client, query: str) -> None:
    sentence = "Give this once; the address has several values for it."
    assert sentence in client.get(f"/?{query}").content.decode()
    for address in ("/commitments.csv", "/api/v1/commitments/"):
        response = client.get(f"{address}?{query}")
        assert response.status_code == 400
        assert sentence in response.content.decode()
    if "as_of" in query:
        one = "/commitments/cyber-policy-consultations/"
        assert client.get(f"{one}?{query}").status_code == 400
        assert client.get("/?as_of=2025-11-01&as_of=2025-11-01&as_of=").status_code == 200
