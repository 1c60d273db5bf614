"""The filters of subscriptions, and the log lines that those who follow one receive.

Back-fills and imports are sent to nobody, and minor changes only if the filter requests them by
`significance`.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import QueryDict

from tracker.filters import ChangeFilter
from tracker.models import Change, Significance
from tracker.queries.visibility import public_changes


class BrokenFilterError(Exception):
    """Raised when a subscription's filter names something that does not exist (any more)."""


def filter_of(query: str, *, today: dt.date) -> ChangeFilter:
    """Return the filter of a subscription; raise BrokenFilterError with a sentence if invalid."""
    filterset = ChangeFilter(QueryDict(query), today=today, follows=True)
    if not filterset.is_valid():
        text = "; ".join(f"{name}: {' '.join(e)}" for name, e in filterset.errors.items())
        raise BrokenFilterError(text)
    return filterset


def followed_lines(filterset: ChangeFilter, *, after: int, to: int) -> QuerySet[Change]:
    """Return the lines numbered after `after` and up to `to` that are sent, oldest first."""
    log = filterset.between(after, to) if filterset.active else public_changes()
    log = log.filter(is_backfill=False, seq__gt=after, seq__lte=to)
    if "significance" not in filterset.active:
        log = log.filter(significance=Significance.MAJOR)
    return log.order_by("seq")
