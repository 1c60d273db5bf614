"""The context of every template: the register's name and licence, and its single sign-on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tracker.lib.licences import read_licence


def register(request: HttpRequest) -> dict[str, Any]:
    return {
        "register_name": settings.REGISTER_NAME,
        "register_licence": read_licence(settings.REGISTER_LICENCE),
        # After "Sign in with"; empty if there is none.
        "single_sign_on": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
    }
