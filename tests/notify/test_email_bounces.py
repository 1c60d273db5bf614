"""Reading what a mail server says when a message comes back (RFC 3464)."""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command

from tests.make import NOW, published_commitment
from tests.notify.emailing import ADDRESS, at, make_email
from tracker.models import Delivery, Outcome, Subscription, SubscriptionState
from tracker.notify.bounces import BOUNCES, record_bounce
from tracker.notify.deliver import deliver_due

pytestmark = pytest.mark.django_db

NOTIFICATION = """\
From: MAILER-DAEMON@mail.example.org
To: register@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Message-ID: <own@mail.example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--x
{returned}
--x--
"""
HEADERS = "Content-Type: text/rfc822-headers\n\nSubject: 2 changes\nMessage-ID: {id}\n"
WHOLE = "Content-Type: message/rfc822\n\nSubject: 2 changes\nMessage-ID: {id}\n\nThe text.\n"
NOTHING = "Content-Type: text/plain\n\nNothing is returned.\n"


def notification(
    id: str = "", *, returned: str = HEADERS, action: str = "failed", recipient: str = ADDRESS
) -> bytes:
    told = NOTIFICATION.format(recipient=recipient, action=action, returned=returned.format(id=id))
    return told.encode()


def sent_message() -> str:
    """Send one more message and return its Message-ID."""
    published_commitment()
    deliver_due(clock=at(NOW))
    return str(mail.outbox[-1].message()["Message-ID"])


@pytest.mark.parametrize("returned", [HEADERS, WHOLE], ids=["headers", "whole"])
def test_found_by_the_id_of_the_message(returned: str) -> None:
    make_email(address="other@example.org")
    subscription = make_email()
    sent_message()
    by_address = {message.to[0]: message for message in mail.outbox}
    id = by_address[ADDRESS].message()["Message-ID"]
    # A forwarded mailbox answers under another name.
    concerned = record_bounce(
        notification(id, returned=returned, recipient="elsewhere@example.net"), now=NOW
    )
    assert concerned == [subscription]
    told = dict(Delivery.objects.values_list("subscription__address", "outcome"))
    assert told == {ADDRESS: Outcome.BOUNCED, "other@example.org": Outcome.DELIVERED}


@pytest.mark.parametrize("returned", [NOTHING, HEADERS, WHOLE])
def test_forged_ones_that_only_name_an_address_do_nothing(returned: str) -> None:
    subscription = make_email()
    for number in range(BOUNCES + 1):
        sent_message()
        # What anybody can write: our address, the reader's, an id that looks like ours.
        forged = notification(
            f"<{number:032x}.{number}-{number}@localhost>", returned=returned, recipient=ADDRESS
        )
        assert record_bounce(forged, now=NOW) == []
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE
    assert set(Delivery.objects.values_list("outcome", flat=True)) == {Outcome.DELIVERED}


def test_the_id_counts_in_the_returned_message_alone() -> None:
    """Not in the notification's own headers, nor in what it says."""
    make_email()
    id = sent_message()
    forged = notification(returned=NOTHING).replace(b"<own@mail.example.org>", id.encode())
    assert record_bounce(forged.replace(b"I'm sorry", id.encode()), now=NOW) == []


def test_a_message_of_long_ago_does_not_come_back_any_more() -> None:
    subscription = make_email()
    id = sent_message()
    assert record_bounce(notification(id), now=NOW + dt.timedelta(days=14)) == []
    assert record_bounce(notification(id), now=NOW + dt.timedelta(days=13)) == [subscription]


def test_the_fifth_in_a_row_stops_it() -> None:
    subscription = make_email()
    for number in range(1, BOUNCES + 1):
        record_bounce(notification(sent_message()), now=NOW)
        subscription.refresh_from_db()
        is_stopped = subscription.state == SubscriptionState.STOPPED
        assert is_stopped == (number == BOUNCES)
    assert subscription.stopped_because == "5 messages in a row came back."
    assert subscription.stopped_at == NOW


def test_notifications_that_come_late_and_together_count_alike() -> None:
    subscription = make_email()
    ids = [sent_message() for _ in range(BOUNCES)]
    for id in ids:
        record_bounce(notification(id), now=NOW)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.STOPPED


def test_one_message_counts_once_however_often_it_is_told() -> None:
    subscription = make_email()
    id = sent_message()
    for _ in range(BOUNCES + 1):
        record_bounce(notification(id), now=NOW)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE


def test_a_message_that_arrives_between_them_begins_the_count_anew() -> None:
    subscription = make_email()
    for number in range(2 * BOUNCES):
        id = sent_message()
        if number != BOUNCES - 1:
            record_bounce(notification(id), now=NOW)
            subscription.refresh_from_db()
            if number < 2 * BOUNCES - 1:
                assert subscription.state == SubscriptionState.ACTIVE
    assert subscription.state == SubscriptionState.STOPPED


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_only_failures_count(action: str) -> None:
    make_email()
    id = sent_message()
    assert record_bounce(notification(id, action=action), now=NOW) == []
    assert Delivery.objects.get().outcome == Outcome.DELIVERED


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: Out of office\n\nI am away. Action: failed\n",
        b"Content-Type: message/delivery-status\n\nAction: failed\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\n--x--",
        notification("<deadbeef.1-2@elsewhere>", recipient="nobody@example.org"),
        notification(f"<{'0' * 32}.1-2@register>", recipient="nobody@example.org"),
        notification("", recipient=""),
    ],
    ids=range(8),
)
def test_anything_else_is_left_alone(told: bytes) -> None:
    make_email()
    sent_message()
    assert record_bounce(told, now=NOW) == []
    assert Delivery.objects.get().outcome == Outcome.DELIVERED
    assert Subscription.objects.get().state == SubscriptionState.ACTIVE


def test_a_paused_one_keeps_its_own_reason() -> None:
    subscription = make_email()
    ids = [sent_message() for _ in range(BOUNCES)]
    subscription.refresh_from_db()
    subscription.stop(now=NOW, because="Paused.")
    subscription.save()
    for id in ids:
        record_bounce(notification(id), now=NOW)
    subscription.refresh_from_db()
    assert subscription.stopped_because == "Paused."


def test_the_command_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    subscription = make_email()
    id = sent_message()

    def run(content: bytes) -> str:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        out = io.StringIO()
        call_command("record_bounce", stdout=out)
        return out.getvalue()

    assert run(notification(id)) == f"{subscription.key}: active\n"
    assert run(b"Subject: hello\n\n") == "Nothing to record.\n"
