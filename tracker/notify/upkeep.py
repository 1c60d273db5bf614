"""What is done when the day turns and when the log has moved, rather than at every look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from tracker.notify.hub import keep_hub
from tracker.notify.tidy import tidy
from tracker.queries.visibility import log_head

PREPARE_EVERY = dt.timedelta(seconds=30)


class Upkeep:
    """Keeps the hub and forgets what is old when the day turns; calls `prepare` as well then.

    `prepare` is called, too, when the log has moved, at most every PREPARE_EVERY, since it looks at
    the whole register. The first look is always the first of a day.
    """

    def __init__(self, *, prepare: Callable[[dt.datetime], object]) -> None:
        self._prepare = prepare
        self._seen: tuple[dt.date, int] | None = None
        self._prepared_at: dt.datetime | None = None

    def look(self, *, now: dt.datetime) -> None:
        state = (timezone.localdate(now), log_head().seq)
        has_turned = self._seen is None or self._seen[0] != state[0]
        is_rested = self._prepared_at is None or now - self._prepared_at >= PREPARE_EVERY
        if has_turned or (state != self._seen and is_rested):
            self._prepare(now)
            self._prepared_at, self._seen = now, (state[0], log_head().seq)
        if has_turned:
            keep_hub(now=now)
            tidy(now=now)
