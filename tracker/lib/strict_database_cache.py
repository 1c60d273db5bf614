"""Django's cache in the database, which says so when it cannot store."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError

# Seconds: a database that is locked takes longer, and is not asked twice.
_AT_ONCE = 1.0


class StrictDatabaseCache(DatabaseCache):
    """Raise where Django's backend answers as if somebody else had been first.

    Limits on guessing count with `add`: on a full disk everybody was told to have tried too often.
    """

    def add(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        for _again in range(2):
            started = time.monotonic()
            if super().add(key, *args, **kwargs):
                return True
            if self.has_key(key, kwargs.get("version")):
                return False
            # Somebody may have added and deleted it meanwhile.
            if time.monotonic() - started > _AT_ONCE:
                break
        raise OperationalError("The database stores nothing at present.")
