"""Log the flags that appear as time passes: a deadline was missed, a commitment went quiet.

Nobody publishes these, so the deliverer calls this before it delivers. Each flag is logged once
for each day that it counts from (see `models.raised_flags`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from tracker.actions.log.append import OpenLog, Subject, open_log
from tracker.lib.partial_dates import add_months
from tracker.models import Change, ChangeKind, Commitment, RaisedFlag
from tracker.models.positions import quiet_since
from tracker.queries.flags import QUERIES, silent_meetings
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments
from tracker.schema import payloads
from tracker.schema.vocabulary import Flag

# Lines written under one lock of the log, so that publishers need not wait for all of them.
_BATCH_SIZE = 100


def _quiet_from(commitment: Commitment, basis: dt.date, viewpoint: Viewpoint) -> dt.date:
    day = add_months(basis, settings.QUIET_AFTER_MONTHS)
    while quiet_since(day) < basis:  # at the end of a month, such as 31 August to 28 February
        day += dt.timedelta(days=1)
    return max(day, commitment.expected_by or day)


def _not_mentioned_from(commitment: Commitment, basis: dt.date, viewpoint: Viewpoint) -> dt.date:
    silent = silent_meetings(
        viewpoint,
        parties_key=commitment.mention_parties_key,
        level=commitment.mention_level,
        since=commitment.silence_counts_after,
    )
    first: dt.date = silent.order_by().aggregate(day=Min("last_day"))["day"]
    return first


class _Rule(NamedTuple):
    """The column with the day that a flag counts from, and since when it applies, given that."""

    column: str
    since: Callable[[Commitment, dt.date, Viewpoint], dt.date]


_RULES = {
    Flag.DUE_SOON: _Rule(
        "target_last_day",
        lambda commitment, target, viewpoint: target - dt.timedelta(days=settings.DUE_SOON_DAYS),
    ),
    Flag.OVERDUE: _Rule(
        "target_last_day",
        lambda commitment, target, viewpoint: target + dt.timedelta(days=1),
    ),
    Flag.QUIET: _Rule("last_update_day", _quiet_from),
    Flag.NOT_MENTIONED: _Rule("last_update_day", _not_mentioned_from),
}


def _unlogged(flag: Flag, viewpoint: Viewpoint) -> QuerySet[Commitment]:
    """Public commitments that have the flag but no line in the log for it."""
    logged = RaisedFlag.objects.filter(
        commitment=OuterRef("pk"), flag=flag, basis=OuterRef(_RULES[flag].column)
    )
    return public_commitments().filter(QUERIES[flag](viewpoint)).exclude(Exists(logged))


def _append_flag(log: OpenLog, commitment: Commitment, flag: Flag, viewpoint: Viewpoint) -> Change:
    basis: dt.date = getattr(commitment, _RULES[flag].column)
    since = _RULES[flag].since(commitment, basis, viewpoint)
    first = commitment.changes.order_by("seq").first()
    log.is_backfill = first is None or timezone.localdate(first.recorded_at) > since
    change = log.append(
        ChangeKind.FLAG,
        {
            "commitment": payloads.commitment_name(commitment),
            "flag": str(flag),
            "since": payloads.day(since),
            "basis": payloads.day(basis),
            "after": payloads.position(commitment),
        },
        Subject(commitment=commitment),
    )
    RaisedFlag.objects.create(commitment=commitment, flag=flag, basis=basis, change=change)
    return change


def _batches(flag: Flag, viewpoint: Viewpoint) -> Iterator[list[int]]:
    """Yield the primary keys of all unlogged commitments in batches."""
    last = 0
    while True:
        waiting = _unlogged(flag, viewpoint).filter(pk__gt=last).order_by("pk")
        batch = list(waiting.values_list("pk", flat=True)[:_BATCH_SIZE])
        if not batch:
            return
        last = batch[-1]
        yield batch


def raise_flags(*, now: dt.datetime) -> list[int]:
    """Log every flag that applies on the day of `now` and was not logged before.

    Return the numbers of the lines written. A flag that already applied when the register
    first recorded the commitment is marked as back-fill, since it is not news.
    """
    viewpoint = Viewpoint(timezone.localdate(now))
    written: list[int] = []
    for flag in _RULES:
        for batch in _batches(flag, viewpoint):
            with open_log(now=now) as log:
                # Query again under the lock: another deliverer may have logged it meanwhile.
                still = _unlogged(flag, viewpoint).filter(pk__in=batch).order_by("pk")
                written += [_append_flag(log, each, flag, viewpoint).seq for each in still]
    return written
