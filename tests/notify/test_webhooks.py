"""Webhooks over real sockets: what arrives, whether it can be verified, and who is never called."""

from __future__ import annotations

import base64
import datetime as dt
import html
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from tests.feeds.small_register import publish_small_register
from tests.leaky import DRAFT, INTERNAL, add_drafts, publish_register
from tests.make import NOW, make_source, make_topic, published_commitment, published_update
from tests.notify.subscriptions import make_webhook
from tests.receivers import (
    HERE,
    OK,
    PATIENCE,
    Behaviour,
    Link,
    answering,
    drip_headers,
    receiver,
    silent,
)
from tracker.actions.register_files.load import load_register
from tracker.lib.safe_http import Answer
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    Delivery,
    Outcome,
    Significance,
    Subscription,
)
from tracker.notify import webhook_acts, webhooks
from tracker.notify.deliver import deliver_due
from tracker.notify.webhooks import body_of, signatures
from tracker.queries.log.change_summary import summarise
from tracker.queries.visibility import log_head
from tracker.schema.payloads import change_id

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).parent.parent / "samples" / "webhooks" / "status.http"
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _near(settings: Settings) -> None:
    """Receivers on this machine may be called."""
    settings.WEBHOOK_ALLOWED_NETWORKS = list(HERE)
    settings.WEBHOOK_ALLOW_HTTP = True


class Request:
    """What a receiver was sent."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.first, *rest = head.decode().split("\r\n")
        self.headers = dict(line.split(": ", 1) for line in rest)
        self.told: dict[str, Any] = json.loads(self.body)

    @property
    def seq(self) -> int:
        return int(self.told["data"]["seq"])


def received(it: Any) -> list[Request]:
    """All that arrived so far; each exchange is over when the deliverer has returned."""
    requests = []
    while not it.requests.empty():
        requests.append(Request(it.requests.get()))
    return requests


def answering_in_turn(*answers: bytes) -> Behaviour:
    """The first connection gets the first answer, those after the last the last."""
    left = list(answers)

    def behave(link: Link) -> bytes:
        request = link.read_request()
        link.send(left.pop(0) if len(left) > 1 else left[0])
        return request

    return behave


def status(code: int, body: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d Told\r\nContent-Length: %d\r\n\r\n" % (code, len(body)) + body


def deliver(now: dt.datetime | None = None) -> int:
    return deliver_due(clock=lambda: now or timezone.now())


def the_attempt() -> Delivery:
    return Delivery.objects.get()


def again(subscription: Subscription) -> Subscription:
    return Subscription.objects.get(pk=subscription.pk)


# What arrives


def the_promise() -> Commitment:
    """A commitment all of whose values are told, since the numbers of builders vary."""
    source = make_source(slug="statement", title="Joint statement", url="https://example.org/1")
    return published_commitment(
        reference="CAN-KOR-2026-001",
        slug="the-promise",
        title="Un accord 비밀정보",
        source=source,
        target="2027-03",
    )


def test_the_whole_request(settings: Settings) -> None:
    settings.PUBLIC_URL, settings.RELEASE = "https://register.example", "1.2.3"
    the_promise()
    with receiver(answering(OK)) as it:
        webhook = make_webhook(address=it.url, cursor=1, secret=SECRET)
        assert deliver(NOW) == 1
        raw = it.requests.get(timeout=PATIENCE)
    assert raw.replace(b":%d" % it.port, b":PORT") == SAMPLE.read_bytes()
    assert again(webhook).cursor == 2
    told = Delivery.objects.values("message_id", "first_seq", "last_seq", "attempt", "status").get()
    assert told == {
        "message_id": Request(raw).headers["webhook-id"],
        "first_seq": 2,
        "last_seq": 2,
        "attempt": 1,
        "status": 200,
    }


def test_the_official_library_verifies_a_real_delivery() -> None:
    the_promise()
    with receiver(answering(status(204))) as it:
        webhook = make_webhook(address=it.url)
        deliver()
        first, second = received(it)
    for request in (first, second):
        assert Webhook(webhook.secret).verify(request.body, request.headers) == request.told
        with pytest.raises(WebhookVerificationError):
            Webhook(webhook.secret).verify(request.body + b" ", request.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(webhooks.new_secret()).verify(request.body, request.headers)
    assert [first.told["type"], second.told["type"]] == [
        "change.commitment_published",
        "change.status",
    ]
    assert first.headers["content-type"] == "application/json; charset=utf-8"


def the_receiver_on_our_page(client: Client, secret: str) -> Callable[..., int]:
    """The example of the page, run as whoever copies it runs it."""
    page = client.get("/subscribe/webhook/").content.decode()
    found = re.search(r"<pre>(from standardwebhooks.*?)</pre>", page, re.DOTALL)
    assert found
    code: dict[str, Any] = {"SECRET": secret}
    exec(html.unescape(found[1]), code)  # noqa: S102 - our own page
    receive: Callable[..., int] = code["receive"]
    return receive


def test_the_receiver_on_our_page_takes_our_test(
    client: Client, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.WEBHOOK_SELF_SERVICE = True
    with receiver(answering(OK)) as it:
        webhook = make_webhook(address=it.url, state="pending", query="topic=cyber")
        webhook_acts.send_test(webhook, now=timezone.now())
        (request,) = received(it)
    receive = the_receiver_on_our_page(client, webhook.secret)
    assert receive(request.body, request.headers) == 204
    message_id = request.headers["webhook-id"]
    assert capsys.readouterr().out == f"{message_id} test A test of this webhook\n"
    assert receive(request.body + b" ", request.headers) == 401


def test_the_receiver_on_our_page_takes_every_kind_of_change(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_small_register()
    webhook, now = make_webhook(), timezone.now()
    receive = the_receiver_on_our_page(client, webhook.secret)
    for line in summarise(Change.objects.order_by("seq")):
        content, message_id = body_of(line), change_id(line.change)
        headers = {
            "Webhook-Id": message_id,
            "Webhook-Timestamp": str(int(now.timestamp())),
            "Webhook-Signature": signatures(webhook, id=message_id, content=content, now=now),
        }
        assert receive(content, headers) == 204
    printed = capsys.readouterr().out.splitlines()
    assert {line.split()[1] for line in printed} == {f"change.{kind}" for kind in ChangeKind.values}


def test_ids_belong_to_changes_and_hold_no_full_stop() -> None:
    the_promise()
    with receiver(answering_in_turn(status(500), OK)) as it:
        make_webhook(address=it.url)
        make_webhook(address=it.url)
        deliver()
        deliver(timezone.now() + DAY)
        ids = sorted(r.headers["webhook-id"] for r in received(it))
    # Two receivers, two changes, and one request that was sent again.
    assert set(ids) == {change_id(change) for change in Change.objects.all()}
    assert len(ids) == 5
    assert not any("." in each for each in ids)


@pytest.mark.parametrize(("hours", "count"), [(24, 2), (0, 1), (10 * 365 * 24, 1)])
def test_a_secret_replaced_under_a_clock_that_was_ahead_does_not_sign_for_ten_years(
    hours: int, count: int
) -> None:
    webhook = make_webhook(
        previous_secret=webhooks.new_secret(),
        previous_secret_until=NOW + dt.timedelta(hours=hours),
    )
    signed = webhooks.signatures(webhook, id="1", content=b"{}", now=NOW)
    assert signed.count("v1,") == count


def test_during_a_rotation_both_secrets_verify_and_later_only_the_new_one() -> None:
    now, old = timezone.now(), webhooks.new_secret()
    the_promise()
    with receiver(answering(OK)) as it:
        webhook = make_webhook(
            address=it.url,
            previous_secret=old,
            previous_secret_until=now + dt.timedelta(minutes=1),
        )
        assert deliver(now) == 2
        during = received(it)[0]
        published_update(Commitment.objects.get(), happened="2026-03-01")
        deliver(now + dt.timedelta(minutes=1))
        (after,) = received(it)
    assert during.headers["webhook-signature"].count("v1,") == 2
    for secret in (webhook.secret, old):
        Webhook(secret).verify(during.body, during.headers)
    Webhook(webhook.secret).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(after.body, after.headers)


def test_a_signature_is_of_the_moment_whatever_its_time_zone() -> None:
    webhook = make_webhook(secret=SECRET)
    seoul = dt.timezone(dt.timedelta(hours=9))
    of = [
        signatures(webhook, id="id", content=b"{}", now=now)
        for now in (NOW, NOW.astimezone(seoul), NOW + dt.timedelta(seconds=1))
    ]
    assert of[0] == of[1] != of[2]


def test_a_new_secret_is_as_the_standard_says() -> None:
    secret = webhooks.new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    assert secret != webhooks.new_secret()


# What receivers do


def test_410_stops_it_at_once() -> None:
    the_promise()
    with receiver(answering(status(410))) as it:
        webhook = make_webhook(address=it.url)
        deliver()
        deliver(timezone.now() + DAY)
        assert len(received(it)) == 1
    after = again(webhook)
    assert (after.state, after.cursor) == ("stopped", 0)
    assert after.stopped_because == "The receiver answered 410 Gone."
    assert (the_attempt().outcome, the_attempt().status) == (Outcome.REFUSED, 410)


def test_500_is_retried_by_the_table_until_it_stops_and_nothing_is_lost() -> None:
    the_promise()
    waits, now = settings.DELIVERY_RETRY_SECONDS, NOW
    with receiver(answering(status(500, b"no room"))) as it:
        webhook = make_webhook(address=it.url)
        for number, wait in enumerate(waits, start=1):
            assert deliver(now) == 1
            row = again(webhook)
            assert (row.state, row.cursor, row.failures) == ("active", 0, number)
            waited = (row.next_attempt_at - now).total_seconds()
            assert wait <= waited <= wait * 1.1
            assert deliver(row.next_attempt_at - dt.timedelta(milliseconds=1)) == 0
            now = row.next_attempt_at
        assert deliver(now) == 1
        ids = {request.headers["webhook-id"] for request in received(it)}
    row = again(webhook)
    assert (row.state, row.cursor) == ("stopped", 0)
    assert row.stopped_because == "13 attempts failed, the last one so: HTTP 500"
    assert now - NOW > 2.5 * DAY
    assert ids == {change_id(Change.objects.get(seq=1))}
    assert Delivery.objects.filter(outcome=Outcome.FAILED, status=500).count() == 13

    with receiver(answering(OK)) as it:
        row.address = it.url
        row.resume(now=now)
        row.save()
        assert deliver(now) == 2
        assert [request.seq for request in received(it)] == [1, 2]


def test_the_order_is_kept_while_one_fails_and_others_go_on() -> None:
    the_promise()
    with (
        receiver(answering_in_turn(OK, status(503), OK)) as fails,
        receiver(answering(OK)) as works,
    ):
        make_webhook(address=fails.url)
        make_webhook(address=works.url)
        deliver(NOW)
        published_update(Commitment.objects.get(), happened="2026-03-01")
        deliver(NOW + dt.timedelta(seconds=1))
        assert [request.seq for request in received(fails)] == [1, 2]
        assert [request.seq for request in received(works)] == [1, 2, 3]
        deliver(NOW + dt.timedelta(seconds=6))
        assert [request.seq for request in received(fails)] == [2, 3]


def closing(link: Link) -> None:
    link.read_request()


def resetting(link: Link) -> None:
    link.read_request()
    link.reset()


def endless(link: Link) -> None:
    link.read_request()
    link.send(b"HTTP/1.1 500 No\r\nContent-Length: 10000000000\r\n\r\n")
    link.flood(b"x" * 65536)


def endless_and_fine(link: Link) -> None:
    link.read_request()
    link.send(b"HTTP/1.1 200 OK\r\n\r\n")
    link.flood(b"x" * 65536)


REFUSING = answering(status(401, b"unknown signature"))


@pytest.mark.parametrize(
    ("behave", "outcome", "code", "detail"),
    [
        (silent, "failed", None, "There was no complete answer within 0.3 seconds."),
        (drip_headers, "failed", None, "There was no complete answer within 0.3 seconds."),
        (closing, "failed", None, "The answer was not HTTP, or broke off."),
        (resetting, "failed", None, "The answer was not HTTP, or broke off."),
        (answering(b"220 smtp.example\r\n"), "failed", None, "The answer was not HTTP"),
        (endless, "failed", 500, "HTTP 500"),
        (endless_and_fine, "delivered", 200, ""),
        (REFUSING, "failed", 401, "HTTP 401"),
        (answering(status(304)), "failed", 304, "HTTP 304"),
        (answering(status(202)), "delivered", 202, ""),
        (answering(status(299)), "delivered", 299, ""),
    ],
)
def test_each_attempt_is_recorded_as_it_ended(
    monkeypatch: pytest.MonkeyPatch,
    behave: Behaviour,
    outcome: str,
    code: int | None,
    detail: str,
) -> None:
    # A busy machine must not run out of time where time is not the matter.
    monkeypatch.setattr(webhooks, "SECONDS", 0.3 if "within" in detail else PATIENCE)
    the_promise()
    with receiver(behave) as it:
        webhook = make_webhook(address=it.url, cursor=1)
        deliver()
    attempt = the_attempt()
    assert (attempt.outcome, attempt.status, attempt.is_test) == (outcome, code, False)
    assert attempt.detail.startswith(detail)
    assert bool(attempt.detail) == (outcome == "failed")
    assert 0 <= attempt.milliseconds < PATIENCE * 1000
    assert again(webhook).cursor == (2 if outcome == "delivered" else 1)


def test_what_a_failed_answer_says_is_kept_without_what_no_page_can_show(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    said = b"no\x00 room\x1b[31m,\n  \xff" + b"x" * 3000
    answer = Answer(status=507, headers={}, body=said, is_cut=True, seconds=0.1)
    monkeypatch.setattr(webhooks, "post", lambda *args, **kwargs: answer)
    the_promise()
    make_webhook(cursor=1)
    deliver()
    assert the_attempt().detail.startswith("HTTP 507: no room[31m, \ufffdxxx")
    assert len(the_attempt().detail) == len("HTTP 507: ") + 200


def test_in_closed_networks_an_answer_tells_only_its_status() -> None:
    the_promise()
    with receiver(answering(status(500, b"root:x:0:0"))) as it:
        make_webhook(address=it.url, cursor=1)
        deliver()
    assert the_attempt().detail == "HTTP 500"


# Whom it never calls


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(code: int) -> None:
    the_promise()
    with receiver(answering(OK)) as inside:
        to = f"Location: {inside.url}\r\nContent-Length: 0\r\n\r\n".encode()
        with receiver(answering(b"HTTP/1.1 %d Moved\r\n" % code + to)) as it:
            webhook = make_webhook(address=it.url, cursor=1)
            deliver()
        assert received(inside) == []
    assert (the_attempt().outcome, the_attempt().status) == (Outcome.FAILED, code)
    assert again(webhook).cursor == 1


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "10.0.0.7", "::1", "::ffff:127.0.0.1"]
)
def test_a_name_that_leads_inside_by_now_is_not_called(
    address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    connected: list[Any] = []
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    monkeypatch.setattr(socket.socket, "connect", lambda self, to: connected.append(to))
    the_promise()
    webhook = make_webhook(address="http://turned.example.org/hook", cursor=1)
    deliver()
    assert connected == []
    assert the_attempt().outcome == Outcome.FAILED
    assert the_attempt().detail == "The host lies in a network that is not public."
    # It may come back: a bad answer of the DNS is no end.
    assert (again(webhook).state, again(webhook).failures) == ("active", 1)


# Which lines


def test_only_what_its_filter_finds() -> None:
    topic = make_topic(slug="cyber", published_seq=1)
    published_commitment(title="Elsewhere")
    mine = published_commitment(title="On cyber", topics=[topic])
    update = published_update(mine, happened="2026-03-01", stage="signed")
    with receiver(answering(OK)) as it:
        make_webhook(address=it.url, query="topic=cyber&kind=status")
        deliver()
        told = received(it)
    assert [request.told["data"]["title"].split(":")[0] for request in told] == ["On cyber"] * 2
    assert told[-1].seq == update.published_seq


def test_minor_changes_are_sent_only_where_asked_for_and_back_fills_never() -> None:
    load_register(settings.SHIPPED_REGISTER, now=NOW)
    commitment = Commitment.objects.all()[0]
    minor = published_update(commitment, happened="2026-11-01", significance=Significance.MINOR)
    with receiver(answering(OK)) as it:
        webhook = make_webhook(address=it.url)
        deliver()
        assert received(it) == []
        assert again(webhook).cursor == log_head().seq
        make_webhook(address=it.url, query="significance=minor")
        deliver()
        assert [request.seq for request in received(it)] == [minor.published_seq]


def test_nothing_of_drafts_or_of_internal_matters_is_sent() -> None:
    add_drafts(publish_register())
    with receiver(answering(OK)) as it:
        make_webhook(address=it.url)
        deliver()
        told = received(it)
    assert len(told) > 10
    for request in told:
        everything = f"{request.headers} {request.body.decode()}".lower()
        assert DRAFT not in everything
        assert INTERNAL not in everything


def test_a_filter_that_breaks_later_stops_it_with_a_sentence() -> None:
    the_promise()
    with receiver(answering(OK)) as it:
        webhook = make_webhook(address=it.url, query="topic=gone")
        deliver()
        assert received(it) == []
    row = again(webhook)
    assert (row.state, row.cursor) == ("stopped", 0)
    assert "There is no “gone” here." in row.stopped_because


def test_a_line_about_a_party_has_no_page_of_its_own() -> None:
    the_promise()
    change = Change.objects.get(seq=2)
    change.commitment = change.meeting = change.source = None
    assert json.loads(body_of(summarise([change])[0]))["data"]["url"] is None
