"""Commitments and updates: what the files hold, page by page, and one in full."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.asking import all_pages, body, faults, problem
from tests.exports.reading import json_object
from tests.exports.small_register import publish_small_register
from tests.make import (
    NOW,
    first_update,
    make_commitment,
    published_commitment,
    published_note,
    published_update,
)
from tests.test_bad_input import SENTENCES
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment
from tracker.models import Commitment

FILTERS = [
    "",
    "q=GSOMIA",
    "q=nothing-at-all",
    "stage=signed&stage=announced&sort=-title",
    "flag=not_mentioned&flag=overdue",
    "party=canada&instrument=dialogue",
    "meeting=2026-02-25-second-2plus2-ministerial",
    "commitment=CAN-KOR-2025-004&commitment=cyber-policy-consultations",
    "target_after=2026&target_before=2026-12&sort=target",
    "updated_since=2026-11-22",
    "as_of=2025-11-01&sort=stage",
    "as_of=2025-11-01&known_at=2026-11-22&flag=quiet",
    "known_at=2026-11-21",
]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", FILTERS)
@pytest.mark.parametrize("table", ["commitments", "updates"])
def test_the_pages_hold_what_the_file_holds(client: Client, table: str, query: str) -> None:
    file = json_object(client, f"/{table}.json?{query}")
    told = body(client, f"/api/v1/{table}/?{query}")
    for name in ("day", "as_of", "known_at", "filter", "log_head", "count"):
        assert told[name] == file[name]
    assert all_pages(client, f"/api/v1/{table}/?{query}&per_page=7") == file[table]


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("query", SENTENCES, ids=lambda q: q[:30])
@pytest.mark.parametrize("table", ["commitments", "updates"])
def test_a_bad_value_gets_its_sentence(client: Client, table: str, query: str) -> None:
    told = faults(client, f"/api/v1/{table}/?{query}")
    assert SENTENCES[query] in told[query.split("=", maxsplit=1)[0]]
    assert len(told) == 1


def test_a_page_names_its_neighbours_in_a_header(client: Client, db: None) -> None:
    for _number in range(5):
        published_commitment()
    here = "http://testserver/api/v1/commitments/?page"
    rest = "&per_page=2&q=commitment"
    response = client.get("/api/v1/commitments/?q=commitment&per_page=2&page=2")
    assert response.headers["Link"] == (
        f'<{here}=1{rest}>; rel="first", <{here}=1{rest}>; rel="prev", '
        f'<{here}=3{rest}>; rel="next", <{here}=3{rest}>; rel="last"'
    )
    assert client.get("/api/v1/commitments/?q=none").headers["Link"] == (
        '<http://testserver/api/v1/commitments/?page=1&q=none>; rel="first", '
        '<http://testserver/api/v1/commitments/?page=1&q=none>; rel="last"'
    )


def test_one_in_full_is_that_of_the_list_and_its_history(client: Client, db: None) -> None:
    publish_small_register()
    published_note(key="remark", commitment=Commitment.objects.get(slug="agreement"))
    told = body(client, "/api/v1/commitments/agreement/")
    [listed] = body(client, "/api/v1/commitments/?commitment=agreement")["results"]
    assert {name: told[name] for name in listed} == listed
    assert told["updates"] == body(client, "/api/v1/updates/?commitment=agreement")["results"]
    assert [update["number"] for update in told["updates"]] == [1, 3, 4]
    [revised] = told["revised"]
    assert (revised["id"], revised["stage"]) == ("CAN-KOR-2025-002/2", "concluded")
    assert revised["revision"] == {
        "change": told["updates"][1]["change"]["seq"],
        "replaced_by": 3,
        "reason": "The stage was misread.",
    }
    assert [note["key"] for note in told["notes"]] == ["remark"]
    assert (told["parts"], told["superseded_by"]) == ([], [])
    other = body(client, "/api/v1/commitments/dialogue/")
    assert (other["parts"], other["superseded_by"]) == (["CAN-KOR-2025-002"],) * 2
    assert other["revised"][0]["revision"]["replaced_by"] is None


def test_one_as_it_stood(client: Client, db: None) -> None:
    publish_small_register()
    told = body(client, "/api/v1/commitments/agreement/?as_of=2026-01-01")
    assert (told["stage"], [u["number"] for u in told["updates"]]) == ("announced", [1])
    assert told["revised"] == []
    then = problem(client, "/api/v1/commitments/agreement/?as_of=2024-01-01", 404)
    assert then["type"] == "/api/docs/#not-found"
    assert "nothing at this address" in then["detail"]
    assert list(faults(client, "/api/v1/commitments/agreement/?as_of=soon&page=1")) == [
        "as_of",
        "page",
    ]


def test_an_address_of_long_ago_and_a_reference_lead_on(client: Client, db: None) -> None:
    commitment = published_commitment(slug="old", reference="CAN-KOR-2025-007")
    amend(commitment, values={"slug": "new"}, now=NOW)
    for asked in ("old", "CAN-KOR-2025-007"):
        response = client.get(f"/api/v1/commitments/{asked}/?as_of=2026-03-01")
        location = "/api/v1/commitments/new/?as_of=2026-03-01"
        assert (response.status_code, response.headers["Location"]) == (301, location)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert body(client, "/api/v1/commitments/new/")["reference"] == "CAN-KOR-2025-007"


def test_a_retracted_one_says_why(client: Client, db: None) -> None:
    commitment = published_commitment(slug="mistaken", reference="CAN-KOR-2025-007")
    retract_commitment(commitment, reason="Never promised.", now=NOW)
    for query in ("", "?known_at=2026-11-22", "?as_of=nonsense"):
        told = problem(client, f"/api/v1/commitments/mistaken/{query}", 410)
        assert told["type"] == "/api/docs/#retracted"
        assert (told["reference"], told["reason"]) == ("CAN-KOR-2025-007", "Never promised.")
        assert told["change"] == {"seq": 3, "recorded_at": "2026-11-22T09:00:00Z"}
    assert client.get("/api/v1/commitments/CAN-KOR-2025-007/").status_code == 301


def test_a_draft_is_not_there(client: Client, db: None) -> None:
    draft = make_commitment(slug="draft", reference="CAN-KOR-2025-008")
    never = problem(client, "/api/v1/commitments/never/", 404)
    assert problem(client, "/api/v1/commitments/draft/", 404) == never
    assert problem(client, "/api/v1/commitments/CAN-KOR-2025-008/", 404) == never
    assert draft.slug not in str(body(client, "/api/v1/commitments/"))


def test_a_title_is_the_one_that_was_known(client: Client, db: None) -> None:
    commitment = published_commitment(slug="one", title="As it was")
    later = NOW.replace(day=25)
    amend(commitment, values={"title": "As it is"}, now=later)
    source = first_update(commitment).citations.get().source
    published_update(commitment, source=source, now=later)
    for address in ("/api/v1/commitments/one/", f"/api/v1/sources/{source.slug}/"):
        told = client.get(f"{address}?known_at=2026-11-22").content.decode()
        assert "As it was" in told
        assert "As it is" not in told
