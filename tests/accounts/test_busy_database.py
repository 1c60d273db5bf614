"""Signing in while somebody else, such as an import, holds the whole of SQLite's database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import code, sign_in, signed_in, with_app

pytestmark = [pytest.mark.sqlite_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _limits_in_the_database() -> Iterator[None]:
    """As in production."""
    table = {
        "BACKEND": "tracker.lib.shared_cache.SharedTable",
        "LOCATION": "shared_by_processes",
    }
    with override_settings(CACHES={**settings.CACHES, "default": table}):
        call_command("createcachetable", verbosity=0)
        cache.clear()
        yield
        cache.clear()


@contextmanager
def locked() -> Iterator[None]:
    """Another process has begun to write and takes its time; we wait a tenth of a second."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=100")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture
def visitor() -> Client:
    """A browser that sees what the server answers to an error of its own."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_lock_is_no_wrong_guess(visitor: Client, ann: User, password: str) -> None:
    with locked():
        for _attempt in range(12):
            answer = sign_in(visitor, password=password)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
            assert "The register is busy" in answer.content.decode()
    sign_in(visitor)
    assert signed_in(visitor)


@override_settings(CACHES={**settings.CACHES})
def test_nor_is_it_one_where_the_limits_are_elsewhere(visitor: Client, ann: User) -> None:
    """The session cannot be stored: the right password is not counted, and says so."""
    cache.clear()
    with locked():
        for _attempt in range(6):
            assert sign_in(visitor).status_code == 503
    sign_in(visitor)
    assert signed_in(visitor)


def test_a_code_is_not_counted_either(visitor: Client, ann: User) -> None:
    with_app(ann)
    sign_in(visitor)
    with locked():
        for _attempt in range(6):
            answer = visitor.post("/accounts/2fa/authenticate/", {"code": "000000"})
            assert answer.status_code == 503
    visitor.post("/accounts/2fa/authenticate/", {"code": code()})
    assert signed_in(visitor)


def test_a_forgotten_password_asks_again_later(visitor: Client, ann: User) -> None:
    with locked():
        answer = visitor.post("/accounts/password/reset/", {"email": "ann.lee@example.org"})
        assert answer.status_code == 503


def test_limits_are_the_same_in_the_database(visitor: Client, ann: User) -> None:
    for _attempt in range(5):
        sign_in(visitor, password="wrong")
    assert "That was tried too often." in sign_in(visitor).content.decode()


def test_any_page_of_staff_says_that_it_is_busy(visitor: Client, ann: User) -> None:
    sign_in(visitor)
    with locked():
        answer = visitor.post("/admin/tracker/party/add/", {"code": "CAN", "name": "Canada"})
    assert answer.status_code == 503
    assert "The register is busy" in answer.content.decode()
