"""The deliverer: takes a subscription, sends what it is owed, moves its cursor, goes on.

The cursor moves in the transaction that records the attempt, after the receiver has answered. So a
crash repeats at most the message that was under way, with the same id, and loses none. Any number
of deliverers may run side by side (see `leases`).
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.models import Channel, Delivery, Outcome, Subscription, SubscriptionState
from tracker.notify import emails, hub, webhooks
from tracker.notify.following import BrokenFilterError
from tracker.notify.leases import Lease, take
from tracker.notify.messages import Attempt, Later, Message
from tracker.queries.visibility import log_head

logger = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]

# Longer than any one message may take, so that nobody takes over from a deliverer that lives.
LEASE = dt.timedelta(seconds=90)
# After so many messages to one subscription, or so long, the others get their turn: a receiver that
# takes its time over each has no more of a deliverer's than one that does not answer.
_IN_A_ROW = 200
_TURN = dt.timedelta(seconds=20)


class Sender(Protocol):
    """What a channel does; each is a module of this package."""

    def messages(
        self, subscription: Subscription, *, now: dt.datetime, head: int
    ) -> Iterator[Message | Later]:
        """The messages owed, in order; none when nothing up to `head` concerns it.

        `Later`, as the last, when something does and is not to be told before a certain time.
        Raises BrokenFilterError.
        """

    def send(self, subscription: Subscription, message: Message, *, now: dt.datetime) -> Attempt:
        """Try to deliver; never raises for what a receiver does."""

    def next_time(self, subscription: Subscription, *, now: dt.datetime) -> dt.datetime:
        """When to look again once all is told."""


SENDERS: Mapping[str, Sender] = {
    Channel.EMAIL: emails,
    Channel.WEBHOOK: webhooks,
    Channel.HUB: hub,
}


def deliver_due(
    *,
    clock: Clock,
    channels: Collection[str] = tuple(SENDERS),
    lease: dt.timedelta = LEASE,
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Deliver until nothing is due on these channels; return the number of attempts made."""
    attempts = 0
    while not is_stopping():
        taken = take(channels, now=clock(), duration=lease)
        if taken is None:
            break
        try:
            attempts += _serve(taken, clock=clock, is_stopping=is_stopping)
        except DatabaseError:
            raise
        except Exception as error:
            # A fault of ours with one subscription must not keep all others waiting: it comes
            # again by the table, like any failure, and the log says what to mend.
            logger.exception("Subscription %s could not be served", taken.subscription.key)
            fault = Attempt(Outcome.FAILED, detail=f"{type(error).__name__} in the register itself")
            taken.give_back(**_after_failure(taken.subscription, fault, now=clock()))
    return attempts


def _serve(lease: Lease, *, clock: Clock, is_stopping: Callable[[], bool]) -> int:
    """Send what one subscription is owed, up to the head as it is now."""
    subscription, sender = lease.subscription, SENDERS[lease.subscription.channel]
    head, attempts, began = log_head().seq, 0, clock()
    messages = sender.messages(subscription, now=began, head=head)
    while attempts < _IN_A_ROW and not is_stopping():
        now = clock()
        if now - began >= _TURN:
            break
        try:
            message = next(messages, None)
        except BrokenFilterError as error:
            lease.give_back(**_stopped(now, _("Its filter finds nothing any more: %s") % error))
            return attempts
        if message is None:
            next_time = sender.next_time(subscription, now=now)
            lease.give_back(cursor=head, batch_end=None, next_attempt_at=next_time)
            return attempts
        if isinstance(message, Later):
            lease.give_back(cursor=message.cursor, next_attempt_at=message.until)
            return attempts
        if message.is_batch and not lease.keep(now=now, batch_end=message.last_seq):
            return attempts
        attempt = sender.send(subscription, message, now=now)
        attempts += 1
        if not _settle(lease, message, attempt, sender=sender, started=now, ended=clock()):
            return attempts
    lease.give_back()
    return attempts


def _settle(
    lease: Lease,
    message: Message,
    attempt: Attempt,
    *,
    sender: Sender,
    started: dt.datetime,
    ended: dt.datetime,
) -> bool:
    """Record how it ended and move the cursor; return whether to go on with this subscription."""
    subscription = lease.subscription
    delivery = Delivery(
        subscription=subscription,
        message_id=message.id,
        first_seq=message.first_seq,
        last_seq=message.last_seq,
        attempt=subscription.failures + 1,
        started_at=started,
        milliseconds=max(0, int((ended - started).total_seconds() * 1000)),
        outcome=attempt.outcome,
        status=attempt.status,
        detail=attempt.detail[:500],
    )
    if attempt.outcome == Outcome.DELIVERED:
        return lease.keep(
            now=ended,
            delivery=delivery,
            cursor=message.last_seq,
            batch_end=None,
            failures=0,
            next_attempt_at=sender.next_time(subscription, now=ended),
        )
    if attempt.outcome == Outcome.REFUSED:
        lease.give_back(delivery=delivery, **_stopped(ended, attempt.detail))
        return False
    if attempt.again_at is not None:
        lease.give_back(delivery=delivery, next_attempt_at=attempt.again_at)
        return False
    lease.give_back(delivery=delivery, **_after_failure(subscription, attempt, now=ended))
    return False


def _stopped(now: dt.datetime, because: str) -> dict[str, Any]:
    return {
        "state": SubscriptionState.STOPPED,
        "stopped_at": now,
        "stopped_because": because or _("The receiver wants no more."),
    }


def _after_failure(
    subscription: Subscription, attempt: Attempt, *, now: dt.datetime
) -> dict[str, Any]:
    """When to try again; after the last time of the table it stops, its cursor where it is."""
    waits, failures = settings.DELIVERY_RETRY_SECONDS, subscription.failures + 1
    values: dict[str, Any] = {"failures": failures}
    if failures > len(waits):
        because = _("%(count)d attempts failed, the last one so: %(detail)s") % {
            "count": failures,
            "detail": attempt.detail,
        }
        return values | _stopped(now, because)
    # Jitter, so that receivers that failed together are not all called again together.
    wait = waits[failures - 1] * (1 + random.random() / 10)  # noqa: S311 - no secret
    return values | {"next_attempt_at": now + dt.timedelta(seconds=wait)}


def clock() -> dt.datetime:
    """The deliverer's clock, for commands."""
    return timezone.now()
