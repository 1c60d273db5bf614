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

PREPARE_EVERY = dt.timedelta(seconds=30)


def watch(
    *,
    clock: Clock,
    stopping: threading.Event,
    prepare: Callable[[dt.datetime], object],
    publish: Callable[[dt.datetime], object] = lambda now: None,
    is_orphaned: Callable[[], bool] = lambda: False,
    rest: float = 2,
    lease: dt.timedelta = LEASE,
) -> None:
    """Deliver until `stopping` is set or `is_orphaned`; `rest` is in seconds.

    `prepare` is called at the start, when the day has turned, and when the log has moved, then at
    most every PREPARE_EVERY, since it looks at the whole register. `publish` is called at each
    look, for what becomes public at a time.
    """
    seen: tuple[dt.date, int] | None = None
    prepared_at: dt.datetime | None = None
    while not stopping.is_set() and not is_orphaned():
        close_old_connections()
        try:
            now = clock()
            publish(now)
            state = (timezone.localdate(now), log_head().seq)
            has_turned = seen is None or seen[0] != state[0]
            if has_turned:
                keep_hub(now=now)
                tidy(now=now)
            is_rested = prepared_at is None or now - prepared_at >= PREPARE_EVERY
            if has_turned or (state != seen and is_rested):
                prepare(now)
                prepared_at, seen = now, (state[0], log_head().seq)
            deliver_due(clock=clock, lease=lease, is_stopping=stopping.is_set)
        except DatabaseError as error:
            # A database that restarts, or is busy beyond patience: what was not recorded is sent
            # again, with the same ids.
            logger.warning("The database did not answer; trying again: %s", error)
            connection.close()
        stopping.wait(rest)
