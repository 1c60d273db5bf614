"""manage.py record_bounce: read a mail server's notification that a message came back."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.notify.bounces import record_bounce

# A notification returns headers, and at most the message; what is longer is none of ours.
_MOST_BYTES = 1_000_000


class Command(BaseCommand):
    help = (
        "Read a delivery status notification (RFC 3464) from standard input, as a mail server's "
        "pipe gives it, and count the message as returned. Anything else is left alone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        concerned = record_bounce(sys.stdin.buffer.read(_MOST_BYTES), now=timezone.now())
        # Never a failure: the mail server would return the notification to itself.
        told = [f"{subscription.key}: {subscription.state}" for subscription in concerned]
        self.stdout.write("\n".join(told) or "Nothing to record.")
