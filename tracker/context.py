"""What every template may know: the register's name."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def register(request: HttpRequest) -> dict[str, str]:
    return {"register_name": settings.REGISTER_NAME}
