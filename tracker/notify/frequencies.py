"""When a subscription of each frequency is looked at again."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from tracker.models import Frequency

MORNING = dt.time(7)
MONDAY = 0


def next_time(frequency: str, *, now: dt.datetime) -> dt.datetime:
    """Return now, tomorrow morning or Monday morning: at seven, also when the clocks change."""
    if frequency == Frequency.IMMEDIATE:
        return now
    zone = timezone.get_default_timezone()
    day = now.astimezone(zone).date()
    while True:
        morning = dt.datetime.combine(day, MORNING, tzinfo=zone).astimezone(dt.UTC)
        if morning > now and (frequency == Frequency.DAILY or day.weekday() == MONDAY):
            return morning
        day += dt.timedelta(days=1)
