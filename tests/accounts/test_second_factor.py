"""The second factor: compulsory where it is set so, by app, recovery codes or passkey."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import (
    SECRET,
    code,
    sign_in,
    signed_in,
    with_app,
    with_recovery_codes,
)
from tests.admin.test_access import EVERY_ADDRESS

OPEN = {"/admin/login/", "/admin/logout/", "/admin/jsi18n/"}


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code holds for half a minute, which must not end within a test."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.fixture
def _compulsory(settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.mark.usefixtures("_compulsory")
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_the_admin_answers_before_one_is_set_up(
    client: Client, ann: User, method: str
) -> None:
    sign_in(client)
    for address in EVERY_ADDRESS:
        if address not in OPEN:
            answer = getattr(client, method)(address)
            assert (answer.status_code, answer.headers.get("Location")) == (
                302,
                "/accounts/2fa/",
            ), address


@pytest.mark.django_db(transaction=True)  # the session learns of it when it is committed
@pytest.mark.usefixtures("_compulsory")
def test_setting_up_an_app_opens_the_admin(client: Client, ann: User) -> None:
    sign_in(client)
    page = client.get("/admin/", follow=True).content.decode()
    assert "Set up an app that shows codes" in page
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    picture = client.get("/accounts/2fa/totp/activate/qr.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture["Cache-Control"]
    assert b"<svg" in picture.content
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "This code is wrong or was used." in wrong.content.decode()
    assert secret[1] in wrong.content.decode()  # the app has read this one
    done = client.post("/accounts/2fa/totp/activate/", {"code": code(secret[1])})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", codes)) == 10
    assert client.get("/admin/").status_code == 200
    again = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert re.findall(r"\d{8}", again) == []  # shown once
    onlooker = Client()
    sign_in(onlooker)
    onlooker.post("/accounts/2fa/authenticate/", {"code": code(secret[1])})
    assert not signed_in(onlooker)  # the code that set it up was used


@pytest.mark.usefixtures("_compulsory")
def test_a_session_with_the_password_alone_stays_outside(client: Client, ann: User) -> None:
    """Whoever got in by the password before does not come along when a factor is set up."""
    sign_in(client)
    with_app(ann)
    answer = client.get("/admin/tracker/party/?q=x")
    assert answer["Location"] == (
        "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Ftracker%2Fparty%2F%3Fq%3Dx"
    )
    done = client.post(answer["Location"], {"code": code()})
    assert done["Location"] == "/admin/tracker/party/?q=x"
    assert client.get("/admin/").status_code == 200


def test_without_the_setting_nobody_is_asked(client: Client, ann: User) -> None:
    sign_in(client)
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("_compulsory")
def test_a_code_of_the_app_signs_in_once(client: Client, ann: User) -> None:
    with_app(ann)
    shown = code()
    for attempt, gets_in in ((client, True), (Client(), False)):
        assert sign_in(attempt)["Location"] == "/accounts/2fa/authenticate/"
        assert not signed_in(attempt)
        assert attempt.get("/admin/")["Location"].startswith("/admin/login/")
        attempt.post("/accounts/2fa/authenticate/", {"code": shown})
        assert signed_in(attempt) is gets_in


@pytest.mark.usefixtures("_compulsory")
def test_a_recovery_code_signs_in_once(client: Client, ann: User) -> None:
    with_app(ann)
    first = with_recovery_codes(ann)[0]
    for attempt, gets_in in ((client, True), (Client(), False)):
        sign_in(attempt)
        attempt.post("/accounts/2fa/authenticate/", {"code": first})
        assert signed_in(attempt) is gets_in
    assert client.get("/admin/").status_code == 200


def test_codes_cannot_be_guessed_without_end(client: Client, ann: User) -> None:
    with_app(ann)
    sign_in(client)
    for _attempt in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    page = client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert "That was tried too often." in page.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize(
    "address", ["/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/login/"]
)
@pytest.mark.parametrize(
    "junk", ["", "x", "{}", "[]", "null", "1", '{"id": 1, "response": {}}', "\0"]
)
def test_a_passkey_that_is_junk_is_refused(
    client: Client, ann: User, address: str, junk: str
) -> None:
    with_app(ann)
    if "login" not in address:
        sign_in(client)
    else:
        client.get(address, headers={"accept": "application/json"})
    answer = client.post(address, {"credential": junk})
    assert answer.status_code in {200, 302}
    assert not signed_in(client)


@pytest.mark.parametrize("junk", ["x", "{}", "[]", "null", "1", '{"id": 1, "response": {}}'])
def test_adding_junk_as_a_passkey_is_refused(client: Client, ann: User, junk: str) -> None:
    sign_in(client)
    client.get("/accounts/2fa/webauthn/add/")
    answer = client.post("/accounts/2fa/webauthn/add/", {"name": "My key", "credential": junk})
    assert answer.status_code == 200
    assert 'value="My key"' in answer.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(("compulsory", "left"), [(True, 1), (False, 0)])
def test_the_last_factor_stays_where_one_is_compulsory(
    client: Client, ann: User, settings: Settings, compulsory: bool, left: int
) -> None:
    settings.REQUIRE_SECOND_FACTOR = compulsory
    with_app(ann)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    page = client.post("/accounts/2fa/totp/deactivate/").content.decode()
    assert ("this is your last one" in page) is compulsory
    assert Authenticator.objects.count() == left


@pytest.mark.parametrize(("compulsory", "left"), [(True, 1), (False, 0)])
def test_the_last_passkey_stays_where_one_is_compulsory(
    client: Client, ann: User, settings: Settings, compulsory: bool, left: int
) -> None:
    settings.REQUIRE_SECOND_FACTOR = compulsory
    with_app(ann)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    key = Authenticator.objects.create(
        user=ann, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    client.post("/accounts/2fa/totp/deactivate/")
    assert list(Authenticator.objects.all()) == [key]
    client.post(f"/accounts/2fa/webauthn/{key.pk}/remove/")
    assert Authenticator.objects.count() == left


PAGES_OF_FACTORS = (
    *("", "totp/activate/", "totp/activate/qr.svg", "totp/deactivate/"),
    *("recovery-codes/", "recovery-codes/generate/"),
    *("webauthn/", "webauthn/add/", "webauthn/1/edit/", "webauthn/1/remove/"),
)


def test_each_page_of_the_factors_is_looked_at() -> None:
    [ours] = [p for p in get_resolver().url_patterns if str(p.pattern) == "accounts/"]
    places = {str(p.pattern).replace("<int:pk>", "1") for p in ours.url_patterns}
    proving = {"authenticate/", "reauthenticate/", "webauthn/login/", "webauthn/reauthenticate/"}
    assert {place[4:] for place in places if place.startswith("2fa/")} == {
        *PAGES_OF_FACTORS,
        *proving,
    }


@pytest.mark.parametrize("compulsory", [True, False])
@pytest.mark.parametrize("method", ["get", "post"])
def test_once_there_is_a_factor_its_pages_ask_for_it(
    client: Client, ann: User, settings: Settings, compulsory: bool, method: str
) -> None:
    """A session with the password alone makes no recovery codes and adds or removes nothing."""
    settings.REQUIRE_SECOND_FACTOR = compulsory
    sign_in(client)
    with_app(ann)
    before = list(Authenticator.objects.values())
    for place in PAGES_OF_FACTORS:
        answer = getattr(client, method)(f"/accounts/2fa/{place}")
        back = f"%2Faccounts%2F2fa%2F{place if method == 'get' else ''}".replace("/", "%2F")
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"/accounts/2fa/reauthenticate/?next={back}",
        ), place
    # Nor by the password once more, which allauth would take.
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    assert list(Authenticator.objects.values()) == before


def test_the_factor_itself_opens_its_pages_for_a_while(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    with_app(ann)
    proven = client.post("/accounts/2fa/reauthenticate/?next=/accounts/2fa/", {"code": code()})
    assert proven["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    now = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: now)
    assert client.get("/accounts/2fa/").status_code == 302
    assert client.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    assert not Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).exists()


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_ends_the_other_sessions(client: Client, ann: User) -> None:
    thief, bob = Client(), Client()
    User.objects.create_superuser("bob", password=PASSWORD)
    sign_in(thief)
    sign_in(bob, "bob")
    sign_in(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    client.post("/accounts/2fa/totp/activate/", {"code": code(secret[1])})
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200
    assert thief.get("/accounts/2fa/recovery-codes/")["Location"].startswith("/accounts/login/")
    assert not signed_in(thief)
    assert signed_in(bob)


@pytest.mark.django_db(transaction=True)
def test_a_passkey_ends_the_other_sessions_too(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SimpleNamespace(is_user_verified=lambda: True)
    monkeypatch.setattr(webauthn, "parse_registration_response", lambda credential: None)
    monkeypatch.setattr(webauthn, "complete_registration", lambda credential: key)
    thief = Client()
    sign_in(thief)
    sign_in(client)
    client.post("/accounts/2fa/webauthn/add/", {"name": "My key", "credential": '{"id": "x"}'})
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()
    assert signed_in(client)
    assert not signed_in(thief)


@pytest.mark.parametrize(
    ("place", "ends"), [("totp/deactivate", True), ("recovery-codes/generate", False)]
)
def test_removing_one_ends_the_other_sessions(
    client: Client, ann: User, place: str, ends: bool
) -> None:
    """New recovery codes do not: they are none of the factors, and who makes them has shown one."""
    other = Client()
    sign_in(other)
    sign_in(client)
    with_app(ann)
    client.post("/accounts/2fa/reauthenticate/", {"code": code()})
    assert client.post(f"/accounts/2fa/{place}/").status_code == 302
    assert signed_in(client)
    assert signed_in(other) is not ends


@pytest.mark.parametrize("place", ["authenticate", "reauthenticate"])
def test_codes_of_every_kind_count_together(client: Client, ann: User, place: str) -> None:
    """From as many networks as one likes; recovery codes too."""
    if place == "reauthenticate":
        sign_in(client)
    with_app(ann)
    recovery = with_recovery_codes(ann)[0]
    if place == "authenticate":
        sign_in(client)
    for number in range(5):
        client.defaults["REMOTE_ADDR"] = f"203.0.113.{number}"
        client.post(f"/accounts/2fa/{place}/", {"code": f"0000000{number}"[: 6 + 2 * (number % 2)]})
    for right in (code(), recovery):
        client.defaults["REMOTE_ADDR"] = "198.51.100.1"
        page = client.post(f"/accounts/2fa/{place}/", {"code": right})
        assert "That was tried too often." in page.content.decode()


def test_nobody_else_may_remove_a_passkey(client: Client, ann: User) -> None:
    bob = User.objects.create_user("bob", is_staff=True)
    key = Authenticator.objects.create(
        user=bob, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    sign_in(client)
    assert client.post(f"/accounts/2fa/webauthn/{key.pk}/remove/").status_code == 404


def test_an_administrator_deletes_what_was_lost_and_sees_no_secret(
    client: Client, ann: User
) -> None:
    key = with_app(User.objects.create_user("bob", is_staff=True))
    sign_in(client)
    for address in ("/admin/mfa/authenticator/", f"/admin/mfa/authenticator/{key.pk}/change/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "bob" in page.content.decode()
        assert SECRET not in page.content.decode()
    assert client.get("/admin/mfa/authenticator/add/").status_code == 403
    client.post(f"/admin/mfa/authenticator/{key.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()


def test_the_pages_of_the_factors_ask_who_is_there(client: Client, db: None) -> None:
    for place in ("", "totp/activate/", "totp/activate/qr.svg", "recovery-codes/", "webauthn/"):
        answer = client.get(f"/accounts/2fa/{place}")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/"), place


def test_no_page_has_script_or_style_inside(client: Client, ann: User) -> None:
    """The content security policy would stop it; data for scripts is no script."""
    sign_in(client)
    pages = [Client().get("/accounts/login/")]
    pages += [
        client.get(f"/accounts/2fa/{place}")
        for place in (
            "",
            "totp/activate/",
            "webauthn/add/",
            "webauthn/",
            "recovery-codes/generate/",
        )
    ]
    for page in pages:
        html = page.content.decode()
        assert page.status_code in {200, 302}
        assert " style=" not in html
        assert "<style" not in html
        for tag in re.findall(r"<script[^>]*>", html):
            assert " src=" in tag or 'type="application/json"' in tag, tag
