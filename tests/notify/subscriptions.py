"""Builders of subscriptions."""

from __future__ import annotations

from typing import Any

from tests.make import NOW
from tracker.models import Channel, Delivery, Outcome, Subscription, SubscriptionState
from tracker.notify.webhooks import new_secret


def make_webhook(**overrides: Any) -> Subscription:
    """An active webhook at the beginning of the log, unless told otherwise."""
    values = {
        "channel": Channel.WEBHOOK,
        "state": SubscriptionState.ACTIVE,
        "address": "https://example.org/hook",
        "secret": new_secret(),
        "created_at": NOW,
        "next_attempt_at": NOW,
    }
    return Subscription.objects.create(**values | overrides)


def make_delivery(subscription: Subscription, **overrides: Any) -> Delivery:
    """A delivery that took a millisecond, unless told otherwise."""
    values = {
        "subscription": subscription,
        "message_id": "m",
        "attempt": 1,
        "started_at": NOW,
        "milliseconds": 1,
        "outcome": Outcome.DELIVERED,
    }
    return Delivery.objects.create(**values | overrides)
