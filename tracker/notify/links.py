"""The signed links in messages: whoever has one received the message that it stood in.

A token is the subscription's key, signed for one purpose: a link to unsubscribe opens nothing else.
Links to confirm end after a week; the others hold for as long as the subscription does.
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
    """What a link is for: the name of the page that it leads to."""

    CONFIRM = "confirm-subscription"
    MANAGE = "manage-subscription"
    STOP = "stop-subscription"


class BadLinkError(Exception):
    """Not a link that we sent for this purpose, or not all of it."""


class ExpiredLinkError(Exception):
    """A link to confirm that came too late."""


def _signer(purpose: Purpose) -> Signer:
    # Django's usual ":" is percent-encoded by some mail programs, and cut off by others.
    return Signer(sep=".", salt=f"tracker.notify.{purpose}")


def token_to_confirm(subscription: Subscription, *, now: dt.datetime) -> str:
    return _signer(Purpose.CONFIRM).sign(f"{subscription.key.hex}.{int(now.timestamp())}")


def key_to_confirm(token: str, *, now: dt.datetime) -> uuid.UUID:
    """The key in a token to confirm; raises BadLinkError or ExpiredLinkError."""
    key, _, made_at = _opened(token, Purpose.CONFIRM).partition(".")
    # One from the future was made under a clock that was ahead, and would hold for as long.
    if abs(now.timestamp() - int(made_at)) > CONFIRM_WITHIN.total_seconds():
        raise ExpiredLinkError
    return uuid.UUID(key)


def lasting_token(subscription: Subscription, purpose: Purpose) -> str:
    """A token for a purpose that does not end with time."""
    return _signer(purpose).sign(subscription.key.hex)


def key_of(token: str, purpose: Purpose) -> uuid.UUID:
    """The key in a token for this purpose; raises BadLinkError."""
    return uuid.UUID(_opened(token, purpose))


def link(purpose: Purpose, token: str) -> str:
    """The whole address of the page to which a token belongs, for messages."""
    return f"{settings.PUBLIC_URL}{path_of(purpose, token)}"


def path_of(purpose: Purpose, token: str) -> str:
    """The same without the host, for pages: a form may only be sent to where it came from."""
    return reverse(purpose.value, args=[token])


def _opened(token: str, purpose: Purpose) -> str:
    try:
        return _signer(purpose).unsign(token)
    except BadSignature as error:
        raise BadLinkError from error
