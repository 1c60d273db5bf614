"""Whole messages about a small register against tests/samples/emails."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from tests.feeds.small_register import hours, publish_small_register
from tests.make import NOW
from tests.notify.emailing import at, html_of, make_email
from tracker.models import Frequency
from tracker.notify.deliver import deliver_due
from tracker.notify.opt_in import EmailOptIn, request_opt_in
from tracker.queries.visibility import log_head

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "emails"
# Everything of the small register is overdue by then.
LATER = NOW + dt.timedelta(days=60)


@pytest.fixture(autouse=True)
def _register(db: None, settings: Any) -> None:
    settings.PUBLIC_URL = "https://register.example.org"
    publish_small_register()


def sample(name: str) -> str:
    return (SAMPLES / name).read_bytes().decode()


def without_tokens(text: str) -> str:
    """Tokens are signed with a key of each machine."""
    return re.sub(r"/subscribe/(confirm|manage|stop)/[\w.-]+/", r"/subscribe/\1/TOKEN/", text)


def send_digest() -> Any:
    make_email(
        key=uuid.UUID(int=7),
        frequency=Frequency.WEEKLY,
        with_overdue=True,
        confirmed_at=hours(-24),
    )
    deliver_due(clock=at(LATER))
    (message,) = mail.outbox
    return message


def test_the_whole_text() -> None:
    assert without_tokens(send_digest().body) == sample("digest.txt")


def test_the_whole_html() -> None:
    assert without_tokens(html_of(send_digest())) == sample("digest.html")


def test_the_headers() -> None:
    message = send_digest().message()
    told = {name: without_tokens(value) for name, value in message.items()}
    assert told.pop("Content-Type") == "multipart/alternative"
    assert told == {
        "MIME-Version": "1.0",
        "Subject": "18 changes: Commitment Tracker",
        "From": "Commitment Tracker <register@localhost>",
        "To": "reader@example.org",
        "Date": "Thu, 21 Jan 2027 09:00:00 +0000",
        "Message-ID": f"<{uuid.UUID(int=7).hex}.1-{log_head().seq}@register.example.org>",
        "Auto-Submitted": "auto-generated",
        "List-Id": "<changes.register.example.org>",
        "List-Unsubscribe": "<https://register.example.org/subscribe/stop/TOKEN/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_the_whole_message_to_confirm() -> None:
    opt_in = EmailOptIn("reader@example.org", "kind=status", Frequency.DAILY, with_overdue=False)
    request_opt_in(opt_in, asked_from="network", now=NOW)
    (message,) = mail.outbox
    assert without_tokens(message.body) == sample("confirm.txt")
    assert message.subject == "Please confirm: Commitment Tracker by e-mail"


def test_the_whole_message_that_there_is_one() -> None:
    make_email(query="q=cyber", frequency=Frequency.DAILY)
    opt_in = EmailOptIn("reader@example.org", "q=cyber", Frequency.WEEKLY, with_overdue=True)
    request_opt_in(opt_in, asked_from="network", now=NOW)
    (message,) = mail.outbox
    assert without_tokens(message.body) == sample("exists.txt")
    assert message.subject == "You already subscribe: Commitment Tracker by e-mail"
