"""Asking to be told by e-mail: what happens between the form and the message with a link.

Nobody learns here who subscribes to what: every way through ends in the same answer. How many
messages may be asked for is counted in the database, so that every process counts the same.
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

# How many messages may be asked for within a time. For one address: enough to try again after a
# message that got lost, too few to fill somebody else's mailbox.
FOR_ONE_ADDRESS = ((dt.timedelta(minutes=10), 1), (dt.timedelta(days=1), 5))
# From one network: a ministry's whole house may stand behind one address.
FROM_ONE_NETWORK = ((dt.timedelta(hours=1), 10), (dt.timedelta(days=1), 30))
# From everywhere: below what makes a mail server suspicious of us.
FROM_EVERYWHERE = ((dt.timedelta(hours=1), 200),)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody fills in: the address in its normal form, the filter as it is kept."""

    address: str
    query: str
    frequency: str
    with_overdue: bool


def ask(wish: Wish, *, asked_from: str, now: dt.datetime) -> None:
    """Store the wish and send the message that it takes; do nothing where too much was asked.

    `asked_from` is the hash of the asking network. A mail server that fails is logged, not raised.
    """
    if not _is_within_limits(wish.address, asked_from=asked_from, now=now):
        return
    subscription, is_new = Subscription.objects.get_or_create(
        channel=Channel.EMAIL,
        address=wish.address,
        query=wish.query,
        defaults={**_options(wish), "created_at": now, "next_attempt_at": now},
    )
    if subscription.state == SubscriptionState.ACTIVE:
        message = _that_it_exists(subscription, now=now)
    else:
        if not is_new:
            _ask_again(subscription, wish, now=now)
        message = _to_confirm(subscription, now=now)
    try:
        message.send()
    except (OSError, ValueError) as error:
        # Only what kind it was: a refusal by the mail server names the address.
        code = getattr(error, "smtp_code", "")
        logger.error("A message asked for was not sent: %s %s", type(error).__name__, code)


def address_hash(address: str) -> str:
    """What counts a mailbox without naming it; of no use without the site's key."""
    mailbox = mailbox_of(address)
    return salted_hmac("tracker.notify.address", mailbox, algorithm="sha256").hexdigest()


def forget(address: str) -> None:
    """Delete everything that is held about an address, save that its network once asked."""
    Subscription.objects.filter(channel=Channel.EMAIL, address=address).delete()
    AskedMail.objects.filter(address_hash=address_hash(address)).update(address_hash="")
    empty_write_ahead_log()


def _options(wish: Wish) -> dict[str, Any]:
    return {"frequency": wish.frequency, "with_overdue": wish.with_overdue}


def _ask_again(subscription: Subscription, wish: Wish, *, now: dt.datetime) -> None:
    """Not confirmed yet, or stopped: it waits for its owner once more, as now asked for."""
    Subscription.objects.filter(pk=subscription.pk).exclude(state=SubscriptionState.ACTIVE).update(
        state=SubscriptionState.PENDING,
        created_at=now,
        stopped_at=None,
        stopped_because="",
        **_options(wish),
    )
    subscription.refresh_from_db()


def _is_within_limits(address: str, *, asked_from: str, now: dt.datetime) -> bool:
    """Count this message, and take it back when it is one too many.

    Written first and counted then: of two processes that ask at once, none can overlook the other.
    """
    mine = AskedMail.objects.create(
        address_hash=address_hash(address), network_hash=asked_from, sent_at=now
    )
    counted: tuple[tuple[dict[str, str], _Limits], ...] = (
        ({"address_hash": mine.address_hash}, FOR_ONE_ADDRESS),
        ({"network_hash": asked_from}, FROM_ONE_NETWORK),
        ({}, FROM_EVERYWHERE),
    )
    for where, limits in counted:
        for span, most in limits:
            if (
                AskedMail.objects.filter(
                    sent_at__gt=now - span, sent_at__lt=now + span, **where
                ).count()
                > most
            ):
                mine.delete()
                return False
    return True


def _to_confirm(subscription: Subscription, *, now: dt.datetime) -> EmailMessage:
    return _message(
        subscription,
        subject=_("Please confirm: %(register)s by e-mail"),
        template="emails/confirm.txt",
        address=link(Purpose.CONFIRM, token_to_confirm(subscription, now=now)),
        now=now,
    )


def _that_it_exists(subscription: Subscription, *, now: dt.datetime) -> EmailMessage:
    return _message(
        subscription,
        subject=_("You already subscribe: %(register)s by e-mail"),
        template="emails/exists.txt",
        address=link(Purpose.MANAGE, lasting_token(subscription, Purpose.MANAGE)),
        now=now,
    )


def _message(
    subscription: Subscription, *, subject: str, template: str, address: str, now: dt.datetime
) -> EmailMessage:
    # Without the words searched for: nobody is to send his own text to others through us.
    params = QueryDict(subscription.query, mutable=True)
    has_words = bool(params.pop("q", None))
    found = ChangeFilter(params, today=timezone.localdate(now), follows=True)
    context = {
        "subscription": subscription,
        "sentence": log_sentence(found),
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
