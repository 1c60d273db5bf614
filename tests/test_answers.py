"""ETags, caching and the headers that every answer carries."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import published_commitment
from tracker import answers

ADDRESSES = ["/", "/?stage=signed", "/meetings/", "/changes/", "/changes.atom", "/methodology/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unchanged_answer_is_304_after_one_query(client: Client, db: None, address: str) -> None:
    published_commitment()
    tag = client.get(address).headers["ETag"]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(address, headers={"if-none-match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert len(queries) == 1
    assert response.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_publication_moves_the_etag(client: Client, db: None, address: str) -> None:
    tag = client.get(address).headers["ETag"]
    published_commitment()
    assert client.get(address).headers["ETag"] != tag


def test_the_day_moves_the_etag(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = set()
    for day in (dt.date(2026, 12, 31), dt.date(2027, 1, 1)):
        monkeypatch.setattr(answers, "today", lambda day=day: day)
        tags.add(client.get("/").headers["ETag"])
    assert len(tags) == 2


@pytest.mark.parametrize("address", [*ADDRESSES, "/nothing/", "/admin/login/"])
def test_the_policy_allows_nothing_inline(client: Client, db: None, address: str) -> None:
    response = client.get(address)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    if "<html" in page:
        assert "<script>" not in page
        assert " style=" not in page
        assert " onclick=" not in page
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_public_answers_do_not_depend_on_who_asks(client: Client, db: None) -> None:
    for address in ADDRESSES:
        response = client.get(address)
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_health_tells_the_head_and_is_never_cached(client: Client, db: None) -> None:
    published_commitment()
    response = client.get("/healthz")
    state = response.json()
    assert response.status_code == 200
    assert (state["ok"], state["database"], state["migrations"]) == (True, "reachable", "applied")
    assert state["writing"] == "possible"
    assert state["log_head"]["seq"] == 2
    assert response.headers["Cache-Control"] == "no-store"


def test_health_without_a_database_is_503(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError  # noqa: PLC0415

    def refuse(*args: object) -> None:
        raise DatabaseError("no connection")

    monkeypatch.setattr("tracker.queries.health.log_head", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["database"] == "unreachable"
