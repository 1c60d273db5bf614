"""Django's database cache, for processes that share no other cache."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError, transaction


class SharedTable(DatabaseCache):
    """Make `add` raise OperationalError while the database cannot be written.

    Django's backend returns False then, as if the key existed. Rate limits count with `add`, so
    everybody who signs in while an import holds SQLite's lock, or while the disk is full, would be
    refused for too many attempts.
    """

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        for _attempt in range(2):  # another process may have added and deleted it in between
            with transaction.atomic():  # on SQLite it takes the write lock at once
                if super().add(key, value, timeout, version):
                    return True
                if self.has_key(key, version):
                    return False
        raise OperationalError("The database stores nothing at present.")
