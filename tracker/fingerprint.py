"""A fingerprint of the program and its settings, as part of every cache key.

Every setting counts except secrets and locations, which differ between machines that give the same
responses. A setting missing from that list costs a cache miss, never a stale page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

_NOT_IN_ANSWERS = frozenset(
    (
        *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASES", "CACHES", "LOGGING"),
        *("EMAIL_URL", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"),
        *("OIDC_CLIENT_SECRET", "SOCIALACCOUNT_PROVIDERS", "STATIC_ROOT"),
    )
)
# The parts of the program, besides manage.py.
_PARTS = ("requirements.txt", "static", "templates", "tracker")


@cache
def fingerprint() -> str:
    """Return a digest that is equal in every process with this program and these settings."""
    values = {
        name: getattr(settings, name)
        for name in sorted(set(dir(settings)) - _NOT_IN_ANSWERS)
        if name.isupper()
    }
    root: Path = settings.BASE_DIR
    settings_json = json.dumps(values, default=_plain).replace(str(root), "")
    return hashlib.sha256(f"{program(root)} {settings_json}".encode()).hexdigest()


@cache
def program(root: Path) -> str:
    """Return a digest of the program's files."""
    digest = hashlib.sha256()
    for path in _files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    paths = [path for part in _PARTS for path in [root / part, *(root / part).rglob("*")]]
    return sorted(path for path in paths if path.is_file() and path.suffix != ".pyc")


def _plain(value: Any) -> Any:
    """Convert a value that JSON cannot represent; sort sets."""
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)


def _forget(**changed: Any) -> None:
    fingerprint.cache_clear()


# Settings change only in tests.
setting_changed.connect(_forget)
