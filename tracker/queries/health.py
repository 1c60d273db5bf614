"""The health check: database, migrations, clock, and whether the database can be written."""

from __future__ import annotations

import datetime as dt
import logging
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tracker.queries.log.clock import present_clock_fault
from tracker.queries.visibility import log_head

logger = logging.getLogger(__name__)


# Seconds between two test writes, however many requests come, and seconds that one waits for other
# writers. A large import may write for longer.
TRIED_EVERY = 5
PATIENCE = 5


def health(*, now: dt.datetime) -> dict[str, Any]:
    """Return the state of each part, and `ok` for all; an unreachable database does not raise."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            return {
                "ok": False,
                "database": "reachable",
                "migrations": f"{len(pending)} not applied",
                "log_head": None,
            }
        head, fault = log_head(), present_clock_fault(now=now)
    except DatabaseError:
        logger.exception("the database does not answer")
        return {"ok": False, "database": "unreachable", "migrations": None, "log_head": None}
    problem = _problem_of_writing(int(now.timestamp() // TRIED_EVERY))
    return {
        "ok": not problem,
        "database": "reachable",
        "writing": problem or "possible",
        "migrations": "applied",
        # Reported only: a clock fault is no reason to take the pages offline.
        "clock": fault or "as the log has it",
        "log_head": {"seq": head.seq, "hash": head.hash},
    }


@lru_cache(maxsize=1)
def _problem_of_writing(period: int) -> str:
    """Return why the database cannot be written (full disk, read-only, long lock), or ""."""
    try:
        if connection.vendor == "sqlite":
            _write_to_sqlite()
        elif _is_read_only():
            return "the database is read-only"
    except DatabaseError as error:
        logger.exception("the database stores nothing")
        return str(error) if connection.vendor == "sqlite" else "it failed; the log says why"
    return ""


def _write_to_sqlite() -> None:
    """Rewrite the unused `user_version` of the file with its present value."""
    with connection.cursor() as cursor:
        [usual] = cursor.execute("PRAGMA busy_timeout").fetchone()
        [number] = cursor.execute("PRAGMA user_version").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        try:
            cursor.execute(f"PRAGMA user_version = {number}")
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def _is_read_only() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
        )
        row = cursor.fetchone()
    return bool(row and row[0])
