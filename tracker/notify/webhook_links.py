"""The link with which its owner manages a webhook: whoever has it may do everything, for ever."""

from __future__ import annotations

import uuid

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from tracker.models import Channel, Subscription

# Django's usual ":" is cut off by some programs that make links of text.
_LINK = signing.Signer(sep=".", salt="tracker.notify.webhook")
_FORM = signing.Signer(salt="tracker.notify.webhook.form")


def manage_url(request: HttpRequest, webhook: Subscription) -> str:
    return request.build_absolute_uri(reverse("webhook", args=[_LINK.sign(webhook.key.hex)]))


def webhook_of(token: str) -> Subscription | None:
    """The webhook that a link is about; None when the link is not ours, or the webhook is gone."""
    key = _key(_LINK, token)
    webhooks = Subscription.objects.filter(channel=Channel.WEBHOOK)
    return webhooks.filter(key=key).first() if key else None


def new_key() -> str:
    """A signed key for a form that asks for a webhook: sent twice, it makes one."""
    return _FORM.sign(uuid.uuid4().hex)


def key_of(given: str) -> uuid.UUID | None:
    """The key in a form; None when it was not us who gave it."""
    return _key(_FORM, given)


def _key(signer: signing.Signer, text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(signer.unsign(text))
    except (signing.BadSignature, ValueError):
        return None
