"""Subscriptions by e-mail for tests: builders, a mail server that does as told, reading mail."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from tests.make import NOW
from tracker.models import Channel, Frequency, Subscription, SubscriptionState

ADDRESS = "reader@example.org"


def make_email(**overrides: Any) -> Subscription:
    """An active subscription to everything, told at once, at the beginning of the log."""
    values = {
        "channel": Channel.EMAIL,
        "state": SubscriptionState.ACTIVE,
        "address": ADDRESS,
        "frequency": Frequency.IMMEDIATE,
        "created_at": NOW,
        "confirmed_at": NOW,
        "next_attempt_at": NOW,
    }
    return Subscription.objects.create(**values | overrides)


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    """A clock that stands still."""
    return lambda: moment


class ScriptedServer(BaseEmailBackend):
    """Raises what `answers` holds, one for each message, and takes the message otherwise."""

    answers: list[Exception] = []
    taken: list[EmailMultiAlternatives] = []

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            if self.answers:
                raise self.answers.pop(0)
            self.taken.append(message)
        return len(email_messages)


def html_of(message: Any) -> str:
    """The HTML alternative of a message."""
    (content, kind), *others = message.alternatives
    assert (kind, others) == ("text/html", [])
    return str(content)


def links_in(text: str, path: str) -> list[str]:
    """The paths of the addresses in a text that begin with `path`."""
    return re.findall(rf"https?://[^/\s]+({re.escape(path)}[^\s\"<>]*)", text)
