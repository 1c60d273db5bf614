"""Forgetting what is no longer needed: records of attempts, and addresses never confirmed."""

from __future__ import annotations

import datetime as dt

from tracker.models import Channel, Delivery, Subscription, SubscriptionState

ATTEMPTS_KEPT = dt.timedelta(days=90)
CONFIRM_WITHIN = dt.timedelta(days=7)
STOPPED_EMAIL_KEPT = dt.timedelta(days=30)


def tidy(*, now: dt.datetime) -> None:
    """Delete old attempts, e-mail subscriptions not confirmed in time, and long stopped ones."""
    Delivery.objects.filter(started_at__lt=now - ATTEMPTS_KEPT).delete()
    of_email = Subscription.objects.filter(channel=Channel.EMAIL)
    of_email.filter(state=SubscriptionState.PENDING, created_at__lt=now - CONFIRM_WITHIN).delete()
    of_email.filter(
        state=SubscriptionState.STOPPED, stopped_at__lt=now - STOPPED_EMAIL_KEPT
    ).delete()
