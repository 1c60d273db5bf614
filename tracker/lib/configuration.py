"""Values of Django settings that take more than a line to make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Close at the start, since most receivers that fail are being restarted; then wide, to last over a
# weekend: about three days altogether.
RETRY_SECONDS = [5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 57600, 86400]


def secret_key(given: str, *, file: Path | None) -> str:
    """Return the given key, else that of a developer's `file`, which is created when missing."""
    if given:
        return given
    if file is None:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Put a long random text into the environment variable "
            "SECRET_KEY, or set DEVELOPMENT=1 on a developer's machine."
        )
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(get_random_secret_key(), encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


def public_url(hosts: Sequence[str], *, port: str) -> str:
    """Return the base URL of the first host, or of this machine where that names none."""
    if not hosts or "*" in hosts[0]:
        return f"http://127.0.0.1:{port}"
    return f"https://{hosts[0].removeprefix('.')}"


CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]


def databases(
    given: dict[str, Any],
    *,
    timeout: int,
    max_age: int,
    own_sessions: bool,
    replica: dict[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return DATABASES: what was given, and a second file for sessions beside an SQLite file.

    See `tracker/lib/session_database.py`, and for the replica of a PostgreSQL, `replica.py`.
    """
    # A new connection costs more than most responses, and starts with an empty SQLite page cache.
    given.setdefault("CONN_MAX_AGE", max_age)
    if given["ENGINE"] != "django.db.backends.sqlite3":
        given.setdefault("CONN_HEALTH_CHECKS", True)
        return with_replica({"default": given}, replica) if replica else {"default": given}
    given["OPTIONS"] = sqlite_options(timeout=timeout)
    if not own_sessions:
        return {"default": given}
    return {"default": given, "sessions": {**given, "NAME": f"{given['NAME']}-sessions"}}


def sqlite_options(*, timeout: int) -> dict[str, Any]:
    """Return the options of a connection that waits `timeout` seconds for its turn to write."""
    return {
        # Writers queue at BEGIN instead of failing at COMMIT; readers never wait (WAL).
        "transaction_mode": "IMMEDIATE",
        "timeout": timeout,
        # kB of pages that each connection keeps, and each thread has a connection: the system keeps
        # the same pages once for all.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA cache_size=-8000; "
        # Overwrite deleted data, such as an e-mail address that somebody had erased.
        "PRAGMA secure_delete=ON;",
    }


def with_replica(
    databases: dict[str, dict[str, Any]], replica: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return DATABASES with the replica, so that one that is cut off fails within seconds."""
    # Seconds, of which libpq takes 2 at least, and milliseconds.
    usual = {"connect_timeout": 2, "tcp_user_timeout": 5_000}
    both = {**databases, "replica": {**databases["default"], **replica}}
    return {
        alias: {**database, "OPTIONS": {**usual, **database.get("OPTIONS", {})}}
        for alias, database in both.items()
    }


def counters(cache: dict[str, Any]) -> dict[str, Any]:
    """Return the cache of the counters, with our backends for the database and for Redis."""
    if cache["BACKEND"].endswith("DatabaseCache"):
        cache["BACKEND"] = "tracker.lib.shared_cache.SharedTable"
        # Room for the counters of many networks before the oldest are dropped.
        cache.setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 100_000)
    return _on_redis(cache, "SharedCounters")


def shared_answers(cache: dict[str, Any]) -> dict[str, Any]:
    """Return the cache of whole responses, with our backend for Redis."""
    return _on_redis({**cache, "TIMEOUT": 24 * 3600}, "SharedAnswers")


def _on_redis(cache: dict[str, Any], backend: str) -> dict[str, Any]:
    if not cache["BACKEND"].endswith("RedisCache"):
        return cache
    # django-environ gives it in small letters, which Django ignores.
    prefix = cache.pop("key_prefix", "")
    return {**cache, "KEY_PREFIX": prefix, "BACKEND": f"tracker.lib.shared_cache.{backend}"}


def openid_connect(*, server_url: str, **app: str) -> dict[str, Any]:
    """Return allauth's providers: one OpenID Connect server, or none without its URL."""
    if not server_url:
        return {}
    apps = [{**app, "settings": {"server_url": server_url}}]
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}


def console_logging(level: str) -> dict[str, Any]:
    """Return the configuration of Python's logging: lines without secret tokens."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
        "filters": {"hide_tokens": {"()": "tracker.lib.secret_addresses.HideTokens"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["hide_tokens"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
    }
