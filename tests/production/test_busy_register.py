"""Signing in and reading while another process, such as an import, holds SQLite's write lock."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accounts.signing_in import SECRET, code
from tests.production.conftest import manage
from tests.production.serving import free_port, gunicorn, with_copied_database
from tests.production.site import Site

PASSWORD = "a long password"
# What the lock would cost is 20 seconds; the rest is for a loaded test machine.
AT_MOST = 8

STAFF = f"""
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
User.objects.create_superuser("ann", password="{PASSWORD}")
TOTP.activate(User.objects.create_superuser("ben", password="{PASSWORD}"), "{SECRET}")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("busy")


@pytest.fixture(scope="module")
def site(migrated: dict[str, str], folder: Path) -> Iterator[Site]:
    """Where a password is enough to see the admin, so that this is what is tested."""
    port = free_port()
    env = with_copied_database(migrated, folder, port=port)
    manage(env, "shell", "--no-imports", "--command", STAFF)
    with gunicorn({**env, "REQUIRE_SECOND_FACTOR": "0"}, folder / "gunicorn.log"):
        yield Site(port)


def connected(folder: Path) -> contextlib.closing[sqlite3.Connection]:
    database = sqlite3.connect(folder / "register.sqlite3", isolation_level=None)
    return contextlib.closing(database)


@pytest.fixture
def locked(site: Site, folder: Path) -> Iterator[None]:
    """Another process writes for as long as the test lasts."""
    with connected(folder) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextlib.contextmanager
def soon() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < AT_MOST


@pytest.mark.usefixtures("locked")
def test_staff_sign_in_and_out(site: Site) -> None:
    with soon():
        answer, _page, browser = site.sign_in_as("ann", PASSWORD)
        assert (answer.status, answer.headers["Location"]) == (302, "/admin/")
        assert browser.open("/admin/").status == 200
    with soon():
        assert browser.send("/accounts/logout/").status == 302
        assert browser.open("/admin/").status == 302


@pytest.mark.usefixtures("locked")
def test_a_code_is_accepted_once(site: Site) -> None:
    with soon():
        answer, _page, browser = site.sign_in_as("ben", PASSWORD)
        assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
        typed = code()
        assert browser.send("/accounts/2fa/authenticate/", code=typed).status == 302
        assert browser.open("/admin/").status == 200
    again = site.sign_in_as("ben", PASSWORD)[2]
    assert again.send("/accounts/2fa/authenticate/", code=typed).status == 200


@pytest.mark.usefixtures("locked")
def test_wrong_passwords_are_counted_all_the_same(site: Site) -> None:
    with soon():
        for _attempt in range(5):
            assert "is wrong" in site.sign_in_as("carl", "wrong")[1]
        assert "That was tried too often." in site.sign_in_as("carl", "wrong")[1]


@pytest.mark.usefixtures("locked")
def test_readers_read(site: Site) -> None:
    with soon():
        for path in ("/", "/changes/", "/api/v1/commitments/", "/accounts/login/"):
            assert site.ask(path)[0].status == 200, path


def test_a_sign_in_is_noted_where_nothing_is_locked(site: Site, folder: Path) -> None:
    site.sign_in_as("ann", PASSWORD)
    with connected(folder) as other:
        [(noted,)] = other.execute("SELECT last_login FROM auth_user WHERE username = 'ann'")
    assert noted is not None
