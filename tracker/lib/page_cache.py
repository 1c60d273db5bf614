"""Reading much without filling memory with what was read.

SQLite keeps the pages that a connection has read, up to the size of its cache, which is large so
that answers find them again. A whole file reads nearly every page of the register, and nearly all
of them once: with a small cache it takes about as long, and memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_SMALL = 4 * 1024  # kB


@contextmanager
def small_page_cache() -> Iterator[None]:
    """Have this thread's connection keep few pages for a while; only SQLite has such a cache."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        [usual] = cursor.execute("PRAGMA cache_size").fetchone()
        cursor.execute(f"PRAGMA cache_size = {-_SMALL}")
    try:
        yield
    finally:
        # A connection that was closed meanwhile begins anew with the usual size.
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA cache_size = {usual}")
