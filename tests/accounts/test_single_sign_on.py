"""Sign-in by OpenID Connect, against a provider that lives in this file."""

from __future__ import annotations

import json
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import code, sign_in, signed_in, with_app
from tracker.checks import single_sign_on_is_whole

SERVER = "https://login.example.org"
BEGIN = "/accounts/oidc/sso/login/"
BACK = "/accounts/oidc/sso/login/callback/"
REFUSED = "No account here has the verified e-mail address that the provider gave."
FAILED = "Signing in there did not work. Try again, or sign in here."


class Provider:
    """What the provider says of who signs in; `down` makes it fail."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {
            "sub": "4711",
            "email": "ann.lee@example.org",
            "email_verified": True,
        }
        self.down = False
        self.asked: list[requests.PreparedRequest] = []

    def answer(self, session: requests.Session, asked: requests.PreparedRequest, **_how: Any):
        self.asked.append(asked)
        if self.down:
            raise requests.ConnectionError("no route")
        token = {"iss": SERVER, "aud": "register", "exp": time.time() + 60, **self.claims}
        said: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": SERVER,
                "authorization_endpoint": f"{SERVER}/authorize",
                "token_endpoint": f"{SERVER}/token",
                "userinfo_endpoint": f"{SERVER}/userinfo",
                "jwks_uri": f"{SERVER}/keys",
            },
            "/token": {
                "access_token": "a",
                "id_token": jwt.encode(token, "k" * 32, algorithm="HS256"),
            },
            "/userinfo": self.claims,
        }
        response = requests.Response()
        response.status_code = 200
        response.headers["content-type"] = "application/json"
        response._content = json.dumps(said[urlsplit(str(asked.url)).path]).encode()
        return response


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Provider:
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = SERVER, "Ministry"
    app = {
        "provider_id": "sso",
        "name": "Ministry",
        "client_id": "register",
        "secret": "s",
        "settings": {"server_url": SERVER},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    provider = Provider()
    monkeypatch.setattr(
        requests.Session, "send", lambda session, asked, **how: provider.answer(session, asked)
    )
    return provider


def begin(client: Client, **more: str) -> dict[str, list[str]]:
    """Press the button; what the provider is asked."""
    page = client.post(BEGIN, more).content.decode()
    place = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert place, page
    return parse_qs(urlsplit(place[1].replace("&amp;", "&")).query)


def come_back(client: Client, asked: dict[str, list[str]], follow: bool = True):
    return client.get(BACK, {"code": "c", "state": asked["state"][0]}, follow=follow)


def test_a_verified_address_opens_the_account_that_has_it(
    client: Client, ann: User, provider: Provider
) -> None:
    assert "Sign in with Ministry" in client.get("/accounts/login/").content.decode()
    asked = begin(client, next="/admin/tracker/party/")
    assert asked["client_id"] == ["register"]
    assert asked["redirect_uri"] == [f"http://testserver{BACK}"]
    assert asked["code_challenge_method"] == ["S256"]
    answer = come_back(client, asked, follow=False)
    assert answer["Location"] == "/admin/tracker/party/"
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert not SocialAccount.objects.exists()  # nothing is linked
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@example.org"},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email": ""},
        {"email": None},
        {"email": "ann.lee@example.org\0"},
        {"email": "reader@example.org"},
        {"email": "gone@example.org"},
        {"email": "twice@example.org"},
    ],
    ids=str,
)
def test_nobody_else_comes_in_and_no_account_is_made(
    client: Client, ann: User, provider: Provider, claims: dict[str, Any]
) -> None:
    make = User.objects.create_user
    make("reader", "reader@example.org")
    make("gone", "gone@example.org", is_staff=True, is_active=False)
    make("one", "twice@example.org", is_staff=True)
    make("two", "twice@example.org", is_staff=True)
    provider.claims |= claims
    page = come_back(client, begin(client))
    assert page.redirect_chain[-1][0] == "/accounts/login/"
    assert REFUSED in page.content.decode()
    assert not signed_in(client)
    assert User.objects.count() == 5


def test_the_register_asks_for_its_own_second_factor_too(
    client: Client, ann: User, provider: Provider, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    come_back(client, begin(client), follow=False)
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"
    with_app(ann)
    other = Client()
    assert come_back(other, begin(other), follow=False)["Location"] == (
        "/accounts/2fa/authenticate/"
    )
    assert not signed_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": code()})
    assert other.get("/admin/").status_code == 200


def test_a_provider_that_is_down_is_told_in_words(
    client: Client, ann: User, provider: Provider
) -> None:
    asked = begin(client)
    provider.down = True
    assert FAILED in client.post(BEGIN, follow=True).content.decode()
    assert FAILED in come_back(client, asked).content.decode()


@pytest.mark.parametrize(
    "query", ["", "?error=access_denied", "?code=c", "?code=c&state=made-up", "?state=%00"]
)
def test_coming_back_without_having_gone(
    client: Client, ann: User, provider: Provider, query: str
) -> None:
    assert FAILED in client.get(f"{BACK}{query}", follow=True).content.decode()
    assert not signed_in(client)


def test_a_token_for_somebody_else_is_refused(
    client: Client, ann: User, provider: Provider
) -> None:
    provider.claims["aud"] = "another-program"
    assert FAILED in come_back(client, begin(client)).content.decode()
    assert not signed_in(client)


def test_accounts_are_not_linked(client: Client, ann: User, provider: Provider) -> None:
    sign_in(client)
    for process in ("connect", "redirect"):
        assert client.post(BEGIN, {"process": process}).status_code == 404
        assert client.post(f"{BEGIN}?process={process}").status_code == 404


def test_it_begins_only_by_the_button(client: Client, ann: User, provider: Provider) -> None:
    assert client.get(BEGIN).status_code == 405
    assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403


def test_without_the_setting_there_is_none(client: Client, ann: User) -> None:
    assert "sso" not in client.get("/accounts/login/").content.decode()
    assert client.post(BEGIN).status_code == 404
    assert client.get(BACK).status_code == 404


@pytest.mark.parametrize("missing", ["OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_a_configuration_is_told(settings: Settings, missing: str) -> None:
    assert single_sign_on_is_whole(None) == []
    for name in ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        setattr(settings, name, "" if name == missing else "x")
    [error] = single_sign_on_is_whole(None)
    assert (error.id, missing in error.msg) == ("tracker.E003", True)
