"""E-mail opt-in: from the submitted form to the message with a link.

Nobody learns here who subscribes to what: every outcome gets the same response. Requests are
counted in the database, so that all processes share the limits.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tracker.filters import ChangeFilter
from tracker.filters.words import log_sentence
from tracker.lib.email_addresses import mailbox_of
from tracker.lib.erasure import empty_write_ahead_log
from tracker.lib.text import one_line
from tracker.models import AskedMail, Channel, Subscription, SubscriptionState
from tracker.notify.links import Purpose, lasting_token, link, token_to_confirm
from tracker.notify.tidy import CONFIRM_WITHIN

logger = logging.getLogger(__name__)

_Limits: TypeAlias = tuple[tuple[dt.timedelta, int], ...]

# How many messages may be requested within a time. For one address: enough to try again after a
# lost message, too few to fill somebody else's mailbox.
FOR_ONE_ADDRESS = ((dt.timedelta(minutes=10), 1), (dt.timedelta(days=1), 5))
# From one network: a whole ministry may share one address.
FROM_ONE_NETWORK = ((dt.timedelta(hours=1), 10), (dt.timedelta(days=1), 30))
# In total: below what makes a mail server suspicious of us.
FROM_EVERYWHERE = ((dt.timedelta(hours=1), 200),)


@dataclass(frozen=True, slots=True)
class EmailOptIn:
    """A submitted form: the normalised address, the filter as stored, and the options."""

    address: str
    query: str
    frequency: str
    with_overdue: bool


def request_opt_in(opt_in: EmailOptIn, *, asked_from: str, now: dt.datetime) -> None:
    """Store an opt-in and send its message; do nothing beyond the limits.

    `asked_from` is the hash of the requesting network. A mail failure is logged, not raised.
    """
    if not _is_within_limits(opt_in.address, asked_from=asked_from, now=now):
        return
    subscription, is_new = Subscription.objects.get_or_create(
        channel=Channel.EMAIL,
        address=opt_in.address,
        query=opt_in.query,
        defaults={**_options(opt_in), "created_at": now, "next_attempt_at": now},
    )
    if subscription.state == SubscriptionState.ACTIVE:
        message = _message(
            subscription,
            subject=_("You already subscribe: %(register)s by e-mail"),
            template="emails/exists.txt",
            address=link(Purpose.MANAGE, lasting_token(subscription, Purpose.MANAGE)),
            now=now,
        )
    else:
        if not is_new:
            _reopen(subscription, opt_in, now=now)
        message = _message(
            subscription,
            subject=_("Please confirm: %(register)s by e-mail"),
            template="emails/confirm.txt",
            address=link(Purpose.CONFIRM, token_to_confirm(subscription, now=now)),
            now=now,
        )
    try:
        message.send()
    except (OSError, ValueError) as error:
        # Only the kind of error: the mail server's own words name the address.
        code = getattr(error, "smtp_code", "")
        logger.error("A message asked for was not sent: %s %s", type(error).__name__, code)


def address_hash(address: str) -> str:
    """Return a keyed hash of a mailbox, which counts it without naming it."""
    mailbox = mailbox_of(address)
    return salted_hmac("tracker.notify.address", mailbox, algorithm="sha256").hexdigest()


def forget(address: str) -> None:
    """Delete everything stored about an address, except that its network once made a request."""
    Subscription.objects.filter(channel=Channel.EMAIL, address=address).delete()
    AskedMail.objects.filter(address_hash=address_hash(address)).update(address_hash="")
    empty_write_ahead_log()


def _options(opt_in: EmailOptIn) -> dict[str, Any]:
    return {"frequency": opt_in.frequency, "with_overdue": opt_in.with_overdue}


def _reopen(subscription: Subscription, opt_in: EmailOptIn, *, now: dt.datetime) -> None:
    """Set an unconfirmed or stopped subscription back to pending, with the new options."""
    Subscription.objects.filter(pk=subscription.pk).exclude(state=SubscriptionState.ACTIVE).update(
        state=SubscriptionState.PENDING,
        created_at=now,
        stopped_at=None,
        stopped_because="",
        **_options(opt_in),
    )
    subscription.refresh_from_db()


def _is_within_limits(address: str, *, asked_from: str, now: dt.datetime) -> bool:
    """Count this message, or return False and uncount it if it exceeds a limit.

    It is written before it is counted, so that two concurrent requests cannot miss each other.
    """
    counted = AskedMail.objects.create(
        address_hash=address_hash(address), network_hash=asked_from, sent_at=now
    )
    limited: tuple[tuple[dict[str, str], _Limits], ...] = (
        ({"address_hash": counted.address_hash}, FOR_ONE_ADDRESS),
        ({"network_hash": asked_from}, FROM_ONE_NETWORK),
        ({}, FROM_EVERYWHERE),
    )
    for where, limits in limited:
        for span, most in limits:
            if (
                AskedMail.objects.filter(
                    sent_at__gt=now - span, sent_at__lt=now + span, **where
                ).count()
                > most
            ):
                counted.delete()
                return False
    return True


def _message(
    subscription: Subscription, *, subject: str, template: str, address: str, now: dt.datetime
) -> EmailMessage:
    # Without the search words: nobody may send their own text to others through us.
    params = QueryDict(subscription.query, mutable=True)
    has_words = bool(params.pop("q", None))
    filterset = ChangeFilter(params, today=timezone.localdate(now), follows=True)
    context = {
        "subscription": subscription,
        "sentence": log_sentence(filterset),
        "has_words": has_words,
        "link": address,
        "days": CONFIRM_WITHIN.days,
        "register_name": settings.REGISTER_NAME,
        "home": f"{settings.PUBLIC_URL}/",
    }
    return EmailMessage(
        subject=one_line(subject % {"register": settings.REGISTER_NAME}),
        body=render_to_string(template, context),
        to=[subscription.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
