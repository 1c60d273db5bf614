"""Forgetting what is no longer needed: records of attempts, and what was never confirmed."""

from __future__ import annotations

import datetime as dt

from tracker.lib.erasure import empty_write_ahead_log
from tracker.models import AskedMail, Channel, Delivery, Subscription, SubscriptionState

# What was asked for longer ago than this is not counted.
WINDOW = dt.timedelta(days=1)
ATTEMPTS_KEPT = dt.timedelta(days=90)
CONFIRM_WITHIN = dt.timedelta(days=7)
STOPPED_EMAIL_KEPT = dt.timedelta(days=30)
# Staff may be on holiday.
APPROVE_WITHIN = dt.timedelta(days=60)


def tidy(*, now: dt.datetime) -> None:
    """Delete old attempts, what was not confirmed in time, and e-mail long stopped."""
    Delivery.objects.filter(started_at__lt=now - ATTEMPTS_KEPT).delete()
    AskedMail.objects.exclude(sent_at__range=(now - WINDOW, now + WINDOW)).delete()
    of_email = Subscription.objects.filter(channel=Channel.EMAIL)
    of_email.filter(state=SubscriptionState.PENDING, created_at__lt=now - CONFIRM_WITHIN).delete()
    of_email.filter(
        state=SubscriptionState.STOPPED, stopped_at__lt=now - STOPPED_EMAIL_KEPT
    ).delete()
    of_webhooks = Subscription.objects.filter(channel=Channel.WEBHOOK)
    of_webhooks.filter(
        state=SubscriptionState.PENDING, created_at__lt=now - APPROVE_WITHIN
    ).delete()
    # What a deleted webhook leaves behind, to be counted for a day.
    of_webhooks.filter(
        state=SubscriptionState.STOPPED,
        confirmed_at=None,
        contact="",
        created_at__lt=now - WINDOW,
    ).delete()
    empty_write_ahead_log()
