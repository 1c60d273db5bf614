"""The deliverer: lease a due subscription, send what it is owed, and advance its cursor.

The cursor advances in the transaction that records the attempt, after the receiver has responded.
So a crash repeats at most the message under way to each receiver, with the same id, and loses none.
Subscriptions that are owed nothing move to the head of the log together (see `rounds`). Any number
of deliverers may run in parallel (see `leases`).
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.models import Channel, Delivery, Outcome, Subscription, SubscriptionState
from tracker.notify import emails, hub, webhooks
from tracker.notify.following import BrokenFilterError
from tracker.notify.frequencies import next_time
from tracker.notify.leases import PROMPT, Lease
from tracker.notify.mail_server import MailServer
from tracker.notify.messages import Attempt, Later, Message
from tracker.notify.queue import Queue
from tracker.notify.rounds import Round
from tracker.notify.side_by_side import executor

logger = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]

# Longer than any one message may take, so that nobody takes over from a live deliverer.
LEASE = dt.timedelta(seconds=90)
# After so many messages to one subscription, or so long, the others get their turn, so that a slow
# receiver takes no more of a deliverer's time than one that does not respond.
_IN_A_ROW = 200
_TURN = dt.timedelta(seconds=20)
# Subscriptions leased at a time where one is served after the other.
_AHEAD = 20
# So many times as many messages may be under way if the others take long.
_TIMES_WITH_LATE = 4
# Seconds between two looks for what has become due while requests are under way.
_LOOK_AGAIN = 0.5


class Sender(Protocol):
    """The interface of a channel; each channel is a module of this package."""

    def messages(
        self, subscription: Subscription, *, now: dt.datetime, round: Round
    ) -> Iterator[Message | Later]:
        """Yield the messages owed, in order; none if nothing up to the round's head concerns it.

        Yield `Later` last if something does but must not be sent yet. Raise BrokenFilterError.
        """

    def send(
        self, subscription: Subscription, message: Message, *, now: dt.datetime, round: Round
    ) -> Attempt:
        """Try to deliver; never raise for what a receiver does."""


SENDERS: Mapping[str, Sender] = {
    Channel.EMAIL: emails,
    Channel.WEBHOOK: webhooks,
    Channel.HUB: hub,
}


@dataclass(slots=True)
class _Turn:
    """A leased subscription, and what it is owed up to the head of a round."""

    lease: Lease
    round: Round
    sender: Sender
    messages: Iterator[Message | Later]
    began: dt.datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class _Call:
    """A message under way."""

    turn: _Turn
    message: Message
    began: dt.datetime


@dataclass(frozen=True, slots=True)
class _Sent:
    attempt: Attempt
    started: dt.datetime
    ended: dt.datetime


def deliver_due(
    *,
    clock: Clock,
    channels: Collection[str] = tuple(SENDERS),
    lease: dt.timedelta = LEASE,
    is_stopping: Callable[[], bool] = lambda: False,
    at_once: int = 1,
) -> int:
    """Deliver until nothing is due on these channels; return the number of attempts made.

    Up to `at_once` messages are under way at a time, each to another subscription; at most half of
    them to those whose last attempt failed or took long, so that they delay none that respond. A
    message that takes long gives its place to another, up to a number. More than one are sent by
    threads, which e-mail does not allow.
    """
    attempts = 0
    under_way: dict[Future[_Sent], _Call] = {}
    most = at_once if at_once == 1 else _TIMES_WITH_LATE * at_once
    with MailServer() as mail_server, executor(most) as threads:
        queue = Queue(
            channels,
            clock=clock,
            lease=lease,
            ahead=_AHEAD if at_once == 1 else 1,
            mail_server=mail_server,
        )

        def send_next(turn: _Turn) -> None:
            with _faults_recorded(turn.lease, clock=clock):
                message = _next_message(turn, now=clock(), is_stopping=is_stopping)
                if message is not None:
                    call = _Call(turn, message, began=clock())
                    under_way[threads.submit(_send, turn, message, clock)] = call

        def begin_turn() -> bool:
            calls, now = under_way.values(), clock()
            prompt = sum(now - call.began <= PROMPT for call in calls)
            if prompt == at_once or len(calls) == most or is_stopping():
                return False
            late = sum(call.turn.lease.is_late for call in calls)
            taken = queue.take(with_late=late < max(1, at_once // 2))
            if taken is not None:
                send_next(_turn(*taken, now=clock()))
            return taken is not None

        while (has_begun := begin_turn()) or under_way:
            patience = 0 if has_begun else _LOOK_AGAIN
            done, _waiting = wait(under_way, timeout=patience, return_when=FIRST_COMPLETED)
            for future in done:
                call = under_way.pop(future)
                with _faults_recorded(call.turn.lease, clock=clock):
                    sent = future.result()
                    attempts += 1
                    if _settle(call.turn, call.message, sent):
                        send_next(call.turn)
        queue.give_back()
    return attempts


@contextmanager
def _faults_recorded(lease: Lease, *, clock: Clock) -> Iterator[None]:
    """Retry after a bug that affects one subscription like after any failure.

    It must not block the others, and the error log says what to fix.
    """
    try:
        yield
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("Subscription %s could not be served", lease.subscription.key)
        fault = Attempt(Outcome.FAILED, detail=f"{type(error).__name__} in the register itself")
        lease.release(**_after_failure(lease.subscription, fault, now=clock()))


def _turn(lease: Lease, round: Round, *, now: dt.datetime) -> _Turn:
    subscription, sender = lease.subscription, SENDERS[lease.subscription.channel]
    messages = sender.messages(subscription, now=now, round=round)
    return _Turn(lease, round, sender, messages, now)


def _next_message(
    turn: _Turn, *, now: dt.datetime, is_stopping: Callable[[], bool]
) -> Message | None:
    """Return the next message of a turn; None if the turn is over, and the lease released."""
    lease, subscription = turn.lease, turn.lease.subscription
    if turn.attempts >= _IN_A_ROW or now - turn.began >= _TURN or is_stopping():
        lease.release()
        return None
    try:
        message = next(turn.messages, None)
    except BrokenFilterError as error:
        lease.release(**_stopped(now, _("Its filter finds nothing any more: %s") % error))
        return None
    if message is None:
        again_at = next_time(subscription.frequency, now=now)
        lease.release(cursor=turn.round.head, batch_end=None, next_attempt_at=again_at)
        return None
    if isinstance(message, Later):
        lease.release(cursor=message.cursor, next_attempt_at=message.until)
        return None
    if message.is_batch and not lease.renew(now=now, batch_end=message.last_seq):
        return None
    return message


def _send(turn: _Turn, message: Message, clock: Clock) -> _Sent:
    started = clock()
    subscription = turn.lease.subscription
    attempt = turn.sender.send(subscription, message, now=started, round=turn.round)
    return _Sent(attempt, started, ended=clock())


def _settle(turn: _Turn, message: Message, sent: _Sent) -> bool:
    """Record the attempt and move the cursor; return whether to continue with this one."""
    lease, subscription = turn.lease, turn.lease.subscription
    attempt, ended = sent.attempt, sent.ended
    turn.attempts += 1
    delivery = Delivery(
        subscription=subscription,
        message_id=message.id,
        first_seq=message.first_seq,
        last_seq=message.last_seq,
        attempt=subscription.failures + 1,
        started_at=sent.started,
        milliseconds=max(0, int((ended - sent.started).total_seconds() * 1000)),
        outcome=attempt.outcome,
        status=attempt.status,
        detail=attempt.detail[:500],
    )
    if attempt.outcome == Outcome.DELIVERED:
        values: dict[str, Any] = {
            "cursor": message.last_seq,
            "batch_end": None,
            "failures": 0,
            "next_attempt_at": next_time(subscription.frequency, now=ended),
        }
        if message.last_seq >= turn.round.head:
            lease.release(delivery=delivery, **values)
            return False
        return lease.renew(now=ended, delivery=delivery, **values)
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
