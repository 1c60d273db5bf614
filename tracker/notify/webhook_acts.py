"""What the owner of a webhook can do to it; each is safe to repeat and to do in two tabs.

Each reads the row anew and holds it until it is written, since deliverers write to it as well.
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

# A new webhook costs its receiver one request, whether it wants it or not. So they are counted,
# over `WINDOW`: an office with a few services gets by, and nobody can be kept busy by them.
ASKED_BY_ONE_NETWORK = 10
ASKED_FOR_ONE_CONTACT = 10
ASKED_FOR_ONE_HOST = 10
ASKED_ALTOGETHER = 200
# Enough to put a receiver right by trial and error.
TESTS_IN_AN_HOUR = 12
# Somebody waits at the page meanwhile, and a worker of the web server with them.
SECONDS_OF_TEST = 8


class RefusedError(Exception):
    """It cannot be done; str() is a sentence for the person who asked for it."""


# -- Asking for one -----------------------------------------------------------------------------


def _refuse_too_many(webhook: Subscription, *, now: dt.datetime) -> None:
    """Raise RefusedError when this one, which is written already, is one too many."""
    recent = Subscription.objects.filter(
        channel=Channel.WEBHOOK, created_at__gt=now - WINDOW, created_at__lt=now + WINDOW
    )
    told = list(recent.values_list("asked_from", "contact", "address")[: ASKED_ALTOGETHER + 1])
    host = _host_of(webhook.address)
    if len(told) > ASKED_ALTOGETHER:
        raise RefusedError(_("Too many webhooks were asked for today. Try again tomorrow."))
    if sum(network == webhook.asked_from for network, _w, _a in told) > ASKED_BY_ONE_NETWORK:
        raise RefusedError(
            _("Too many webhooks were asked for from your network today. Try again tomorrow.")
        )
    contact = mailbox_of(webhook.contact)
    if sum(mailbox_of(whom) == contact for _n, whom, _a in told) > ASKED_FOR_ONE_CONTACT:
        raise RefusedError(
            _("Too many webhooks were asked for with this e-mail address today. Try tomorrow.")
        )
    if sum(_host_of(url) == host for _n, _w, url in told) > ASKED_FOR_ONE_HOST:
        raise RefusedError(
            _("Too many webhooks were asked for at %(host)s today. Try again tomorrow.")
            % {"host": host}
        )


def _host_of(url: str) -> str:
    """The host of an address that may be called; a number in its usual notation."""
    host = urlsplit(url).hostname or ""
    return str(written_address(host) or host)


def register(
    *, key: uuid.UUID, address: str, contact: str, query: str, asked_from: str, now: dt.datetime
) -> tuple[Subscription, bool]:
    """Keep what was asked for, not active yet; return it, and whether it is new.

    `key` comes with the form: sent twice, the form makes one webhook. Raises RefusedError when too
    much was asked for.
    """
    asked = {"channel": Channel.WEBHOOK, "address": address, "contact": contact, "query": query}
    further = {"created_at": now, "next_attempt_at": now, "asked_from": asked_from}
    values = {**asked, **further, "secret": new_secret()}
    webhook, is_new = Subscription.objects.get_or_create(key=key, defaults=values)
    if not is_new:
        if all(getattr(webhook, name) == value for name, value in asked.items()):
            return webhook, False
        # The form was sent, altered, and sent again.
        webhook = Subscription.objects.create(**values)
    # Written first and counted then: of two at once, neither can overlook the other.
    try:
        _refuse_too_many(webhook, now=now)
    except RefusedError:
        webhook.delete()
        raise
    return webhook, True


# -- Its requests -------------------------------------------------------------------------------


def may_be_called(webhook: Subscription) -> bool:
    """Whether requests may go out: staff have approved, or nobody needs them to.

    One that staff have stopped has lost its confirmation with that.
    """
    if webhook.confirmed_at is not None:
        return True
    return settings.WEBHOOK_SELF_SERVICE and webhook.state == SubscriptionState.PENDING


def try_out(webhook: Subscription, *, now: dt.datetime) -> Attempt:
    """Send a test and record it. The first that is answered 2xx makes a pending webhook active.

    So nothing but tests, and few of those, ever reaches a receiver that did not agree. Raises
    RefusedError when it may not be called, or was too often.
    """
    message_id = id_of_test()
    test = _noted_test(webhook, message_id=message_id, now=now)
    body, begun = body_of_test(webhook, now=now), time.monotonic()
    attempt = request(webhook, id=message_id, content=body, now=now, seconds=SECONDS_OF_TEST)
    with held(webhook) as current:
        test.milliseconds = int((time.monotonic() - begun) * 1000)
        test.outcome, test.status, test.detail = attempt.outcome, attempt.status, attempt.detail
        test.save()
        agreed = attempt.outcome == Outcome.DELIVERED and may_be_called(current)
        if agreed and current.state == SubscriptionState.PENDING:
            current.start(now=now, head=log_head().seq)
            current.save()
    return attempt


def _noted_test(webhook: Subscription, *, message_id: str, now: dt.datetime) -> Delivery:
    """Write a test down before it is sent, so that many at the same moment are counted too."""
    with held(webhook) as current:
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
def held(webhook: Subscription) -> Iterator[Subscription]:
    """The row as it is now, held until the end. Raises RefusedError when it is gone."""
    with transaction.atomic():
        current = Subscription.objects.select_for_update().filter(key=webhook.key).first()
        if current is None:
            raise RefusedError(_("This webhook was deleted meanwhile."))
        yield current


def fingerprint(webhook: Subscription) -> str:
    """What a form says of the secret that it replaces."""
    return salted_hmac("tracker.notify.secret", webhook.secret, algorithm="sha256").hexdigest()[:16]


def rotate(webhook: Subscription, *, seen: str, now: dt.datetime) -> str:
    """Make a new secret and return it; the one before signs as well for a while.

    `seen` is the fingerprint of the secret that the form was about. A second click comes from a
    form about a secret that is replaced already: then it is the first one that goes on signing,
    because that is what the receiver knows.
    """
    with held(webhook) as current:
        if seen == fingerprint(current):
            current.previous_secret = current.secret
            current.previous_secret_until = now + BOTH_SECRETS
        current.secret = new_secret()
        current.save()
        return current.secret


def replay(webhook: Subscription, *, after: int, now: dt.datetime) -> None:
    """Tell the lines after number `after` again. Raises RefusedError before it was active."""
    with held(webhook) as current:
        if current.confirmed_at is None:
            raise RefusedError(_("It is not active yet: there is nothing to send again."))
        current.cursor, current.batch_end, current.next_attempt_at = after, None, now
        # A deliverer that is sending would set the cursor back to where it was.
        current.lease = current.lease_until = None
        current.save()


def pause(webhook: Subscription, *, now: dt.datetime) -> None:
    """Send nothing until it is resumed, when it goes on where it was.

    Raises RefusedError before it was active.
    """
    with held(webhook) as current:
        if current.state == SubscriptionState.PENDING:
            raise RefusedError(_("It is not active yet: there is nothing to pause."))
        if current.state == SubscriptionState.ACTIVE:
            current.stop(now=now, because=_("Its owner paused it."))
            current.save()


def resume(webhook: Subscription, *, now: dt.datetime) -> None:
    """Go on where it stopped. Raises RefusedError for what only staff can start."""
    with held(webhook) as current:
        if current.confirmed_at is None:
            raise RefusedError(_("Staff stopped this webhook, or have not approved it yet."))
        if current.state == SubscriptionState.STOPPED:
            current.resume(now=now)
            current.save()


def delete(webhook: Subscription, *, now: dt.datetime) -> None:
    """Delete it. A young one leaves a row without contact, filter and link while it counts.

    Otherwise whoever deletes and asks again could have requests sent without end. `tidy` removes
    the row in the end.
    """
    with held(webhook) as current:
        if current.created_at <= now - WINDOW:
            current.delete()
            return
        current.stop(now=now, because=_("Its owner deleted it."))
        current.key, current.secret, current.previous_secret = uuid.uuid4(), new_secret(), ""
        current.contact = current.query = ""
        current.confirmed_at = None
        current.deliveries.all().delete()
        current.save()
