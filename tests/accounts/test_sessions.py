"""Sessions end when idle, and only the admin keeps them; public pages never touch them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import sign_in, with_app
from tests.test_leaks import LINES

# Forms, whose token against forgery is kept in a cookie.
FORMS = {"subscribe", "webhook-ask"}


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`later(30)`: half an hour passes."""
    moment = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])

    def pass_by(minutes: int) -> None:
        moment[0] += dt.timedelta(minutes=minutes)

    return pass_by


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_an_idle_session_ends(client: Client, ann: User, later: Callable[[int], None]) -> None:
    sign_in(client)
    assert is_in(client)
    later(61)
    assert not is_in(client)


def test_a_busy_session_goes_on(client: Client, ann: User, later: Callable[[int], None]) -> None:
    sign_in(client)
    for _hour in range(4):
        later(50)
        assert is_in(client)


def test_public_pages_do_not_keep_it(
    client: Client, ann: User, later: Callable[[int], None]
) -> None:
    sign_in(client)
    for _visit in range(2):
        later(40)
        client.get("/methodology/")
    assert not is_in(client)


def test_it_is_stored_once_a_minute_at_most(client: Client, ann: User) -> None:
    sign_in(client)
    is_in(client)
    stored = Session.objects.get().expire_date
    with CaptureQueriesContext(connection) as queries:
        is_in(client)
    assert [q["sql"] for q in queries if q["sql"].startswith("UPDATE")] == []
    assert Session.objects.get().expire_date == stored


def test_the_cookie_ends_with_the_browser(client: Client, ann: User) -> None:
    cookie = sign_in(client).cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("name", LINES)
def test_public_pages_set_no_cookie_and_ask_for_no_session(
    client: Client, ann: User, name: str
) -> None:
    sign_in(client)
    for visitor in (Client(), client):
        for address in LINES[name][:2]:
            response = visitor.get(address)
            b"".join(response) if response.streaming else response.content
            if name not in FORMS and response.status_code < 400:
                assert "Set-Cookie" not in str(response.serialize_headers()), address
                assert not response.cookies, address
                assert "Cookie" not in response.headers.get("Vary", ""), address
            assert "sessionid" not in response.cookies, address


def two_sessions(login: str = "ann") -> tuple[Client, Client]:
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, login)
        assert is_in(client)
    return first, second


def test_another_password_ends_the_other_sessions(ann: User) -> None:
    mine, other = two_sessions()
    mine.post(
        "/admin/password_change/",
        {
            "old_password": PASSWORD,
            "new_password1": "quite another",
            "new_password2": "quite another",
        },
    )
    assert (is_in(mine), is_in(other)) == (True, False)


def test_another_email_address_ends_the_other_sessions(ann: User) -> None:
    mine, other = two_sessions()
    ann.refresh_from_db()
    form = mine.get(f"/admin/auth/user/{ann.pk}/change/").context["adminform"].form
    values = {
        k: v for k, v in form.initial.items() if v and k not in {"groups", "user_permissions"}
    }
    values |= {"email": "elsewhere@example.org", "last_login_0": "", "last_login_1": ""}
    values |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    answer = mine.post(f"/admin/auth/user/{ann.pk}/change/", values)
    assert answer.status_code == 302, answer.context["errors"]
    assert User.objects.get(pk=ann.pk).email == "elsewhere@example.org"
    assert (is_in(mine), is_in(other)) == (True, False)


def test_what_an_administrator_changes_ends_all_sessions_of_that_account(ann: User) -> None:
    bob = User.objects.create_superuser("bob", "bob@example.org", PASSWORD)
    key = with_app(bob)
    Authenticator.objects.all().delete()
    for change in ("email", "factor", "password", "nothing"):
        theirs = Client()
        sign_in(theirs, "bob")
        assert is_in(theirs)
        if change == "email":
            bob.email = "robert@example.org"
        elif change == "password":
            bob.set_password("quite another")
        bob.save()
        if change == "factor":
            key = with_app(bob)
            key.delete()
        assert is_in(theirs) is (change == "nothing"), change
        bob.set_password(PASSWORD)
        bob.save()
        cache.clear()


def test_signing_in_does_not_end_the_session_before(ann: User) -> None:
    """It writes the account, too: when it last signed in."""
    assert [is_in(client) for client in two_sessions()] == [True, True]


def test_a_session_kept_under_a_clock_that_was_ahead_ends(
    client: Client, ann: User, later: Callable[[int], None]
) -> None:
    later(10 * 365 * 24 * 60)
    sign_in(client)
    assert is_in(client)
    later(-10 * 365 * 24 * 60)
    assert not is_in(client)
    assert not Session.objects.exists()
