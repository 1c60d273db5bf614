"""Signing in by password: who gets in, what the page betrays, how often one may try."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, get_resolver
from pytest_django import Settings

from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import sign_in, signed_in

WRONG = "The user name or the password is wrong."


def words(client: Client, login: str, password: str) -> str:
    """The answer to a wrong password, without what was typed and the form's token."""
    page = sign_in(client, login, password).content.decode()
    assert not signed_in(client)
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", page).replace(login, "X")


@pytest.mark.parametrize("login", ["ann", "ann.lee@example.org", "ANN.LEE@EXAMPLE.ORG"])
def test_user_name_or_email_both_sign_in(client: Client, ann: User, login: str) -> None:
    response = sign_in(client, login)
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_nothing_says_which_accounts_exist(client: Client, ann: User) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_staff=True, is_active=False)
    User.objects.create_user("reader", password=PASSWORD)
    told = words(client, "nobody", "wrong")
    assert WRONG in told
    assert words(client, "ann", "wrong") == told
    assert words(client, "nobody@example.org", "wrong") == told
    assert words(client, "ann.lee@example.org", "wrong") == told
    assert words(client, "gone", PASSWORD) == told
    assert words(client, "reader", "wrong") == told


def test_an_account_without_staff_status_is_told_so_by_its_own_password(
    client: Client, ann: User
) -> None:
    """In a group, which is not enough: an administrator forgot a tick."""
    reader = User.objects.create_user("reader", password=PASSWORD)
    reader.groups.add(Group.objects.get(name="Contributor"))
    page = client.post("/accounts/login/", {"login": "reader", "password": PASSWORD}, follow=True)
    assert "it lacks “Staff status”. Ask an administrator to tick " in page.content.decode()
    assert not signed_in(client)
    assert client.get("/admin/").status_code == 302
    User.objects.update(is_staff=True)
    sign_in(client, "reader")
    assert signed_in(client)


@pytest.mark.parametrize(
    "login", ["ann", "nobody", "ann.lee@example.org", "nobody@example.org", "gone", "sso-only"]
)
def test_one_password_is_hashed_whatever_is_typed(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_staff=True, is_active=False)
    User.objects.create_user("sso-only", is_staff=True)
    hashed: list[str] = []
    encode: Callable[..., str] = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(client, login, "wrong")
    assert len(hashed) == 1


def test_two_accounts_with_one_address_sign_in_by_name(client: Client, ann: User) -> None:
    User.objects.create_user("bob", "ann.lee@example.org", PASSWORD, is_staff=True)
    sign_in(client, "ann.lee@example.org")
    assert not signed_in(client)
    sign_in(client, "bob")
    assert signed_in(client)


def test_after_five_wrong_passwords_the_right_one_waits_too(client: Client, ann: User) -> None:
    for _attempt in range(5):
        assert WRONG in sign_in(client, password="wrong").content.decode()
    for password in ("wrong", PASSWORD):
        page = sign_in(client, password=password).content.decode()
        assert "That was tried too often. Wait five minutes, then try again." in page
        assert not signed_in(client)


SAME_NAME = (
    *(
        "ann",
        " ann\t",
        "\u00a0ann\u2003",
        "a\x01nn",
        "\x02\x03ann",
        "an\x7fn",
        "ann\x85",
        "a\x9fnn",
    ),
    *(
        "ann.lee@example.org",
        "ANN.LEE@EXAMPLE.ORG",
        "Ann.Lee@Example.org\x01",
        "ann.\x02lee@example.org",
    ),
)


def test_guesses_count_under_the_name_that_signing_in_finds(
    ann: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Sixty ways to write one account, from as many networks and by as many hosts: five tries."""
    settings.ALLOWED_HOSTS = [".testserver"]
    checked: list[str] = []

    def check(self: User, password: str) -> bool:
        checked.append(password)
        return password == PASSWORD

    monkeypatch.setattr(User, "check_password", check)
    for number in range(60):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}", HTTP_HOST=f"h{number}.testserver")
        sign_in(client, SAME_NAME[number % len(SAME_NAME)], f"wrong{number}")
    assert len(checked) == 5
    for login in SAME_NAME:
        client = Client(REMOTE_ADDR="198.51.100.1")
        page = sign_in(client, login).content.decode()
        assert "That was tried too often." in page
        assert not signed_in(client)


@pytest.mark.parametrize("name", ["ann", "nobody", "ann.lee@example.org", "nobody@example.org"])
def test_the_limit_does_not_say_which_accounts_exist(client: Client, ann: User, name: str) -> None:
    """Every spelling of a name is counted as that name, whether an account has it or not."""
    full_width = chr(ord(name[0]) + 0xFEE0) + name[1:]
    for spelling in ("", "\x01", "\x02", "\t", "\u200b"):
        assert WRONG in sign_in(client, name + spelling, "wrong").content.decode()
    for spelling in (name, f" {name.upper()}\x01", full_width, f"{name[0]}\u200b{name[1:]}"):
        client.defaults["REMOTE_ADDR"] = f"203.0.113.{ord(spelling[1]) % 256}"
        assert "That was tried too often." in sign_in(client, spelling, "w").content.decode()


def test_a_user_name_with_accents_signs_in_however_they_are_composed(db: None) -> None:
    """Django keeps user names in one form of Unicode (NFKC); keyboards send either."""
    User.objects.create_user("jos\u00e9", password=PASSWORD, is_staff=True)
    for login in ("jos\u00e9", "jose\u0301"):
        client = Client()
        sign_in(client, login)
        assert signed_in(client)


def test_a_network_may_not_try_many_names(client: Client, ann: User) -> None:
    for number in range(10):
        assert WRONG in sign_in(client, f"name{number}", "wrong").content.decode()
    assert "That was tried too often." in sign_in(client).content.decode()
    assert not signed_in(client)


def test_whoever_posts_without_end_gets_429_in_words(client: Client, ann: User) -> None:
    answers = [sign_in(client, "", "") for _attempt in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "That was tried too often" in answers[-1].content.decode()


@pytest.mark.parametrize("login", ["\0", "x" * 5000, "😀", "' OR 1=1", "a@b"])
def test_any_login_gets_a_sentence(client: Client, ann: User, login: str) -> None:
    page = sign_in(client, login).content.decode()
    assert "errornote" in page
    assert not signed_in(client)


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("/admin/tracker/party/?q=x", "/admin/tracker/party/?q=x"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/", "/admin/"),
        ("https://other.testserver/", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("\\\\evil.example", "/admin/"),
    ],
)
def test_next_leads_only_to_this_host(
    client: Client, ann: User, settings, wish: str, place: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", ".testserver"]
    assert sign_in(client, next=wish)["Location"] == place


def test_the_admin_sends_to_the_one_way_in_and_back(client: Client, ann: User) -> None:
    asked = client.get("/admin/tracker/party/", follow=True)
    assert asked.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2Ftracker%2Fparty%2F"
    assert 'name="next" value="/admin/tracker/party/"' in asked.content.decode()
    assert client.post("/admin/login/", {"username": "ann", "password": PASSWORD})[
        "Location"
    ].startswith("/accounts/login/")
    assert not signed_in(client)


def test_there_is_no_sign_up(client: Client, db: None) -> None:
    for method in (client.get, client.post):
        assert method("/accounts/signup/").status_code == 404
    for address in ("/accounts/", "/accounts/email/", "/accounts/password/change/"):
        assert client.get(address).status_code == 404


def test_only_these_addresses_are_open() -> None:
    [ours] = [p for p in get_resolver().url_patterns if str(p.pattern) == "accounts/"]
    names = {p.name for p in ours.url_patterns if isinstance(p, URLPattern)}
    assert names == {
        *("account_login", "account_logout", "account_signup", "account_reauthenticate"),
        *("account_reset_password", "account_reset_password_done"),
        *("account_reset_password_from_key", "account_reset_password_from_key_done"),
        *("mfa_index", "mfa_authenticate", "mfa_reauthenticate"),
        *("mfa_activate_totp", "mfa_totp_picture", "mfa_deactivate_totp"),
        *("mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
        *("mfa_list_webauthn", "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"),
        *("mfa_login_webauthn", "mfa_reauthenticate_webauthn"),
        *("sign_in_elsewhere", "openid_connect_callback"),
    }


def test_signing_out(client: Client, ann: User) -> None:
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert signed_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert not signed_in(client)
