"""The signed link to manage a webhook: its holder may do everything, and it never expires."""

from __future__ import annotations

import uuid

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from tracker.models import Channel, Subscription

# Some programs that turn text into links cut it off at Django's usual ":".
_LINK = signing.Signer(sep=".", salt="tracker.notify.webhook")
_FORM = signing.Signer(salt="tracker.notify.webhook.form")


def manage_url(request: HttpRequest, webhook: Subscription) -> str:
    return request.build_absolute_uri(reverse("webhook", args=[_LINK.sign(webhook.key.hex)]))


def webhook_of(token: str) -> Subscription | None:
    """Return the webhook of a link; None if the link is not ours, or the webhook is gone."""
    key = _key(_LINK, token)
    webhooks = Subscription.objects.filter(channel=Channel.WEBHOOK)
    return webhooks.filter(key=key).first() if key else None


def new_key() -> str:
    """Return a signed key for a form, so that a form sent twice makes one webhook."""
    return _FORM.sign(uuid.uuid4().hex)


def key_of(given: str) -> uuid.UUID | None:
    """Return the key in a form; None if we did not sign it."""
    return _key(_FORM, given)


def _key(signer: signing.Signer, text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(signer.unsign(text))
    except (signing.BadSignature, ValueError):
        return None
