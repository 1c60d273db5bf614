"""Django's database cache, for processes that share no other cache."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import transaction


class SharedTable(DatabaseCache):
    """Make `add` raise OperationalError while the database cannot be written.

    Django's returns False then, as if the key existed: people who sign in while an import has
    locked SQLite's database would be refused for too many attempts.
    """

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        with transaction.atomic():  # on SQLite it takes the write lock at once
            added: bool = super().add(key, value, timeout, version)
        return added
