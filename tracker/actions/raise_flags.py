"""Writing into the log what time does by itself: a deadline passed, something went quiet.

Nobody publishes such a thing, so the deliverer calls this before it delivers. Each flag is told
once for what it counts from (see `models.raised_flags`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

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

# The column that each flag's rule counts from.
_BASIS = {
    Flag.DUE_SOON: "target_last_day",
    Flag.OVERDUE: "target_last_day",
    Flag.QUIET: "last_update_day",
    Flag.NOT_MENTIONED: "last_update_day",
}
# So many lines are written under one lock of the log; publishers get their turn in between.
_AT_ONCE = 100


def _due_soon_from(commitment: Commitment, basis: dt.date, moment: Viewpoint) -> dt.date:
    return basis - dt.timedelta(days=settings.DUE_SOON_DAYS)


def _overdue_from(commitment: Commitment, basis: dt.date, moment: Viewpoint) -> dt.date:
    return basis + dt.timedelta(days=1)


def _quiet_from(commitment: Commitment, basis: dt.date, moment: Viewpoint) -> dt.date:
    day = add_months(basis, settings.QUIET_AFTER_MONTHS)
    while quiet_since(day) < basis:  # a month's end, such as 31 August to 28 February
        day += dt.timedelta(days=1)
    return max(day, commitment.expected_by or day)


def _not_mentioned_from(commitment: Commitment, basis: dt.date, moment: Viewpoint) -> dt.date:
    silent = silent_meetings(
        moment,
        parties_key=commitment.mention_parties_key,
        level=commitment.mention_level,
        since=commitment.silence_counts_after,
    )
    first: dt.date = silent.order_by().aggregate(day=Min("last_day"))["day"]
    return first


_SINCE: dict[Flag, Callable[[Commitment, dt.date, Viewpoint], dt.date]] = {
    Flag.DUE_SOON: _due_soon_from,
    Flag.OVERDUE: _overdue_from,
    Flag.QUIET: _quiet_from,
    Flag.NOT_MENTIONED: _not_mentioned_from,
}


def _untold(flag: Flag, moment: Viewpoint) -> QuerySet[Commitment]:
    """The public commitments that carry the flag without a line that says so."""
    told = RaisedFlag.objects.filter(
        commitment=OuterRef("pk"), flag=flag, basis=OuterRef(_BASIS[flag])
    )
    return public_commitments().filter(QUERIES[flag](moment)).exclude(Exists(told))


def _tell(log: OpenLog, commitment: Commitment, flag: Flag, moment: Viewpoint) -> Change:
    basis: dt.date = getattr(commitment, _BASIS[flag])
    since = _SINCE[flag](commitment, basis, moment)
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


def _in_turn(flag: Flag, moment: Viewpoint) -> Iterator[list[int]]:
    """The keys of all that is untold, some at a time, however many there are."""
    last = 0
    while True:
        waiting = _untold(flag, moment).filter(pk__gt=last).order_by("pk")
        some = list(waiting.values_list("pk", flat=True)[:_AT_ONCE])
        if not some:
            return
        last = some[-1]
        yield some


def raise_flags(*, now: dt.datetime) -> list[int]:
    """Tell of every time-made flag that holds on the day of `now` and was not told before.

    Returns the numbers of the lines written. A flag that was raised already when the register
    first heard of the commitment is marked as back-fill: it is no news.
    """
    moment = Viewpoint(timezone.localdate(now))
    told: list[int] = []
    for flag in _BASIS:
        for some in _in_turn(flag, moment):
            with open_log(now=now) as log:
                # Asked again under the lock: another deliverer may have told of it meanwhile.
                still = _untold(flag, moment).filter(pk__in=some).order_by("pk")
                told += [_tell(log, commitment, flag, moment).seq for commitment in still]
    return told
