"""The viewpoint from which the register is read: today, `as_of` and `known_at`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.utils import timezone

from tracker.models import Change, LogHead


@dataclass(frozen=True)
class Viewpoint:
    """Today, and optionally an earlier day to look back to.

    `as_of` selects what had happened by the end of that day, as known now. `known_at` selects what
    this register had published by the end of that day. Neither changes `today`.
    """

    today: dt.date
    as_of: dt.date | None = None
    known_at: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """The day for which flags are computed."""
        return self.as_of or self.today

    @cached_property
    def known(self) -> int | None:
        """The number of the last change to take into account, read once; None for all."""
        return None if self.known_at is None else last_change_by(self.known_at)

    @property
    def is_past(self) -> bool:
        """Whether positions must be read from history instead of from the commitment's row."""
        return self.as_of is not None or self.known_at is not None

    @property
    def query(self) -> str:
        """The query string that gives another page the same viewpoint; empty for today."""
        params = {"as_of": self.as_of, "known_at": self.known_at}
        given = {name: day.isoformat() for name, day in params.items() if day is not None}
        return f"?{urlencode(given)}" if given else ""

    @property
    def at(self) -> str:
        """The path to the position in a queryset of `public_commitments`."""
        return "at__" if self.is_past else ""

    def column(self, name: str) -> str:
        """Return the query path of a position's column, see `at`."""
        return f"{self.at}{name}"


# Today, for whatever does not depend on the day.
PRESENT = Viewpoint(dt.date.max)


def state_key(head: LogHead, viewpoint: Viewpoint, *further: Hashable) -> tuple[Hashable, ...]:
    """Return the cache key of what is read from a viewpoint while the log has this head.

    `further` are other inputs of the cached value, such as search words.
    """
    log = (head.seq, head.hash, head.generation)
    return (*log, viewpoint.today, viewpoint.as_of, viewpoint.known_at, *further)


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the first instant of the day, in the register's time zone."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())


def end_of_day(day: dt.date) -> dt.datetime:
    """Return the first instant after the day."""
    return start_of_day(day + dt.timedelta(days=1))


def last_change_by(day: dt.date) -> int:
    """Return the number of the last change recorded by the end of the day; 0 if there is none."""
    # Times rise with the numbers, so the last change is at one end of the index on time.
    earlier = Change.objects.filter(recorded_at__lt=end_of_day(day))
    return earlier.order_by("-recorded_at", "-seq").values_list("seq", flat=True).first() or 0
