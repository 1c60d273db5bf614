"""Signed links: a valid one proves that its holder received the message, or made the webhook.

A token is the subscription's key, signed for one purpose: a link to unsubscribe opens nothing else.
Links to confirm expire after a week; the others last as long as the subscription.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import TextChoices
from django.urls import reverse

from tracker.models import Subscription
from tracker.notify.tidy import CONFIRM_WITHIN


class Purpose(TextChoices):
    """What a link is for, named after its page."""

    CONFIRM = "confirm-subscription"
    MANAGE = "manage-subscription"
    STOP = "stop-subscription"
    WEBHOOK = "webhook"


class BadLinkError(Exception):
    """Raised when a link is not one of ours for this purpose, or is incomplete."""


class ExpiredLinkError(Exception):
    """Raised when a link to confirm is too old."""


def _signer(purpose: Purpose) -> Signer:
    # Django's usual ":" is percent-encoded by some mail programs, and cut off by others.
    return Signer(sep=".", salt=f"tracker.notify.{purpose}")


def token_to_confirm(subscription: Subscription, *, now: dt.datetime) -> str:
    return _signer(Purpose.CONFIRM).sign(f"{subscription.key.hex}.{int(now.timestamp())}")


def key_to_confirm(token: str, *, now: dt.datetime) -> uuid.UUID:
    """Return the key in a token to confirm; raise BadLinkError or ExpiredLinkError."""
    key, _, made_at = _unsigned(token, Purpose.CONFIRM).partition(".")
    # A token from the future was made by a clock that was ahead, and would last too long.
    if abs(now.timestamp() - int(made_at)) > CONFIRM_WITHIN.total_seconds():
        raise ExpiredLinkError
    return uuid.UUID(key)


def lasting_token(subscription: Subscription, purpose: Purpose) -> str:
    """Return a token for a purpose that does not expire."""
    return _signer(purpose).sign(subscription.key.hex)


def key_of(token: str, purpose: Purpose) -> uuid.UUID:
    """Return the key in a token for this purpose; raise BadLinkError."""
    return uuid.UUID(_unsigned(token, purpose))


# -- Forms --------------------------------------------------------------------------------------

_FORM = Signer(salt="tracker.notify.webhook.form")


def new_form_key() -> str:
    """Return a signed key for a form, so that a form sent twice makes one webhook."""
    return _FORM.sign(uuid.uuid4().hex)


def form_key_of(given: str) -> uuid.UUID | None:
    """Return the key in a form; None if we did not sign it."""
    try:
        return uuid.UUID(_FORM.unsign(given))
    except BadSignature:
        return None


# -- Addresses ----------------------------------------------------------------------------------


def link(purpose: Purpose, token: str) -> str:
    """Return the absolute address of a token's page, for messages."""
    return f"{settings.PUBLIC_URL}{path_of(purpose, token)}"


def path_of(purpose: Purpose, token: str) -> str:
    """Return the path of a token's page: pages may only post forms to their own host."""
    return reverse(purpose.value, args=[token])


def _unsigned(token: str, purpose: Purpose) -> str:
    try:
        return _signer(purpose).unsign(token)
    except BadSignature as error:
        raise BadLinkError from error
