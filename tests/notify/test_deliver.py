"""The deliverer with a sender that does as the test says: order, retries, ends, crashes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from tests.make import NOW, published_commitment, published_update
from tests.notify.subscriptions import make_webhook
from tracker.models import Channel, Delivery, Outcome, Significance, Subscription, SubscriptionState
from tracker.notify import deliver, webhooks
from tracker.notify.deliver import deliver_due
from tracker.notify.messages import Attempt, Message
from tracker.notify.rounds import Round
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db


class Scripted:
    """Webhooks whose receiver is a list of attempts; it delivers when the list is at its end."""

    messages = staticmethod(webhooks.messages)

    def __init__(self) -> None:
        self.sent: list[tuple[str, int]] = []
        self.answers: list[Attempt] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def send(
        self, subscription: Subscription, message: Message, *, now: dt.datetime, round: Round
    ) -> Attempt:
        self.sent.append((message.id, message.first_seq))
        self.meanwhile()
        return self.answers.pop(0) if self.answers else Attempt(Outcome.DELIVERED, 204)

    @property
    def seqs(self) -> list[int]:
        return [seq for _id, seq in self.sent]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    scripted = Scripted()
    monkeypatch.setattr(deliver, "SENDERS", {**deliver.SENDERS, Channel.WEBHOOK: scripted})
    return scripted  # type: ignore[return-value]


def at(seconds: float = 0) -> Callable[[], dt.datetime]:
    return lambda: NOW + dt.timedelta(seconds=seconds)


FAILED = Attempt(Outcome.FAILED, 500, "HTTP 500")


def test_every_line_in_order_and_then_nothing(receiver: Scripted) -> None:
    subscription = make_webhook()
    commitment = published_commitment()
    published_update(commitment, happened="2026-03-01")
    assert deliver_due(clock=at()) == 3
    assert receiver.seqs == [1, 2, 3]
    assert deliver_due(clock=at()) == 0
    subscription.refresh_from_db()
    assert (subscription.cursor, subscription.lease, subscription.failures) == (3, None, 0)
    told = Delivery.objects.order_by("pk").values_list("first_seq", "attempt", "outcome", "status")
    assert list(told) == [(seq, 1, "delivered", 204) for seq in (1, 2, 3)]


def test_the_cursor_passes_what_does_not_concern_it(receiver: Scripted) -> None:
    subscription = make_webhook(query="kind=correction")
    published_commitment()
    assert deliver_due(clock=at()) == 0
    subscription.refresh_from_db()
    assert (subscription.cursor, receiver.sent) == (log_head().seq, [])


def test_back_fill_and_minor_changes_are_told_to_nobody(receiver: Scripted) -> None:
    make_webhook()
    asked = make_webhook(query="significance=minor")
    commitment = published_commitment()
    published_update(commitment, significance=Significance.MINOR, happened="2026-03-01")
    deliver_due(clock=at())
    assert sorted(receiver.seqs) == [1, 2, 3]
    assert Delivery.objects.get(subscription=asked).first_seq == 3


def test_a_back_fill_is_told_to_nobody(receiver: Scripted, shipped_register: None) -> None:
    make_webhook()
    assert log_head().seq > 50
    assert deliver_due(clock=at()) == 0


@override_settings(DELIVERY_RETRY_SECONDS=[10, 100])
def test_a_failure_waits_and_keeps_the_order(receiver: Scripted) -> None:
    subscription = make_webhook()
    published_commitment()
    receiver.answers = [FAILED]
    assert deliver_due(clock=at()) == 1
    subscription.refresh_from_db()
    waited = (subscription.next_attempt_at - NOW).total_seconds()
    assert 10 <= waited <= 11
    assert (subscription.cursor, subscription.failures) == (0, 1)
    assert deliver_due(clock=at(9.9)) == 0
    assert deliver_due(clock=at(11)) == 2
    assert receiver.seqs == [1, 1, 2]
    assert receiver.sent[0] == receiver.sent[1]
    attempts = Delivery.objects.order_by("pk").values_list("attempt", "outcome", "detail")
    assert list(attempts) == [
        (1, "failed", "HTTP 500"),
        (2, "delivered", ""),
        (1, "delivered", ""),
    ]


@override_settings(DELIVERY_RETRY_SECONDS=[10, 100])
def test_after_the_last_attempt_it_stops_and_resuming_loses_nothing(receiver: Scripted) -> None:
    subscription = make_webhook()
    published_commitment()
    receiver.answers = [FAILED] * 3
    for seconds in (0, 11, 121, 10_000):
        deliver_due(clock=at(seconds))
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.STOPPED
    assert subscription.stopped_because == "3 attempts failed, the last one so: HTTP 500"
    assert receiver.seqs == [1, 1, 1]
    subscription.resume(now=NOW)
    subscription.save()
    deliver_due(clock=at(20_000))
    assert receiver.seqs == [1, 1, 1, 1, 2]


def test_a_refusal_stops_it_at_once(receiver: Scripted) -> None:
    subscription = make_webhook()
    published_commitment()
    receiver.answers = [Attempt(Outcome.REFUSED, 410, "Gone.")]
    deliver_due(clock=at())
    subscription.refresh_from_db()
    assert (subscription.state, subscription.stopped_because) == ("stopped", "Gone.")
    assert subscription.cursor == 0


def test_a_crash_repeats_the_message_under_way_with_its_id(receiver: Scripted) -> None:
    make_webhook()
    published_commitment()

    def die() -> None:
        if len(receiver.sent) == 2:
            raise KeyboardInterrupt

    receiver.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        deliver_due(clock=at())
    assert deliver_due(clock=at(10)) == 0  # the dead one's lease
    deliver_due(clock=at(91))
    assert receiver.seqs == [1, 2, 2]
    assert receiver.sent[1] == receiver.sent[2]


def test_a_filter_that_means_nothing_any_more_stops_with_the_reason(receiver: Scripted) -> None:
    subscription = make_webhook(query="topic=gone")
    published_commitment()
    deliver_due(clock=at())
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.STOPPED
    assert "There is no “gone” here" in subscription.stopped_because


def test_unsubscribing_during_a_delivery_is_the_end_of_it(receiver: Scripted) -> None:
    subscription = make_webhook()
    published_commitment()
    receiver.meanwhile = lambda: Subscription.objects.all().delete()
    assert deliver_due(clock=at()) == 1
    assert not Subscription.objects.filter(pk=subscription.pk).exists()
    assert Delivery.objects.count() == 0


def test_one_subscription_does_not_keep_the_others_waiting(
    receiver: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_IN_A_ROW", 2)
    first, second = make_webhook(), make_webhook(next_attempt_at=NOW + dt.timedelta(seconds=1))
    published_commitment()
    published_commitment()
    deliver_due(clock=at(5))
    order = list(Delivery.objects.order_by("pk").values_list("subscription", flat=True))
    assert order[:4] == [first.pk, first.pk, second.pk, second.pk]
    assert len(order) == 8


def test_it_stops_between_two_messages_when_asked_to(receiver: Scripted) -> None:
    make_webhook()
    published_commitment()
    deliver_due(clock=at(), is_stopping=lambda: len(receiver.sent) == 1)
    assert receiver.seqs == [1]
    assert deliver_due(clock=at()) == 1  # at once: the lease was given back


@override_settings(DELIVERY_RETRY_SECONDS=[10])
def test_a_fault_with_one_subscription_does_not_stop_the_others(
    receiver: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    faulty = make_webhook(next_attempt_at=NOW - dt.timedelta(hours=1))
    sound = make_webhook()
    published_commitment()

    def fail_once() -> None:
        if len(receiver.sent) == 1:
            raise ZeroDivisionError

    receiver.meanwhile = fail_once
    deliver_due(clock=at())
    told = Delivery.objects.filter(subscription=sound, outcome=Outcome.DELIVERED)
    assert [delivery.first_seq for delivery in told.order_by("pk")] == [1, 2]
    faulty.refresh_from_db()
    assert (faulty.cursor, faulty.failures, faulty.lease) == (0, 1, None)
    assert str(faulty.key) in caplog.text
    deliver_due(clock=at(11))
    faulty.refresh_from_db()
    assert (faulty.cursor, faulty.failures, faulty.state) == (2, 0, SubscriptionState.ACTIVE)


def test_leases_taken_ahead_are_given_back_when_it_stops(receiver: Scripted) -> None:
    subscriptions = [make_webhook() for _ in range(3)]
    published_commitment()
    deliver_due(clock=at(), is_stopping=lambda: len(receiver.sent) == 3)
    assert not Subscription.objects.exclude(lease=None).exists()
    assert deliver_due(clock=at()) == 3
    told = Delivery.objects.order_by("pk").values_list("subscription", "first_seq")
    assert list(told) == [(row.pk, seq) for row in subscriptions for seq in (1, 2)]


def test_leases_taken_ahead_that_ran_out_are_left_to_others(receiver: Scripted) -> None:
    """The first receiver takes so long that another deliverer may have the second by then."""
    now, other = NOW, uuid.uuid4()
    make_webhook()
    second = make_webhook(next_attempt_at=NOW + dt.timedelta(seconds=1))
    published_commitment()

    def take_over() -> None:
        nonlocal now
        if len(receiver.sent) == 1:
            now += dt.timedelta(seconds=91)
            until = now + dt.timedelta(seconds=90)
            Subscription.objects.filter(pk=second.pk).update(lease=other, lease_until=until)

    now += dt.timedelta(seconds=2)
    receiver.meanwhile = take_over
    deliver_due(clock=lambda: now)
    assert not Delivery.objects.filter(subscription=second).exists()
    second.refresh_from_db()
    assert (second.lease, second.cursor) == (other, 0)
