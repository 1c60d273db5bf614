"""Passkeys in a browser, by Chromium's virtual authenticator; and the pages that carry them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Page, expect

PASSWORD = "a long password"


@pytest.fixture
def ann(site: str) -> User:
    cache.clear()
    return User.objects.create_superuser("ann", password=PASSWORD)


@pytest.fixture
def authenticator(page: Page, ann: User) -> Callable[[bool], None]:
    """A key in the machine; `authenticator(False)` has it refuse from now on."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )["authenticatorId"]

    def accept(willing: bool) -> None:
        devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": willing}
        )

    return accept


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/?next=/accounts/2fa/")
    page.get_by_label("User name or e-mail address").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_added_and_signs_in_without_the_password(
    page: Page, authenticator: Callable[[bool], None], settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    sign_in(page)
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/accounts/2fa/$"))
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them; on to the admin").click()
    expect(page.get_by_role("heading", name="The register’s records")).to_be_visible()

    page.goto("/accounts/2fa/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="The register’s records")).to_be_visible()

    # After the password, the same key is the second factor.
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("strong")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_passkey_that_is_not_there_is_told_in_words(
    page: Page, authenticator: Callable[[bool], None]
) -> None:
    authenticator(False)
    sign_in(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_fits_a_narrow_window(page: Page, ann: User, scheme: str) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.emulate_media(color_scheme=scheme)
    for place in ("/accounts/login/", "/accounts/password/reset/"):
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, place
    sign_in(page)
    for place in ("", "totp/activate/", "webauthn/add/", "webauthn/"):
        page.goto(f"/accounts/2fa/{place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, place
    page.goto("/accounts/2fa/totp/activate/")
    assert page.evaluate("document.querySelector('.accounts-qr').naturalWidth") > 0
