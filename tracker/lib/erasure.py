"""Remove deleted data from SQLite's files.

Connections overwrite what they delete (`PRAGMA secure_delete`, see the settings), but the
write-ahead log still contains the old pages until it is truncated.
"""

from __future__ import annotations

from django.db import connection, transaction

from tracker.lib.lock_waits import waiting_at_most

# Milliseconds to wait for connections that still read the old pages.
_WAIT = 1000


def empty_write_ahead_log() -> None:
    """After the commit, move SQLite's write-ahead log into the file and truncate it.

    If somebody is still reading, this is left to the next call; a deliverer makes one daily.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_empty)


def _empty() -> None:
    with waiting_at_most(_WAIT), connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
