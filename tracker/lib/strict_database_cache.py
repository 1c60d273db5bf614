"""Django's database cache, with errors where it cannot store."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError

# Seconds: a locked database takes longer, and is not tried twice.
_AT_ONCE = 1.0


class StrictDatabaseCache(DatabaseCache):
    """Make `add` raise OperationalError where Django's backend returns False without storing.

    Rate limits count with `add`: on a full disk everybody would be refused for too many attempts.
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
