"""Messages that came back because nobody reads at an address, and when to stop writing to it.

What the mail server says at once is recorded as the outcome of the attempt (see `emails`). What it
says later comes as a delivery status notification (RFC 3464), which is read here.
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

# So many messages in a row that came back end a subscription: more than a mailbox that was full
# for a weekend, fewer than make mail servers think that we send to lists of guessed names.
BOUNCES = 5
# Mail servers give up after five days or so (RFC 5321, section 4.5.4.1); their queues may be slow.
COMES_BACK_WITHIN = dt.timedelta(days=14)
_OUR_ID = re.compile(r"<(([0-9a-f]{32})\.[0-9]+-[0-9]+)@[^>]+>")


def bounces_in_a_row(subscription: Subscription) -> int:
    """Messages that came back since the last one that did not; what failed otherwise is left out.

    A stop is recorded as refused, so that a subscription that is started again begins at nought.
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
    """Read a notification and mark the message that it says came back.

    Returns the subscriptions concerned: none for what is no notification, tells of a delay, or does
    not name a message that we sent lately. Anybody can write a notification about an address; the
    id of a message holds the subscription's key, which nobody knows who was not sent it.
    """
    mail = message_from_bytes(notification, policy=compat32)
    if not _says_that_it_failed(mail):
        return []
    with transaction.atomic():
        delivery = _delivery_by_id(mail, now=now)
        if delivery is None:
            return []
        _mark(delivery, now=now)
        return [delivery.subscription]


def _says_that_it_failed(mail: Mail) -> bool:
    """Whether a part of type message/delivery-status says `Action: failed` of a recipient."""
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
    """The message whose id the returned headers name."""
    for part in mail.walk():
        if part is mail:
            continue  # the notification's own headers are written by whoever sent it
        names = [str(part.get("Message-ID", ""))]
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            names.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
        for found in _OUR_ID.finditer("\n".join(names)):
            delivery = (
                Delivery.objects.select_related("subscription")
                .filter(subscription__channel=Channel.EMAIL, is_test=False)
                .filter(subscription__key=uuid.UUID(found[2]), message_id=found[1])
                .filter(started_at__gt=now - COMES_BACK_WITHIN)
                .exclude(outcome=Outcome.FAILED)
                .order_by("-pk")
                .first()
            )
            if delivery is not None:
                return delivery
    return None


def _mark(delivery: Delivery, *, now: dt.datetime) -> None:
    """Once for each message, however often its return is told."""
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
