"""What the owner of a webhook can do to it; each action is safe to repeat and to do in two tabs.

Each locks the row until it is written, since deliverers write to it as well.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tracker.lib.email_addresses import mailbox_of
from tracker.lib.public_addresses import written_address
from tracker.models import Channel, Delivery, Outcome, Subscription, SubscriptionState
from tracker.notify.messages import Attempt
from tracker.notify.tidy import WINDOW
from tracker.notify.webhooks import (
    BOTH_SECRETS,
    body_of_test,
    id_of_test,
    new_secret,
    request,
)
from tracker.queries.visibility import log_head

# A new webhook costs its receiver one request, wanted or not. So they are limited within `WINDOW`:
# an office with a few services gets by, and nobody can be flooded.
REQUESTS_BY_NETWORK = 10
REQUESTS_BY_CONTACT = 10
REQUESTS_BY_HOST = 10
REQUESTS_IN_ALL = 200
# Enough to debug a receiver by trial and error.
TESTS_IN_AN_HOUR = 12
# During a test the owner waits for the page, and a worker of the web server is occupied.
SECONDS_OF_TEST = 8


class RefusedError(Exception):
    """Raised when an action is not possible; str() is a sentence for the owner."""


# -- Requesting one -----------------------------------------------------------------------------


def _refuse_too_many(webhook: Subscription, *, now: dt.datetime) -> None:
    """Raise RefusedError if this webhook, which is already written, exceeds a limit."""
    recent = Subscription.objects.filter(
        channel=Channel.WEBHOOK, created_at__gt=now - WINDOW, created_at__lt=now + WINDOW
    )
    rows = list(recent.values_list("asked_from", "contact", "address")[: REQUESTS_IN_ALL + 1])
    host, contact = _host_of(webhook.address), mailbox_of(webhook.contact)
    networks = sum(network == webhook.asked_from for network, _w, _a in rows)
    contacts = sum(mailbox_of(whom) == contact for _n, whom, _a in rows)
    hosts = sum(_host_of(url) == host for _n, _w, url in rows)
    if len(rows) > REQUESTS_IN_ALL:
        raise RefusedError(_("Too many webhooks were asked for today. Try again tomorrow."))
    if networks > REQUESTS_BY_NETWORK:
        raise RefusedError(
            _("Too many webhooks were asked for from your network today. Try again tomorrow.")
        )
    if contacts > REQUESTS_BY_CONTACT:
        raise RefusedError(
            _("Too many webhooks were asked for with this e-mail address today. Try tomorrow.")
        )
    if hosts > REQUESTS_BY_HOST:
        message = _("Too many webhooks were asked for at %(host)s today. Try again tomorrow.")
        raise RefusedError(message % {"host": host})


def _host_of(url: str) -> str:
    """Return the host of a callable address; an IP address in its usual notation."""
    host = urlsplit(url).hostname or ""
    return str(written_address(host) or host)


def register(
    *, key: uuid.UUID, address: str, contact: str, query: str, asked_from: str, now: dt.datetime
) -> tuple[Subscription, bool]:
    """Store a requested webhook, not active yet; return it, and whether it is new.

    `key` comes with the form, so a form sent twice makes one webhook. Raise RefusedError beyond the
    limits.
    """
    requested = {"channel": Channel.WEBHOOK, "address": address, "contact": contact, "query": query}
    further = {"created_at": now, "next_attempt_at": now, "asked_from": asked_from}
    values = {**requested, **further, "secret": new_secret()}
    webhook, is_new = Subscription.objects.get_or_create(key=key, defaults=values)
    if not is_new:
        if all(getattr(webhook, name) == value for name, value in requested.items()):
            return webhook, False
        # The form was sent, edited, and sent again.
        webhook = Subscription.objects.create(**values)
    # Written before it is counted, so that two concurrent requests cannot miss each other.
    try:
        _refuse_too_many(webhook, now=now)
    except RefusedError:
        webhook.delete()
        raise
    return webhook, True


# -- Its requests -------------------------------------------------------------------------------


def may_be_called(webhook: Subscription) -> bool:
    """Return whether requests may go out: staff have approved, or need not.

    A webhook that staff have stopped has lost its confirmation.
    """
    if webhook.confirmed_at is not None:
        return True
    return settings.WEBHOOK_SELF_SERVICE and webhook.state == SubscriptionState.PENDING


def send_test(webhook: Subscription, *, now: dt.datetime) -> Attempt:
    """Send a test and record it; the first 2xx response makes a pending webhook active.

    So nothing but a few tests reaches a receiver that did not agree. Raise RefusedError if it may
    not be called, or was tested too often.
    """
    message_id = id_of_test()
    test = _record_test(webhook, message_id=message_id, now=now)
    body, begun = body_of_test(webhook, now=now), time.monotonic()
    attempt = request(webhook, id=message_id, content=body, now=now, seconds=SECONDS_OF_TEST)
    with locked(webhook) as current:
        test.milliseconds = int((time.monotonic() - begun) * 1000)
        test.outcome, test.status, test.detail = attempt.outcome, attempt.status, attempt.detail
        test.save()
        agreed = attempt.outcome == Outcome.DELIVERED and may_be_called(current)
        if agreed and current.state == SubscriptionState.PENDING:
            current.start(now=now, head=log_head().seq)
            current.save()
    return attempt


def _record_test(webhook: Subscription, *, message_id: str, now: dt.datetime) -> Delivery:
    """Record a test before it is sent, so that concurrent tests are counted too."""
    with locked(webhook) as current:
        if not may_be_called(current):
            raise RefusedError(_("Nothing is sent to this address until staff have approved it."))
        recent = current.deliveries.filter(is_test=True, started_at__gt=now - dt.timedelta(hours=1))
        if recent.count() >= TESTS_IN_AN_HOUR:
            raise RefusedError(
                _("More than %(count)d tests within an hour: wait a while before the next.")
                % {"count": TESTS_IN_AN_HOUR}
            )
        return Delivery.objects.create(
            subscription=current,
            message_id=message_id,
            attempt=1,
            started_at=now,
            milliseconds=0,
            outcome=Outcome.FAILED,
            detail=_("No answer yet."),
            is_test=True,
        )


# -- Running it ---------------------------------------------------------------------------------


@contextmanager
def locked(webhook: Subscription) -> Iterator[Subscription]:
    """Yield the current row, locked until the end. Raise RefusedError if it is gone."""
    with transaction.atomic():
        current = Subscription.objects.select_for_update().filter(key=webhook.key).first()
        if current is None:
            raise RefusedError(_("This webhook was deleted meanwhile."))
        yield current


def fingerprint(webhook: Subscription) -> str:
    """Return a short hash of the secret, by which a form names the one that it replaces."""
    return salted_hmac("tracker.notify.secret", webhook.secret, algorithm="sha256").hexdigest()[:16]


def rotate(webhook: Subscription, *, seen: str, now: dt.datetime) -> str:
    """Make a new secret and return it; the previous one keeps signing for a while.

    `seen` is the fingerprint of the secret that the form showed. A second click comes from a form
    whose secret is already replaced: then that first secret keeps signing, because it is the one
    that the receiver knows.
    """
    with locked(webhook) as current:
        if seen == fingerprint(current):
            current.previous_secret = current.secret
            current.previous_secret_until = now + BOTH_SECRETS
        current.secret = new_secret()
        current.save()
        return current.secret


def replay(webhook: Subscription, *, after: int, now: dt.datetime) -> None:
    """Send the lines after number `after` again. Raise RefusedError before it was active."""
    with locked(webhook) as current:
        if current.confirmed_at is None:
            raise RefusedError(_("It is not active yet: there is nothing to send again."))
        current.cursor, current.batch_end, current.next_attempt_at = after, None, now
        # Revoke the lease: a deliverer that is sending would overwrite the cursor.
        current.lease = current.lease_until = None
        current.save()


def pause(webhook: Subscription, *, now: dt.datetime) -> None:
    """Send nothing until it is resumed, then continue from the same cursor.

    Raise RefusedError before it was active.
    """
    with locked(webhook) as current:
        if current.state == SubscriptionState.PENDING:
            raise RefusedError(_("It is not active yet: there is nothing to pause."))
        if current.state == SubscriptionState.ACTIVE:
            current.stop(now=now, because=_("Its owner paused it."))
            current.save()


def resume(webhook: Subscription, *, now: dt.datetime) -> None:
    """Continue where it stopped. Raise RefusedError if only staff can start it."""
    with locked(webhook) as current:
        if current.confirmed_at is None:
            raise RefusedError(_("Staff stopped this webhook, or have not approved it yet."))
        if current.state == SubscriptionState.STOPPED:
            current.resume(now=now)
            current.save()


def delete(webhook: Subscription, *, now: dt.datetime) -> None:
    """Delete it; a recent one leaves a row without contact, filter and link, which still counts.

    Otherwise deleting and requesting again could trigger requests without limit. `tidy` removes the
    row later.
    """
    with locked(webhook) as current:
        if current.created_at <= now - WINDOW:
            current.delete()
            return
        current.stop(now=now, because=_("Its owner deleted it."))
        current.key, current.secret, current.previous_secret = uuid.uuid4(), new_secret(), ""
        current.contact = current.query = ""
        current.confirmed_at = None
        current.deliveries.all().delete()
        current.save()
