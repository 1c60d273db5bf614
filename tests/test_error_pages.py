"""Errors that no view answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.template.loader import render_to_string
from django.test import RequestFactory

from tracker.context import register
from tracker.error_pages import busy, server_error
from tracker.lib.costly_work import BusyError


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


def busy_page(path: str):  # type: ignore[no-untyped-def]
    return busy(RequestFactory().get(path), BusyError("Try again in a few seconds."))


def test_an_image_gets_an_error_in_plain_text() -> None:
    page = busy_page("/card.png?as_of=2026-03-01")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert page.content.decode() == "The register is busy\n\nTry again in a few seconds.\n"


def test_the_kept_page_is_that_of_the_template(settings: Any) -> None:
    for name in ("One register", "Another", "One register"):
        settings.REGISTER_NAME = name
        sentences = {"title": "The register is busy", "detail": "Try again in a few seconds."}
        context = {**sentences, **register(RequestFactory().get("/"))}
        assert busy_page("/").content.decode() == render_to_string("error.html", context)
