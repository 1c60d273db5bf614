"""System checks that report a wrong deployment."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from tracker.lib.licences import read_licence

# FTS5's trigram tokenizer, which the search needs to match parts of words in any script.
OLDEST_SQLITE = (3, 34, 0)


@register(Tags.compatibility)
def sqlite_can_search(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    on_sqlite = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    if not on_sqlite or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return []
    return [
        Error(
            f"SQLite {sqlite3.sqlite_version} has no trigram search.",
            hint="Use a Python built with SQLite 3.34 or newer, or PostgreSQL by DATABASE_URL.",
            id="tracker.E001",
        )
    ]


@register(Tags.compatibility)
def rules_have_sensible_numbers(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    limits = {
        "QUIET_AFTER_MONTHS": (1, 1200),
        "DUE_SOON_DAYS": (0, 3650),
        "LONG_POLL_WAITERS": (0, 1000),
        "FILES_AT_ONCE": (1, 1000),
        "ANSWERS_AT_ONCE": (1, 1000),
        "COSTLY_ANSWERS_AT_ONCE": (1, 1000),
        "SESSION_IDLE_MINUTES": (1, 10_080),
        "LOG_MAX_SILENCE_DAYS": (2, 36_500),
    }
    return [
        Error(
            f"{name} is {getattr(settings, name)}.",
            hint=f"Set {name} to a whole number from {least} to {most}.",
            id="tracker.E002",
        )
        for name, (least, most) in limits.items()
        if not least <= getattr(settings, name) <= most
    ]


@register(Tags.compatibility)
def licence_can_be_named(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    try:
        read_licence(settings.REGISTER_LICENCE)
    except ValueError as error:
        return [
            Error(
                f"REGISTER_LICENCE: {error}.",
                hint="Set it to an SPDX identifier such as CC-BY-4.0, or to an https address.",
                id="tracker.E004",
            )
        ]
    return []


@register(Tags.security)
def single_sign_on_is_whole(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    names = ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    missing = [name for name in names if not getattr(settings, name)]
    if not 0 < len(missing) < len(names):
        return []
    return [
        Error(
            f"Single sign-on is set up in part: {', '.join(missing)} not set.",
            hint=f"Set all of {', '.join(names)}, or none for no single sign-on.",
            id="tracker.E003",
        )
    ]


@register(Tags.compatibility)
def replica_is_of_the_same_kind(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    replica = settings.DATABASES.get("replica")
    engines = {settings.DATABASES["default"]["ENGINE"], (replica or {}).get("ENGINE")}
    if replica is None or engines == {"django.db.backends.postgresql"}:
        return []
    return [
        Error(
            "DATABASE_REPLICA_URL needs PostgreSQL.",
            hint="Set DATABASE_URL and DATABASE_REPLICA_URL to a PostgreSQL and its replica.",
            id="tracker.E005",
        )
    ]
