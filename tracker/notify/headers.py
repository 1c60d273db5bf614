"""Headers of an e-mail, each on a single line so that none can inject another header."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings

from tracker.lib.text import one_line
from tracker.models import Subscription
from tracker.notify.links import Purpose, lasting_token, link
from tracker.notify.messages import Message

LONGEST_SUBJECT = 180


def subject_line(text: str) -> str:
    """Put text on a single line, cut with "…" past LONGEST_SUBJECT characters."""
    line = one_line(text)
    if len(line) > LONGEST_SUBJECT:
        return line[: LONGEST_SUBJECT - 1].rstrip() + "…"
    return line


def host() -> str:
    """Return the host of the register's own address, for globally unique ids."""
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def headers(subscription: Subscription, message: Message, *, now: dt.datetime) -> dict[str, str]:
    """Return a stable Message-ID, one-click unsubscribe (RFC 8058) and a ban on auto-replies.

    List-Id is RFC 2919, List-Unsubscribe RFC 2369, Auto-Submitted RFC 3834.
    """
    return {
        "Message-ID": f"<{message.id}@{host()}>",
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        "List-Id": f"<changes.{host()}>",
        "List-Unsubscribe": f"<{link(Purpose.STOP, lasting_token(subscription, Purpose.STOP))}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
