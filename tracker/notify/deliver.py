"""The deliverer: lease a due subscription, send what it is owed, and advance its cursor.

The cursor advances in the transaction that records the attempt, after the receiver has responded.
So a crash repeats at most the message under way, with the same id, and loses none. Any number of
deliverers may run in parallel (see `leases`).
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

# Longer than any one message may take, so that nobody takes over from a live deliverer.
LEASE = dt.timedelta(seconds=90)
# After so many messages to one subscription, or so long, the others get their turn, so that a slow
# receiver takes no more of a deliverer's time than one that does not respond.
_IN_A_ROW = 200
_TURN = dt.timedelta(seconds=20)


class Sender(Protocol):
    """The interface of a channel; each channel is a module of this package."""

    def messages(
        self, subscription: Subscription, *, now: dt.datetime, head: int
    ) -> Iterator[Message | Later]:
        """Yield the messages owed, in order; none if nothing up to `head` concerns it.

        Yield `Later` last if something does but must not be sent yet. Raise BrokenFilterError.
        """

    def send(self, subscription: Subscription, message: Message, *, now: dt.datetime) -> Attempt:
        """Try to deliver; never raise for what a receiver does."""

    def next_time(self, subscription: Subscription, *, now: dt.datetime) -> dt.datetime:
        """Return when to look again once everything is sent."""


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
        leased = take(channels, now=clock(), duration=lease)
        if leased is None:
            break
        try:
            attempts += _serve(leased, clock=clock, is_stopping=is_stopping)
        except DatabaseError:
            raise
        except Exception as error:
            # A bug that affects one subscription must not block the others: it is retried like
            # any failure, and the error log says what to fix.
            logger.exception("Subscription %s could not be served", leased.subscription.key)
            fault = Attempt(Outcome.FAILED, detail=f"{type(error).__name__} in the register itself")
            leased.release(**_after_failure(leased.subscription, fault, now=clock()))
    return attempts


def _serve(lease: Lease, *, clock: Clock, is_stopping: Callable[[], bool]) -> int:
    """Send what one subscription is owed, up to the current head of the log."""
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
            lease.release(**_stopped(now, _("Its filter finds nothing any more: %s") % error))
            return attempts
        if message is None:
            next_time = sender.next_time(subscription, now=now)
            lease.release(cursor=head, batch_end=None, next_attempt_at=next_time)
            return attempts
        if isinstance(message, Later):
            lease.release(cursor=message.cursor, next_attempt_at=message.until)
            return attempts
        if message.is_batch and not lease.renew(now=now, batch_end=message.last_seq):
            return attempts
        attempt = sender.send(subscription, message, now=now)
        attempts += 1
        if not _settle(lease, message, attempt, sender=sender, started=now, ended=clock()):
            return attempts
    lease.release()
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
    """Record the attempt and move the cursor; return whether to continue with this one."""
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
        return lease.renew(
            now=ended,
            delivery=delivery,
            cursor=message.last_seq,
            batch_end=None,
            failures=0,
            next_attempt_at=sender.next_time(subscription, now=ended),
        )
    if attempt.outcome == Outcome.REFUSED:
        lease.release(delivery=delivery, **_stopped(ended, attempt.detail))
        return False
    if attempt.again_at is not None:
        lease.release(delivery=delivery, next_attempt_at=attempt.again_at)
        return False
    lease.release(delivery=delivery, **_after_failure(subscription, attempt, now=ended))
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
    """Return when to retry; after the last retry it stops, and its cursor stays."""
    waits, failures = settings.DELIVERY_RETRY_SECONDS, subscription.failures + 1
    values: dict[str, Any] = {"failures": failures}
    if failures > len(waits):
        because = _("%(count)d attempts failed, the last one so: %(detail)s") % {
            "count": failures,
            "detail": attempt.detail,
        }
        return values | _stopped(now, because)
    # Jitter, so that receivers that failed together are not all retried together.
    wait = waits[failures - 1] * (1 + random.random() / 10)  # noqa: S311 - no secret
    return values | {"next_attempt_at": now + dt.timedelta(seconds=wait)}


def clock() -> dt.datetime:
    """Return the current time, for commands."""
    return timezone.now()
