"""What every answer of the API has in common: methods, caches, browsers, errors."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.asking import problem
from tests.make import published_commitment, published_update

ADDRESSES = [
    "/api/v1/",
    "/api/v1/commitments/?stage=announced",
    "/api/v1/commitments/one/",
    "/api/v1/updates/",
    "/api/v1/meetings/",
    "/api/v1/sources/",
    "/api/v1/parties/",
    "/api/v1/topics/",
    "/api/v1/forums/",
    "/api/v1/changes/",
    "/api/v1/changes/?format=ndjson",
    "/api/v1/changes/1/",
    "/api/v1/schema/",
    "/api/v1/schema/?format=yaml",
]


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/docs/"])
def test_an_unchanged_answer_is_304_after_one_query(client: Client, db: None, address: str) -> None:
    commitment = published_commitment(slug="one")
    response = client.get(address)
    response.getvalue()
    tag = response.headers["ETag"]
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert len(queries) == 1
    assert again.headers["Cache-Control"] == "public, no-cache"
    published_update(commitment)
    assert client.get(address).headers["ETag"] != tag


@pytest.mark.parametrize("address", ADDRESSES)
def test_any_site_may_read_it(client: Client, db: None, address: str) -> None:
    published_commitment(slug="one")
    tag = client.get(address).headers["ETag"]
    for response in (client.get(address), client.get(address, headers={"if-none-match": tag})):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in response.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("address", ["/api/v1/commitments/", "/api/v1/changes/", "/api/nothing/"])
def test_a_browser_may_ask_first(client: Client, db: None, address: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = client.options(address)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"]
    assert len(queries) == 0


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_it_only_answers_questions(db: None, method: str, address: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)(address)
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["type"] == "http://testserver/api/docs/#method-not-allowed"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_head_alone_has_the_headers_and_no_body(client: Client, db: None, address: str) -> None:
    published_commitment(slug="one")
    whole, head = client.get(address), client.head(address)
    assert (head.status_code, head.getvalue()) == (200, b"")
    for name in ("Content-Type", "ETag", "Link"):
        assert head.headers.get(name) == whole.headers.get(name)


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_does_not_depend_on_who_asks(client: Client, db: None, address: str) -> None:
    published_commitment(slug="one")
    anonymous = client.get(address)
    client.force_login(get_user_model().objects.create_user(username="desk", is_staff=True))
    signed_in = client.get(address, headers={"authorization": "Basic nonsense"})
    assert signed_in.getvalue() == anonymous.getvalue()
    assert "Cookie" not in anonymous.headers.get("Vary", "")
    assert not anonymous.cookies


@pytest.mark.parametrize("address", ["/api/", "/api/v2/", "/api/v1/party/", "/api/v1/parties/a/"])
def test_an_address_that_leads_nowhere_says_where_to_start(
    client: Client, db: None, address: str
) -> None:
    told = problem(client, address, 404)
    assert told["type"] == "/api/docs/#not-found"
    assert told["detail"] == (
        "Nothing has this address. The API starts at /api/v1/; see /api/docs/."
    )


def test_a_missing_slash_leads_on(client: Client, db: None) -> None:
    response = client.get("/api/v1/commitments?stage=signed")
    assert response.status_code == 301
    assert response.headers["Location"] == "/api/v1/commitments/?stage=signed"


def test_what_cannot_be_had_is_refused(client: Client, db: None) -> None:
    told = problem(client, "/api/v1/commitments/", 406, accept="text/html")
    assert (told["type"], told["available"]) == ("/api/docs/#not-acceptable", ["application/json"])
    told = problem(client, "/api/v1/changes/", 406, accept="text/csv")
    assert told["available"] == ["application/json", "application/x-ndjson"]
    for accept in ("*/*", "application/*", "text/html, */*;q=0.1", ""):
        assert client.get("/api/v1/", headers={"accept": accept}).status_code == 200
    for accept in ("nonsense", "a/b;" * 500, "*/" * 40, "/"):
        assert client.get("/api/v1/", headers={"accept": accept}).status_code in {200, 400, 406}


def test_a_form_chosen_by_accept_has_an_etag_of_its_own(client: Client, db: None) -> None:
    published_commitment()
    as_json = client.get("/api/v1/changes/", headers={"accept": "application/json"})
    lines = client.get(
        "/api/v1/changes/",
        headers={"accept": "application/x-ndjson", "if-none-match": as_json.headers["ETag"]},
    )
    assert lines.status_code == 200
    assert lines.headers["ETag"] != as_json.headers["ETag"]
    assert as_json.headers["Vary"] == "Accept-Encoding, Accept"
    assert lines.headers["Vary"] == "Accept-Encoding, Accept"


def test_a_format_that_there_is_not(client: Client, db: None) -> None:
    told = problem(client, "/api/v1/changes/?format=xml", 400)
    assert told["errors"] == [
        {
            "parameter": "format",
            "detail": "There is no format “xml” here. Choose from: json, ndjson.",
        }
    ]
    told = problem(client, "/api/v1/commitments/?format=json", 400)
    assert told["errors"][0]["detail"] == "There is no parameter “format” here."


def test_a_page_beyond_the_last(client: Client, db: None) -> None:
    published_commitment()
    told = problem(client, "/api/v1/commitments/?page=2", 404)
    assert told["type"] == "/api/docs/#no-such-page"
    assert told["detail"] == "There is no page 2; the last one is page 1."
