"""Errors that no view answers."""

from __future__ import annotations

import json

import pytest
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.test import RequestFactory

from tracker.error_pages import server_error


def answer(path: str, error: Exception):  # type: ignore[no-untyped-def]
    try:
        raise error
    except type(error):
        return server_error(RequestFactory().get(path))


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (OperationalError("database is locked"), 503, "30"),
        (OperationalError("database or disk is full"), 503, "30"),
        (OperationalError("attempt to write a readonly database"), 503, "30"),
        (InternalError("cannot execute UPDATE in a read-only transaction"), 503, "30"),
        (InterfaceError("connection already closed"), 503, "30"),
        (DataError("no"), 500, None),
        (ValueError("ours"), 500, None),
    ],
    ids=str,
)
def test_a_database_that_is_busy_or_away_is_no_fault_of_ours(
    error: Exception, status: int, retry: str | None
) -> None:
    page = answer("/commitments/", error)
    assert (page.status_code, page.headers.get("Retry-After")) == (status, retry)
    assert page.headers["Cache-Control"] == "no-store"
    assert b"<h1>" in page.content
    told = answer("/api/v1/commitments/", error)
    assert (told.status_code, told.headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(told.content)["status"] == status
