"""Whether the register can answer: database, migrations, log."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tracker.queries.clock import present_clock_fault
from tracker.queries.visibility import log_head

logger = logging.getLogger(__name__)


def health(*, now: dt.datetime) -> dict[str, Any]:
    """Say what holds; `ok` is whether all of it does. Never raises for a database out of reach."""
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
    return {
        "ok": True,
        "database": "reachable",
        "migrations": "applied",
        # Said, and no reason to take the pages away: a log may be silent for long.
        "clock": fault or "as the log has it",
        "log_head": {"seq": head.seq, "hash": head.hash},
    }
