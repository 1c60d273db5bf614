"""The context of every template: the register's name and licence."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tracker.lib.licences import read_licence


def register(request: HttpRequest) -> dict[str, Any]:
    return {
        "register_name": settings.REGISTER_NAME,
        "register_licence": read_licence(settings.REGISTER_LICENCE),
    }
