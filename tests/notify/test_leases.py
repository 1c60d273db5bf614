"""One deliverer at a time: what a lease keeps others from, and what it lets through."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, connections, transaction

from tests.make import NOW, published_commitment
from tests.notify.subscriptions import make_delivery, make_webhook
from tracker.models import Channel, Delivery, Outcome, Subscription, SubscriptionState
from tracker.notify.leases import Lease, take
from tracker.queries.visibility import log_head

DURATION = dt.timedelta(seconds=90)


def take_now(now: dt.datetime = NOW) -> list[Lease]:
    return take(list(Channel), now=now, duration=DURATION, head=log_head().seq)


def taken(now: dt.datetime = NOW) -> Lease:
    [lease] = take_now(now)
    return lease


def a_delivery(subscription: Subscription) -> Delivery:
    return Delivery(
        subscription=subscription,
        message_id="m",
        attempt=1,
        started_at=NOW,
        milliseconds=1,
        outcome=Outcome.DELIVERED,
    )


@pytest.mark.django_db
def test_what_is_taken_is_in_nobody_elses_hands() -> None:
    make_webhook(cursor=0)
    published_commitment()
    taken()
    assert take_now(NOW + DURATION - dt.timedelta(seconds=1)) == []
    assert taken(NOW + DURATION).subscription.cursor == 0


@pytest.mark.django_db
def test_only_what_is_due_is_taken() -> None:
    published_commitment()
    head = log_head().seq
    make_webhook(cursor=head)
    make_webhook(cursor=0, next_attempt_at=NOW + dt.timedelta(seconds=1))
    make_webhook(cursor=0, state=SubscriptionState.PENDING)
    make_webhook(cursor=0, state=SubscriptionState.STOPPED, stopped_because="Enough.")
    assert take_now() == []
    second = make_webhook(cursor=0, next_attempt_at=NOW - dt.timedelta(hours=1))
    first = make_webhook(cursor=0, next_attempt_at=NOW - dt.timedelta(hours=2))
    order = [taken().subscription, taken().subscription]
    assert order == [first, second]


@pytest.mark.django_db
def test_those_whose_last_attempt_failed_can_be_passed_over() -> None:
    published_commitment()
    failing = make_webhook(cursor=0, next_attempt_at=NOW - dt.timedelta(hours=1), failures=1)
    sound = make_webhook(cursor=0)
    passed_over = {"duration": DURATION, "head": log_head().seq, "with_late": False}
    [lease] = take(list(Channel), now=NOW, **passed_over)
    assert lease.subscription == sound
    assert take(list(Channel), now=NOW, **passed_over) == []
    assert taken().subscription == failing


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("took", "is_late"), [([], False), ([1000], False), ([1001], True), ([9000, 20], False)]
)
def test_so_can_those_whose_last_attempt_took_long(took: list[int], is_late: bool) -> None:
    published_commitment()
    webhook = make_webhook(cursor=0)
    for milliseconds in took:
        make_delivery(webhook, milliseconds=milliseconds)
    passed_over = {"duration": DURATION, "head": log_head().seq, "with_late": False}
    assert len(take(list(Channel), now=NOW, **passed_over)) == (0 if is_late else 1)
    if is_late:
        assert taken().is_late


@pytest.mark.django_db
def test_who_lost_the_lease_writes_nothing() -> None:
    published_commitment()
    make_webhook(cursor=0)
    slept = taken()
    other = taken(NOW + DURATION)
    assert not slept.renew(now=NOW, delivery=a_delivery(slept.subscription), cursor=2)
    assert not slept.release(delivery=a_delivery(slept.subscription), cursor=2)
    assert Delivery.objects.count() == 0
    assert Subscription.objects.get().cursor == 0
    assert other.renew(now=NOW + DURATION, delivery=a_delivery(other.subscription), cursor=1)
    stored = Subscription.objects.get()
    assert (stored.cursor, stored.lease_until) == (1, NOW + 2 * DURATION)
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["stopped", "deleted"])
def test_a_subscription_that_ended_meanwhile_is_left_alone(how: str) -> None:
    published_commitment()
    make_webhook(cursor=0)
    lease = taken()
    stored = Subscription.objects.get()
    if how == "deleted":
        stored.delete()
    else:
        stored.stop(now=NOW, because="Enough.")
        stored.save()
    assert not lease.renew(now=NOW, cursor=2)
    assert not Subscription.objects.filter(cursor=2).exists()


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_deliverer_is_taking_is_skipped() -> None:
    published_commitment()
    first = make_webhook(cursor=0, next_attempt_at=NOW - dt.timedelta(hours=1))
    second = make_webhook(cursor=0)
    other = connections.create_connection("default")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM tracker_subscription WHERE id = %s FOR UPDATE", [first.pk]
            )
            with other.cursor() as theirs:
                theirs.execute(
                    "SELECT id FROM tracker_subscription ORDER BY next_attempt_at"
                    " LIMIT 1 FOR UPDATE SKIP LOCKED"
                )
                assert theirs.fetchone() == (second.pk,)
    finally:
        other.close()
    assert taken().subscription == first
