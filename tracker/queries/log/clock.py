"""The check of the clock against the times in the log."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.models import LogHead

# Clocks of several machines differ by seconds; a larger difference is a wrong clock.
_BEHIND = dt.timedelta(days=1)


def clock_fault(head: LogHead, *, now: dt.datetime) -> str:
    """Return why nothing may be written at this time, as a sentence, or "".

    Lines and their dates are permanent. Therefore an operator must confirm a clock that is a day
    behind the last line, or more than LOG_MAX_SILENCE_DAYS ahead of it.
    """
    last = head.next_after
    if last is None or last - _BEHIND <= now <= last + most_silence():
        return ""
    return _(
        "The clock says %(now)s, but the last line of the log is of %(last)s. One of them is "
        "wrong, so nothing is published. Put the clock right; if it is right, an operator "
        "confirms it by “manage.py accept_clock”."
    ) % {"now": _written(now), "last": _written(last)}


def present_clock_fault(*, now: dt.datetime) -> str:
    """Return the same for the present head of the log."""
    return clock_fault(LogHead.objects.first() or LogHead(), now=now)


def most_silence() -> dt.timedelta:
    return dt.timedelta(days=settings.LOG_MAX_SILENCE_DAYS)


def _written(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
