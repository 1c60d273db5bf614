"""Which lines of the log a subscription is told: its filter, from its cursor on.

Back-fills and imports are told to nobody, and minor changes only where the filter asks for them by
`significance`.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import QueryDict

from tracker.filters import ChangeFilter
from tracker.models import Change, Significance, Subscription
from tracker.queries.visibility import public_changes

# Parameters that mean nothing to what follows the log.
_LEFT_OUT = ("sort", "page", "per_page", "show", "before", "as_of", "known_at")


class BrokenFilterError(Exception):
    """The subscription's filter names something that is not there (any more)."""


def kept_query(params: QueryDict) -> str:
    """A filter as a subscription keeps it: in the order of names, without what cuts pages."""
    kept = {name: params.getlist(name) for name in sorted(params) if name not in _LEFT_OUT}
    query = QueryDict(mutable=True)
    for name, values in kept.items():
        if any(values):
            query.setlist(name, sorted({value for value in values if value}))
    return query.urlencode()


def filter_of(subscription: Subscription, *, today: dt.date) -> ChangeFilter:
    """The subscription's filter; raises BrokenFilterError with a sentence when it is not valid."""
    found = ChangeFilter(QueryDict(subscription.query), today=today, follows=True)
    if not found.is_valid():
        told = "; ".join(f"{name}: {' '.join(errors)}" for name, errors in found.errors.items())
        raise BrokenFilterError(told)
    return found


def lines_to_tell(
    subscription: Subscription, *, today: dt.date, after: int, to: int
) -> QuerySet[Change]:
    """The lines numbered after `after` and up to `to` that it is told, oldest first."""
    found = filter_of(subscription, today=today)
    log = found.log if found.active else public_changes()
    log = log.filter(is_backfill=False, seq__gt=after, seq__lte=to)
    if "significance" not in found.active:
        log = log.filter(significance=Significance.MAJOR)
    return log.order_by("seq")
