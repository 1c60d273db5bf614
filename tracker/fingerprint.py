"""One fingerprint of what answers are made of besides the register: settings and program.

Every setting counts, but for secrets and for where things are, which differ between machines that
give the same answers: a setting that is forgotten here costs a page made anew, and never a page
that is out of date.
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
# The parts of the program, beside manage.py.
_PARTS = ("requirements.txt", "static", "templates", "tracker")


@cache
def fingerprint() -> str:
    """The same in every process that runs this program with these settings."""
    values = {
        name: getattr(settings, name)
        for name in sorted(set(dir(settings)) - _NOT_IN_ANSWERS)
        if name.isupper()
    }
    root: Path = settings.BASE_DIR
    told = json.dumps(values, default=_plain).replace(str(root), "")
    return hashlib.sha256(f"{program(root)} {told}".encode()).hexdigest()


@cache
def program(root: Path) -> str:
    """A digest of the program's own files."""
    digest = hashlib.sha256()
    for path in _files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    found = [path for part in _PARTS for path in [root / part, *(root / part).rglob("*")]]
    return sorted(path for path in found if path.is_file() and path.suffix != ".pyc")


def _plain(value: Any) -> Any:
    """What JSON has no form for; sets in one order."""
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)


def _forget(**changed: Any) -> None:
    fingerprint.cache_clear()


# Settings change in tests alone.
setting_changed.connect(_forget)
