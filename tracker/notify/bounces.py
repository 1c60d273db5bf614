"""Bounced e-mail, and when to stop writing to an address.

What the mail server rejects at once is recorded as the outcome of the attempt (see `emails`). A
later rejection arrives as a delivery status notification (RFC 3464), which is read here.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import compat32

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.models import Channel, Delivery, Outcome, Subscription, SubscriptionState

# Bounces in a row that end a subscription: more than a mailbox that was full for a weekend causes,
# fewer than make mail servers suspect us of guessing addresses.
BOUNCES = 5
# Mail servers give up after about five days (RFC 5321, section 4.5.4.1); queues may be slow.
BOUNCE_WINDOW = dt.timedelta(days=14)
_OUR_ID = re.compile(r"<(([0-9a-f]{32})\.[0-9]+-[0-9]+)@[^>]+>")


def bounces_in_a_row(subscription: Subscription) -> int:
    """Count the bounces since the last delivery; other failures are ignored.

    A stop is recorded as refused, so that a subscription that is started again counts from zero.
    """
    outcomes = (
        Delivery.objects.filter(subscription=subscription, is_test=False)
        .exclude(outcome=Outcome.FAILED)
        .order_by("-pk")
        .values_list("outcome", flat=True)[:BOUNCES]
    )
    count = 0
    for outcome in outcomes:
        if outcome != Outcome.BOUNCED:
            break
        count += 1
    return count


def record_bounce(notification: bytes, *, now: dt.datetime) -> list[Subscription]:
    """Read a notification and mark the message that it reports as bounced.

    Return the subscriptions concerned: none if it is no notification, reports a delay, or names no
    message that we sent recently. Anybody can forge a notification about an address, but the id of
    a message holds the subscription's key, which only its recipient knows.
    """
    mail = message_from_bytes(notification, policy=compat32)
    if not _reports_failure(mail):
        return []
    with transaction.atomic():
        delivery = _delivery_by_id(mail, now=now)
        if delivery is None:
            return []
        _mark(delivery, now=now)
        return [delivery.subscription]


def _reports_failure(mail: Mail) -> bool:
    """Return whether a message/delivery-status part has `Action: failed` for a recipient."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for about in part.get_payload():
            if not isinstance(about, Mail) or "Final-Recipient" not in about:
                continue
            if str(about.get("Action", "")).strip().lower() == "failed":
                return True
    return False


def _delivery_by_id(mail: Mail, *, now: dt.datetime) -> Delivery | None:
    """Return the delivery whose message id is in the returned headers."""
    for part in mail.walk():
        if part is mail:
            continue  # the sender can write anything into the notification's own headers
        names = [str(part.get("Message-ID", ""))]
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            names.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
        for match in _OUR_ID.finditer("\n".join(names)):
            delivery = (
                Delivery.objects.select_related("subscription")
                .filter(subscription__channel=Channel.EMAIL, is_test=False)
                .filter(subscription__key=uuid.UUID(match[2]), message_id=match[1])
                .filter(started_at__gt=now - BOUNCE_WINDOW)
                .exclude(outcome=Outcome.FAILED)
                .order_by("-pk")
                .first()
            )
            if delivery is not None:
                return delivery
    return None


def _mark(delivery: Delivery, *, now: dt.datetime) -> None:
    """Mark a message as bounced once, however often its bounce is reported."""
    if delivery.outcome != Outcome.DELIVERED:
        return
    delivery.outcome = Outcome.BOUNCED
    delivery.detail = _("It came back from the mail server.")
    delivery.save(update_fields=["outcome", "detail"])
    subscription = delivery.subscription
    count = bounces_in_a_row(subscription)
    if count < BOUNCES or subscription.state != SubscriptionState.ACTIVE:
        return
    because = _("%(count)d messages in a row came back.") % {"count": count}
    subscription.stop(now=now, because=because)
    subscription.save(update_fields=["state", "stopped_at", "stopped_because"])
    newest = subscription.deliveries.exclude(outcome=Outcome.FAILED).order_by("-pk")[:1]
    Delivery.objects.filter(pk__in=[d.pk for d in newest]).update(outcome=Outcome.REFUSED)
