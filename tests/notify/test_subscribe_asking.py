"""The form for e-mail: one answer for everybody, bad addresses, and how much may be asked for."""

from __future__ import annotations

import datetime as dt
import re
import smtplib
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client

from tests.lib.test_email_addresses import SPELLINGS
from tests.make import NOW, make_topic
from tests.notify.emailing import ADDRESS, ScriptedServer, links_in, make_email
from tracker.models import AskedMail, Frequency, Subscription, SubscriptionState
from tracker.notify.opt_in import (
    FOR_ONE_ADDRESS,
    FROM_EVERYWHERE,
    FROM_ONE_NETWORK,
    EmailOptIn,
    forget,
    request_opt_in,
)
from tracker.notify.tidy import tidy

pytestmark = pytest.mark.django_db

FORM = {"address": ADDRESS, "frequency": "weekly", "with_overdue": "on"}
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def send(client: Client, query: str = "", **overrides: str) -> Any:
    return client.post(f"/subscribe/email/{query}", FORM | overrides)


def opt_in(address: str = ADDRESS, query: str = "") -> EmailOptIn:
    return EmailOptIn(address, query, Frequency.DAILY, with_overdue=False)


def test_a_wish_waits_to_be_confirmed(client: Client) -> None:
    make_topic(slug="cyber", published_seq=1)
    response = send(
        client, "?topic=cyber&sort=title&topic=cyber&other=1", address="Ann@Example.ORG"
    )
    assert (response.status_code, response.headers["Location"]) == (302, "/subscribe/asked/")
    stored = Subscription.objects.get()
    assert (stored.state, stored.address, stored.query, stored.frequency, stored.with_overdue) == (
        *(SubscriptionState.PENDING, "ann@example.org", "topic=cyber"),
        *(Frequency.WEEKLY, True),
    )
    (message,) = mail.outbox
    assert message.to == ["ann@example.org"]
    assert len(links_in(message.body, "/subscribe/confirm/")) == 1
    assert not Subscription.objects.active().exists()


def test_everybody_gets_the_same_answer(client: Client) -> None:
    """New, waiting, active, stopped, throttled, caught in the trap: equal to the byte."""
    make_email(address="active@example.org")
    make_email(address="waiting@example.org", state=SubscriptionState.PENDING)
    make_email(
        address="stopped@example.org", state=SubscriptionState.STOPPED, stopped_because="Bounced."
    )
    answers = []
    for address in ("new@example.org", "active@example.org", "waiting@example.org",
                    "stopped@example.org", "new@example.org"):  # fmt: skip
        answers.append(send(client, address=address))
    answers.append(send(client, address="robot@example.org", website="https://spam.example"))
    seen = {(a.status_code, a.content, a.headers["Location"]) for a in answers}
    assert len(seen) == 1
    pages = {client.get(a.headers["Location"]).content for a in answers}
    assert len(pages) == 1
    assert b"If this address can be subscribed, a message with a link is on its way" in pages.pop()
    assert len(mail.outbox) == 4


def test_a_program_that_fills_in_every_field_gets_nothing(client: Client) -> None:
    send(client, website="https://spam.example")
    assert mail.outbox == []
    assert not Subscription.objects.exists()


def test_one_that_is_active_is_told_so_and_stays_as_it_is(client: Client) -> None:
    subscription = make_email(frequency=Frequency.DAILY)
    send(client)
    (message,) = mail.outbox
    assert "It does so already" in message.body
    assert links_in(message.body, "/subscribe/confirm/") == []
    (manage,) = links_in(message.body, "/subscribe/manage/")
    assert client.get(manage).status_code == 200
    subscription.refresh_from_db()
    assert (subscription.state, subscription.frequency) == ("active", Frequency.DAILY)


@pytest.mark.parametrize("state", ["pending", "stopped"])
def test_one_that_is_not_active_is_asked_to_confirm_again(client: Client, state: str) -> None:
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    because = "Bounced." if state == "stopped" else ""
    make_email(state=state, stopped_because=because, created_at=long_ago)
    send(client)
    stored = Subscription.objects.get()
    assert (stored.state, stored.frequency, stored.stopped_because) == ("pending", "weekly", "")
    assert stored.created_at > long_ago + 7 * DAY
    assert links_in(mail.outbox[0].body, "/subscribe/confirm/")


def test_one_mailbox_gets_one_message_however_it_is_spelled(client: Client) -> None:
    for spelling in SPELLINGS:
        assert send(client, address=spelling).status_code == 302
    assert [message.to for message in mail.outbox] == [["ann@example.org"]]
    assert Subscription.objects.get().address == "ann@example.org"
    assert AskedMail.objects.count() == 1


def test_a_mailbox_with_a_tag_is_the_same_mailbox(client: Client) -> None:
    """Each tag may subscribe; messages that strangers ask for are counted together."""
    send(client, address="ann+first@example.org")
    send(client, address="ann+second@example.org")
    assert [message.to for message in mail.outbox] == [["ann+first@example.org"]]


def test_forgetting_a_mailbox_forgets_every_spelling(client: Client) -> None:
    send(client, address="Ann@Exam\u00adple.org")
    forget("ann@example.org")
    assert not Subscription.objects.exists()
    assert AskedMail.objects.get().address_hash == ""


def test_stored_addresses_are_brought_to_their_normal_form() -> None:
    make_email(address="ann@b\u00fccher.example")
    make_email(address="bob@exa\u200bmple.org", state="pending")
    make_email(address="bob@example.org")
    make_email(address="eve@example.org", state="pending")
    make_email(address="eve@e\u2060xample.org")
    make_email(address="eve@e\u2060xample.org", query="kind=status")
    import_module("tracker.migrations.0018_normal_addresses").normalise(apps, None)
    assert sorted(Subscription.objects.values_list("address", "query", "state")) == [
        ("ann@xn--bcher-kva.example", "", "active"),
        ("bob@example.org", "", "active"),
        ("eve@example.org", "", "active"),
        ("eve@example.org", "kind=status", "active"),
    ]


def test_another_filter_is_another_subscription(client: Client) -> None:
    make_email()
    send(client, "?kind=status")
    assert sorted(Subscription.objects.values_list("query", "state")) == [
        ("", "active"),
        ("kind=status", "pending"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "nobody",
        "a@b",
        "user@[127.0.0.1]",
        "user@[IPv6:::1]",
        "user@127.0.0.11",
        "user@localhost",
        "a b@example.org",
        "a@example.org, b@example.org",
        "Ann <ann@example.org>",
        "ann@example.org\nBcc: everybody@example.org",
        "ann@example.org\r\nSubject: hello",
        "ann@example.org\n",
        "ann\x00@example.org",
        "ann\x1f@example.org",
        "ann\u2028@example.org",
        "ann@exa\tmple.org",
        "ann@" + "a" * 64 + ".org",
        "a" * 245 + "@example.org",
        "<script>@example.org",
        "ann@example.org%0ABcc:x@example.org",
    ],
)
def test_a_bad_address_is_an_error_and_nothing_typed_is_lost(client: Client, address: str) -> None:
    response = send(client, "?kind=status", address=address)
    page = response.content.decode()
    assert response.status_code == 400
    assert 'id="id_address_error"' in page
    assert 'aria-invalid="true"' in page
    assert response.context["form"]["address"].value() == address
    assert re.search(r'<input[^>]*name="frequency"[^>]*value="weekly"[^>]*checked', page)
    assert re.search(r'<input[^>]*name="with_overdue"[^>]*checked', page)
    assert "only: Status" in page
    assert mail.outbox == []
    assert not Subscription.objects.exists()
    assert not AskedMail.objects.exists()


@pytest.mark.parametrize("frequency", ["", "hourly", "\x00"])
def test_a_frequency_must_be_one_of_the_list(client: Client, frequency: str) -> None:
    response = send(client, frequency=frequency)
    assert response.status_code == 400
    assert 'id="id_frequency_error"' in response.content.decode()
    assert f'value="{ADDRESS}"' in response.content.decode()


@pytest.mark.parametrize("query", ["?topic=nothing", "?as_of=2026-01-01", "?q=a%00b"])
def test_a_broken_filter_is_not_subscribed_to(client: Client, query: str) -> None:
    response = send(client, query)
    assert response.status_code == 400
    assert mail.outbox == []


def test_a_filter_too_long_for_the_index_is_not_subscribed_to(client: Client) -> None:
    assert send(client, "?q=" + "안녕" * 100).status_code == 302
    kinds = "&".join(f"stage={s}" for s in ("announced", "signed", "negotiating", "completed"))
    assert (
        send(client, f"?q={'안' * 200}&{kinds}&{'&'.join(['kind=status'] * 3)}").status_code == 302
    )
    response = send(client, f"?q={'😀' * 200}&{kinds}")
    assert response.status_code == 400
    assert b"too long for a subscription by e-mail" in response.content


def test_no_subscription_where_no_e_mail_is_sent(client: Client, settings: Any) -> None:
    settings.EMAIL_URL = ""
    response = send(client)
    assert response.status_code == 400
    assert b"This register sends no e-mail." in response.content
    assert not Subscription.objects.exists()


def test_the_form_needs_its_token(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert send(strict).status_code == 403
    strict.get("/subscribe/")
    token = strict.cookies["csrftoken"].value
    assert send(strict, csrfmiddlewaretoken=token).status_code == 302


def test_the_address_of_the_form_answers_only_to_forms(client: Client) -> None:
    assert client.get("/subscribe/email/").status_code == 405


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("down"),
        smtplib.SMTPServerDisconnected("gone"),
        TimeoutError(),
        UnicodeError("no"),
        smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_mail_server_that_fails_is_logged_and_not_shown(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    settings.EMAIL_BACKEND = "tests.notify.emailing.ScriptedServer"
    ScriptedServer.answers[:] = [error]
    response = send(client)
    assert (response.status_code, response.headers["Location"]) == (302, "/subscribe/asked/")
    assert f"was not sent: {type(error).__name__}" in caplog.text
    assert ADDRESS not in caplog.text


def test_words_searched_for_are_not_sent_to_strangers() -> None:
    request_opt_in(opt_in(query="q=Buy+at+https%3A%2F%2Fspam.example"), asked_from="n", now=NOW)
    make_email(address="active@example.org", query="q=spam.example")
    request_opt_in(opt_in("active@example.org", "q=spam.example"), asked_from="n", now=NOW)
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert "spam.example" not in f"{message.subject}{message.body}"


# -- How much may be asked for -------------------------------------------------------------------


def sent_when(moments: list[dt.datetime], **overrides: str) -> list[int]:
    """Ask at each moment; the numbers of those at which a message went out."""
    went = []
    for number, now in enumerate(moments):
        before = len(mail.outbox)
        values = {name: value.format(number) for name, value in overrides.items()}
        request_opt_in(
            opt_in(values.get("address", ADDRESS), values.get("query", "")),
            asked_from=values.get("network", f"network-{number}"),
            now=now,
        )
        if len(mail.outbox) > before:
            went.append(number)
    return went


def test_one_address_is_written_to_once_in_ten_minutes() -> None:
    assert FOR_ONE_ADDRESS[0] == (10 * MINUTE, 1)
    moments = [NOW, NOW + MINUTE, NOW + 9 * MINUTE, NOW + 10 * MINUTE, NOW + 11 * MINUTE]
    assert sent_when(moments, query="kind=status&q={}") == [0, 3]
    # What was not sent is not stored either.
    assert Subscription.objects.count() == 2
    assert AskedMail.objects.count() == 2


def test_one_address_is_written_to_five_times_a_day() -> None:
    assert FOR_ONE_ADDRESS[1] == (DAY, 5)
    moments = [NOW + number * 60 * MINUTE for number in range(30)]
    assert sent_when(moments) == [0, 1, 2, 3, 4, 24, 25, 26, 27, 28]


def test_one_that_is_active_is_told_so_no_more_often() -> None:
    make_email()
    assert sent_when([NOW, NOW + MINUTE, NOW + 10 * MINUTE]) == [0, 2]


def test_one_network_asks_ten_times_an_hour_and_thirty_times_a_day() -> None:
    assert FROM_ONE_NETWORK == ((60 * MINUTE, 10), (DAY, 30))
    names = {"address": "reader-{}@example.org", "network": "the same"}
    assert sent_when([NOW] * 12, **names) == list(range(10))
    hours = [NOW + number * 61 * MINUTE for number in (1, 2, 3) for _ in range(12)]
    names["address"] = "another-{}@example.org"
    assert sent_when(hours, **names) == [*range(10), *range(12, 22)]


def test_all_together_ask_two_hundred_times_an_hour() -> None:
    ((span, most),) = FROM_EVERYWHERE
    assert (span, most) == (60 * MINUTE, 200)
    AskedMail.objects.bulk_create(
        AskedMail(address_hash=f"a{n}", network_hash=f"n{n}", sent_at=NOW) for n in range(199)
    )
    assert sent_when([NOW, NOW], address="reader-{}@example.org") == [0]
    assert sent_when([NOW + span], address="later@example.org") == [0]


def test_networks_are_told_apart_by_the_address_that_asks(client: Client) -> None:
    for last in range(12):
        client.post(
            "/subscribe/email/",
            FORM | {"address": f"reader-{last}@example.org"},
            REMOTE_ADDR=f"2001:db8:1:2::{last}",
        )
    assert len(mail.outbox) == 10
    client.post("/subscribe/email/", FORM, REMOTE_ADDR="2001:db8:1:3::1")
    assert len(mail.outbox) == 11


def test_only_hashes_are_kept_and_only_for_a_day() -> None:
    request_opt_in(opt_in(), asked_from="hash of a network", now=NOW)
    stored = AskedMail.objects.get()
    assert ADDRESS not in stored.address_hash
    assert len(stored.address_hash) == 64
    tidy(now=NOW + DAY)
    assert AskedMail.objects.exists()
    tidy(now=NOW + DAY + MINUTE)
    assert not AskedMail.objects.exists()


def test_what_is_not_confirmed_is_deleted_after_a_week() -> None:
    request_opt_in(opt_in(), asked_from="n", now=NOW)
    tidy(now=NOW + 7 * DAY)
    assert Subscription.objects.exists()
    tidy(now=NOW + 7 * DAY + MINUTE)
    assert not Subscription.objects.exists()
