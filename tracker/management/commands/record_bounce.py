"""manage.py record_bounce: process a mail server's bounce notification."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.notify.bounces import record_bounce

# A notification contains headers and at most the message; anything longer is not ours.
_MOST_BYTES = 1_000_000


class Command(BaseCommand):
    help = (
        "Read a delivery status notification (RFC 3464) from standard input, as a mail server's "
        "pipe gives it, and count the message as returned. Anything else is left alone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        concerned = record_bounce(sys.stdin.buffer.read(_MOST_BYTES), now=timezone.now())
        # Never fail: the mail server would bounce the notification to itself.
        lines = [f"{subscription.key}: {subscription.state}" for subscription in concerned]
        self.stdout.write("\n".join(lines) or "Nothing to record.")
