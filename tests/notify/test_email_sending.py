"""Handing messages to the mail server: what it may answer, crashes, bounces, one-click headers."""

from __future__ import annotations

import datetime as dt
import re
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.make import NOW, published_commitment
from tests.notify.emailing import ADDRESS, ScriptedServer, at, make_email
from tracker.models import Delivery, Frequency, Outcome, Subscription, SubscriptionState
from tracker.notify import deliver
from tracker.notify.bounces import BOUNCES
from tracker.notify.deliver import deliver_due
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NOBODY = smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"5.1.1 no such user")})
FULL = smtplib.SMTPRecipientsRefused({ADDRESS: (452, b"4.2.2 mailbox full")})


@pytest.fixture
def server(settings: Any) -> type[ScriptedServer]:
    settings.EMAIL_BACKEND = "tests.notify.emailing.ScriptedServer"
    ScriptedServer.answers.clear()
    ScriptedServer.taken.clear()
    return ScriptedServer


def outcomes() -> list[tuple[str, int | None]]:
    return list(Delivery.objects.order_by("pk").values_list("outcome", "status"))


def test_an_attempt_is_recorded_with_what_it_covered() -> None:
    subscription = make_email()
    published_commitment()
    deliver_due(clock=at(NOW))
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.status) == (Outcome.DELIVERED, 250)
    assert (delivery.first_seq, delivery.last_seq) == (1, log_head().seq)
    assert mail.outbox[0].message()["Message-ID"] == f"<{delivery.message_id}@127.0.0.1>"
    assert delivery.message_id == f"{subscription.key.hex}.1-{log_head().seq}"


def test_the_next_message_begins_where_the_last_one_ended() -> None:
    make_email()
    published_commitment(title="First")
    deliver_due(clock=at(NOW))
    published_commitment(title="Second")
    deliver_due(clock=at(NOW))
    first, second = mail.outbox
    assert "First" in first.body
    assert "First" not in second.body
    assert "Second" in second.body
    covered = Delivery.objects.order_by("pk").values_list("first_seq", "last_seq")
    assert list(covered) == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    "error",
    [
        FULL,
        ConnectionRefusedError("nobody listens"),
        TimeoutError("timed out"),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPAuthenticationError(535, b"who are you"),
        smtplib.SMTPSenderRefused(550, b"not from here", "register@localhost"),
        smtplib.SMTPDataError(451, b"try again"),
        # About the message, and so about us, and not about who reads there.
        smtplib.SMTPDataError(554, b"looks like spam"),
        UnicodeError("label too long"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_pass_is_tried_again_by_the_table(
    server: type[ScriptedServer], error: Exception
) -> None:
    subscription = make_email()
    published_commitment()
    server.answers.append(error)
    assert deliver_due(clock=at(NOW)) == 1
    subscription.refresh_from_db()
    assert (subscription.failures, subscription.cursor) == (1, 0)
    assert subscription.next_attempt_at - NOW < dt.timedelta(seconds=6)
    assert deliver_due(clock=at(NOW + dt.timedelta(seconds=6))) == 1
    assert [outcome for outcome, _status in outcomes()] == ["failed", "delivered"]
    first, second = Delivery.objects.values_list("message_id", flat=True)
    assert first == second


@pytest.mark.parametrize(
    "error",
    [NOBODY, smtplib.SMTPDataError(550, b"no such user"), smtplib.SMTPDataError(553, b"no name")],
    ids=["recipient", "550", "553"],
)
def test_a_bounce_waits_a_day_and_is_no_failure(
    server: type[ScriptedServer], error: Exception
) -> None:
    subscription = make_email()
    published_commitment()
    server.answers.append(error)
    assert deliver_due(clock=at(NOW)) == 1
    assert deliver_due(clock=at(NOW + DAY - dt.timedelta(seconds=1))) == 0
    subscription.refresh_from_db()
    assert (subscription.failures, subscription.cursor) == (0, 0)
    assert deliver_due(clock=at(NOW + DAY)) == 1
    assert [outcome for outcome, _status in outcomes()] == ["bounced", "delivered"]
    subscription.refresh_from_db()
    assert subscription.cursor == log_head().seq


def test_a_weekly_bounce_waits_for_the_next_week(server: type[ScriptedServer]) -> None:
    subscription = make_email(frequency=Frequency.WEEKLY)
    published_commitment(now=NOW)
    monday = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
    server.answers.append(NOBODY)
    assert deliver_due(clock=at(monday)) == 1
    subscription.refresh_from_db()
    assert subscription.next_attempt_at == monday + 7 * DAY


def test_bounces_in_a_row_stop_it_with_a_reason(server: type[ScriptedServer]) -> None:
    subscription = make_email()
    published_commitment()
    server.answers.extend([NOBODY] * (BOUNCES + 1))
    for number in range(BOUNCES + 3):
        deliver_due(clock=at(NOW + number * DAY))
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.STOPPED
    assert subscription.stopped_because == (
        "5 messages in a row came back, the last one so: SMTP 550: 5.1.1 no such user"
    )
    assert outcomes() == [("bounced", 550)] * (BOUNCES - 1) + [("refused", 550)]


def test_a_message_that_arrives_between_bounces_begins_the_count_anew(
    server: type[ScriptedServer],
) -> None:
    subscription = make_email()
    published_commitment()
    server.answers.extend([NOBODY] * (BOUNCES - 1))
    for number in range(BOUNCES):
        deliver_due(clock=at(NOW + number * DAY))
    published_commitment()
    server.answers.extend([NOBODY] * (BOUNCES - 1))
    for number in range(BOUNCES, 2 * BOUNCES - 1):
        deliver_due(clock=at(NOW + number * DAY))
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE


def test_failures_between_bounces_do_not_hide_them(server: type[ScriptedServer]) -> None:
    subscription = make_email()
    published_commitment()
    for number in range(BOUNCES):
        server.answers.extend([FULL, NOBODY])
        deliver_due(clock=at(NOW + 2 * number * DAY))
        deliver_due(clock=at(NOW + (2 * number + 1) * DAY))
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.STOPPED


def test_one_that_is_started_again_begins_at_nought(server: type[ScriptedServer]) -> None:
    subscription = make_email()
    published_commitment()
    server.answers.extend([NOBODY] * (BOUNCES + 1))
    for number in range(BOUNCES):
        deliver_due(clock=at(NOW + number * DAY))
    subscription.refresh_from_db()
    subscription.resume(now=NOW + BOUNCES * DAY)
    subscription.save()
    assert deliver_due(clock=at(NOW + BOUNCES * DAY)) == 1
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE


def test_a_crash_after_sending_repeats_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published meanwhile is for the next one: the repeated one says what it said."""
    make_email()
    published_commitment(title="First")

    def crash(*args: object, **kwargs: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as context:
        context.setattr(deliver, "_settle", crash)
        with pytest.raises(SystemExit):
            deliver_due(clock=at(NOW))
    published_commitment(title="Second")
    deliver_due(clock=at(NOW + dt.timedelta(minutes=5)))
    first, again, second = mail.outbox
    assert first.message()["Message-ID"] == again.message()["Message-ID"]
    assert first.body == again.body
    assert first.subject == again.subject
    assert "Second" in second.body
    assert "First" not in second.body
    assert second.message()["Message-ID"] != first.message()["Message-ID"]


def test_a_message_that_was_begun_and_has_nothing_left_to_say_loses_nothing() -> None:
    """Its end was written down; then the filter was found to mean less than it had."""
    published_commitment()
    subscription = make_email(query="kind=mention", batch_end=log_head().seq)
    commitment = published_commitment(title="Second")
    assert commitment.title == "Second"
    Subscription.objects.filter(pk=subscription.pk).update(query="q=Second")
    deliver_due(clock=at(NOW))
    (message,) = mail.outbox
    assert "Second" in message.body


def test_a_filter_that_broke_stops_it() -> None:
    subscription = make_email(query="topic=nothing-here")
    published_commitment()
    assert deliver_due(clock=at(NOW)) == 0
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.STOPPED
    assert "nothing-here" in subscription.stopped_because


def test_one_click_from_the_headers_unsubscribes(client: Client) -> None:
    make_email()
    published_commitment()
    deliver_due(clock=at(NOW))
    told = mail.outbox[0].message()
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https?://[^/]+(/subscribe/stop/[^>]+)>", told["List-Unsubscribe"])
    assert found
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(found[1], {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()


def test_unsubscribing_while_it_is_sent_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_email()
    published_commitment()
    settle = deliver._settle

    def unsubscribe_first(*args: Any, **kwargs: Any) -> bool:
        Subscription.objects.all().delete()
        return settle(*args, **kwargs)

    monkeypatch.setattr(deliver, "_settle", unsubscribe_first)
    assert deliver_due(clock=at(NOW)) == 1
    assert not Delivery.objects.exists()
