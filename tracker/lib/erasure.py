"""Making sure that what was deleted is gone from SQLite's files, too.

Connections overwrite what they delete (`PRAGMA secure_delete`, see the settings). The log of writes
beside the file still holds the pages as they were, until it is emptied.
"""

from __future__ import annotations

from django.db import connection, transaction

# For so many milliseconds those are waited for who still read the pages as they were.
_WAIT = 1000


def empty_write_ahead_log() -> None:
    """Once the transaction is committed: move SQLite's write-ahead log into the file, and empty it.

    Where somebody still reads, it is left to the next time; a deliverer does so daily.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_empty)


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        [before] = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout={_WAIT}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
