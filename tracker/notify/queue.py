"""The order in which a deliverer serves subscriptions, and the rounds in which it does so."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Collection

from django.utils import timezone

from tracker.models import Channel
from tracker.notify.leases import Lease, take
from tracker.notify.mail_server import MailServer
from tracker.notify.rounds import Round
from tracker.queries.visibility import log_head

# A round goes on for at least so long while something is due, and at least so many times as long
# as it took to begin it: beginning one evaluates every filter.
_ROUND = dt.timedelta(seconds=5)
_TIMES_AS_LONG = 3
# The channels whose subscriptions follow a filter; the hub is sent every line.
_FILTERED = (Channel.EMAIL, Channel.WEBHOOK)


class Queue:
    """The due subscriptions of some channels, longest waiting first.

    Up to `ahead` of them are leased at a time, which spares each a transaction. A round begins when
    nothing is due up to the head of the last one, and from time to time, so that whoever is owed
    many lines does not hold up those who are owed a new one.
    """

    def __init__(
        self,
        channels: Collection[str],
        *,
        clock: Callable[[], dt.datetime],
        lease: dt.timedelta,
        ahead: int,
        mail_server: MailServer,
    ) -> None:
        self._channels, self._clock, self._lease = channels, clock, lease
        self._ahead, self._waiting = ahead, deque[tuple[Lease, Round]]()
        self._mail_server = mail_server
        self._round = self._new_round()
        self._begin()

    def take(self, *, with_late: bool) -> tuple[Lease, Round] | None:
        """Lease the next subscription, to be sent what its round finds; None if none is due.

        Without `with_late`, pass over those whose last attempt failed or took long.
        """
        while self._waiting:
            lease, round = self._waiting.popleft()
            if self._clock() < lease.until:  # otherwise it is due again, for any deliverer
                return lease, round
        if self._clock() >= self._ends_at:
            self._begin()
        taken = self._take(with_late)
        if not taken and log_head().seq > self._round.head:
            self._begin()
            taken = self._take(with_late)
        self._waiting.extend((lease, self._round) for lease in taken)
        return self._waiting.popleft() if self._waiting else None

    def give_back(self) -> None:
        """Release the leases of subscriptions whose turn has not come."""
        for lease, _round in self._waiting:
            lease.release()
        self._waiting.clear()

    def _new_round(self) -> Round:
        today = timezone.localdate(self._clock())
        return Round(head=log_head().seq, today=today, mail_server=self._mail_server)

    def _take(self, with_late: bool) -> list[Lease]:
        return take(
            self._channels,
            now=self._clock(),
            duration=self._lease,
            head=self._round.head,
            most=self._ahead,
            with_late=with_late,
        )

    def _begin(self) -> None:
        """Move to the present head of the log, and skip whoever is owed nothing up to there."""
        now, latest = self._clock(), self._new_round()
        if (latest.head, latest.today) != (self._round.head, self._round.today):
            self._round = latest
        filtered = [channel for channel in _FILTERED if channel in self._channels]
        is_complete = self._round.skip(filtered, clock=self._clock)
        ended = self._clock()
        self._ends_at = ended + _ROUND
        if is_complete:
            self._ends_at = max(self._ends_at, ended + _TIMES_AS_LONG * (ended - now))
