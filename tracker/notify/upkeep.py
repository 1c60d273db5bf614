"""Housekeeping that runs when the day changes or the log moves, not on every poll."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from tracker.notify.hub import sync_hub
from tracker.notify.tidy import tidy
from tracker.queries.visibility import log_head

PREPARE_EVERY = dt.timedelta(seconds=30)


class Upkeep:
    """Sync the hub and delete old records when the day changes; call `prepare` then as well.

    `prepare` is also called when the log has moved, at most every PREPARE_EVERY, since it reads the
    whole register. The first look always counts as a new day.
    """

    def __init__(self, *, prepare: Callable[[dt.datetime], object]) -> None:
        self._prepare = prepare
        self._seen: tuple[dt.date, int] | None = None
        self._prepared_at: dt.datetime | None = None

    def look(self, *, now: dt.datetime) -> None:
        state = (timezone.localdate(now), log_head().seq)
        is_new_day = self._seen is None or self._seen[0] != state[0]
        may_prepare = self._prepared_at is None or now - self._prepared_at >= PREPARE_EVERY
        if is_new_day or (state != self._seen and may_prepare):
            self._prepare(now)
            self._prepared_at, self._seen = now, (state[0], log_head().seq)
        if is_new_day:
            sync_hub(now=now)
            tidy(now=now)
