"""The cache that processes share through a table of the database, where none else is named."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import transaction


class SharedTable(DatabaseCache):
    """Django's, save that `add` raises OperationalError while the database takes nothing.

    Django's returns False then, as if the key was there: whoever signs in while an import holds
    SQLite's database would be refused as somebody who has tried too often.
    """

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        with transaction.atomic():  # on SQLite it begins with the lock that a writer needs
            added: bool = super().add(key, value, timeout, version)
        return added
