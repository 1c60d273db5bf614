"""The deliverer that stays: it delivers, rests for a moment and looks again, until stopped."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone

from tracker.notify.deliver import LEASE, Clock, deliver_due
from tracker.notify.hub import keep_hub
from tracker.notify.tidy import tidy
from tracker.queries.visibility import log_head

logger = logging.getLogger(__name__)


def watch(
    *,
    clock: Clock,
    stopping: threading.Event,
    prepare: Callable[[dt.datetime], object],
    is_orphaned: Callable[[], bool] = lambda: False,
    rest: float = 2,
    lease: dt.timedelta = LEASE,
) -> None:
    """Deliver until `stopping` is set or `is_orphaned`; `rest` is in seconds.

    `prepare` is called at the start, and again whenever the day has turned or the log has moved.
    """
    seen: tuple[dt.date, int] | None = None
    while not stopping.is_set() and not is_orphaned():
        close_old_connections()
        try:
            now = clock()
            state = (timezone.localdate(now), log_head().seq)
            if state != seen:
                prepare(now)
                if seen is None or seen[0] != state[0]:
                    keep_hub(now=now)
                    tidy(now=now)
                seen = (state[0], log_head().seq)
            deliver_due(clock=clock, lease=lease, is_stopping=stopping.is_set)
        except DatabaseError as error:
            # A database that restarts, or is busy beyond patience: what was not recorded is sent
            # again, with the same ids.
            logger.warning("The database did not answer; trying again: %s", error)
            connection.close()
        stopping.wait(rest)
