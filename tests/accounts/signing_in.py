"""What somebody does who signs in: fill in the form, read codes off an app."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.accounts.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXP"


def sign_in(
    client: Client, login: str = "ann", password: str = PASSWORD, **more: str
) -> HttpResponse:
    return client.post("/accounts/login/", {"login": login, "password": password, **more})


def code(secret: str = SECRET) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_app(user: User) -> Authenticator:
    return TOTP.activate(user, SECRET).instance


def with_recovery_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).generate_codes()


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
