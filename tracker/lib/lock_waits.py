"""How long a statement waits for SQLite's write lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def waiting_at_most(milliseconds: int) -> Iterator[None]:
    """Make statements of this thread fail sooner if SQLite's database stays locked."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        [before] = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
