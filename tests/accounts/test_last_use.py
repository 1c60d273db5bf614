"""When an account and a factor were last used, also where that could not be written at once."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from tests.accounts.signing_in import code, sign_in, signed_in, with_app
from tracker.accounts.gate import SEEN, STEP
from tracker.accounts.last_use import UNNOTED


@pytest.fixture
def _accounts_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where sessions are in a file of their own: only what concerns accounts is locked."""
    usual = QuerySet.update

    def update(self: QuerySet[User], **values: object) -> int:
        if values.keys() & {"last_login", "last_used_at"}:
            raise OperationalError("database is locked")
        return usual(self, **values)

    monkeypatch.setattr(QuerySet, "update", update)


@pytest.mark.usefixtures("_accounts_locked")
def test_django_does_not_note_it_as_well(client: Client, ann: User) -> None:
    sign_in(client)
    assert signed_in(client)
    assert User.objects.get().last_login is None


def test_a_factor_is_noted(client: Client, ann: User) -> None:
    with_app(ann)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert Authenticator.objects.get().last_used_at is not None
    assert User.objects.get().last_login is not None


@pytest.mark.usefixtures("_accounts_locked")
def test_or_left_out(client: Client, ann: User) -> None:
    with_app(ann)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert signed_in(client)
    assert Authenticator.objects.get().last_used_at is None


@pytest.mark.usefixtures("_accounts_locked")
def test_a_later_page_notes_the_sign_in(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    monkeypatch.undo()
    assert client.get("/admin/").status_code == 200
    assert User.objects.get().last_login is None
    session = client.session
    session[SEEN] -= STEP
    session.save()
    client.get("/admin/")
    noted = User.objects.get().last_login
    assert noted is not None
    assert timezone.now() - noted < dt.timedelta(minutes=1)
    assert UNNOTED not in client.session
