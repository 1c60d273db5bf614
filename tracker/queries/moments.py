"""The moment for which the register is read: the day, and the two ways to look back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from tracker.models import Change


@dataclass(frozen=True, slots=True)
class Moment:
    """Today, and optionally an earlier day to look back to.

    `as_of`: what had happened by the end of that day, as known now. `known_at`: what this register
    had published by the end of that day. Neither changes what "today" is: it stays in `today`.
    """

    today: dt.date
    as_of: dt.date | None = None
    known_at: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """The day for which flags are computed."""
        return self.as_of or self.today

    @property
    def is_past(self) -> bool:
        """Whether positions must be read from history instead of from the commitment's row."""
        return self.as_of is not None or self.known_at is not None

    def column(self, name: str) -> str:
        """The path of a position's column in a queryset of `public_commitments`."""
        return f"at__{name}" if self.is_past else name


def start_of_day(day: dt.date) -> dt.datetime:
    """The day's first instant, in the register's time zone."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())


def end_of_day(day: dt.date) -> dt.datetime:
    """The first instant after the day."""
    return start_of_day(day + dt.timedelta(days=1))


def last_change_by(day: dt.date) -> int:
    """The number of the last change recorded by the end of that day; 0 when there is none."""
    latest = Change.objects.filter(recorded_at__lt=end_of_day(day)).aggregate(seq=Max("seq"))
    return latest["seq"] or 0
