"""Delete what is no longer needed: old attempts, and subscriptions never confirmed."""

from __future__ import annotations

import datetime as dt

from tracker.lib.erasure import empty_write_ahead_log
from tracker.models import AskedMail, Channel, Delivery, Subscription, SubscriptionState

# Requests older than this are not counted.
WINDOW = dt.timedelta(days=1)
KEEP_ATTEMPTS = dt.timedelta(days=90)
CONFIRM_WITHIN = dt.timedelta(days=7)
KEEP_STOPPED_EMAIL = dt.timedelta(days=30)
# Staff may be on holiday.
APPROVE_WITHIN = dt.timedelta(days=60)


def tidy(*, now: dt.datetime) -> None:
    """Delete old attempts, unconfirmed requests, and e-mail subscriptions stopped long ago."""
    Delivery.objects.filter(started_at__lt=now - KEEP_ATTEMPTS).delete()
    AskedMail.objects.exclude(sent_at__range=(now - WINDOW, now + WINDOW)).delete()
    emails = Subscription.objects.filter(channel=Channel.EMAIL)
    emails.filter(state=SubscriptionState.PENDING, created_at__lt=now - CONFIRM_WITHIN).delete()
    emails.filter(state=SubscriptionState.STOPPED, stopped_at__lt=now - KEEP_STOPPED_EMAIL).delete()
    webhooks = Subscription.objects.filter(channel=Channel.WEBHOOK)
    webhooks.filter(state=SubscriptionState.PENDING, created_at__lt=now - APPROVE_WITHIN).delete()
    # A deleted webhook leaves a row that is counted for a day.
    webhooks.filter(
        state=SubscriptionState.STOPPED,
        confirmed_at=None,
        contact="",
        created_at__lt=now - WINDOW,
    ).delete()
    empty_write_ahead_log()
