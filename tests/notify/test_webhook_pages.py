"""Asking for a webhook and running it: what the pages say, take, refuse and never show."""

from __future__ import annotations

import datetime as dt
import html
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from tests.make import make_topic, published_commitment, published_update
from tests.notify.subscriptions import make_webhook
from tests.notify.test_webhooks import again, received, status
from tests.receivers import HERE, OK, Receiver, answering, receiver
from tracker.models import Delivery, Outcome, Subscription, SubscriptionState
from tracker.notify import webhook_acts
from tracker.notify.deliver import deliver_due
from tracker.notify.messages import Attempt
from tracker.notify.tidy import tidy
from tracker.notify.webhook_pages import manage_url
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

ASK = "/subscribe/webhook/"
CONTACT = "ann@example.org"


@pytest.fixture(autouse=True)
def _near(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = list(HERE)
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_SELF_SERVICE = True


@pytest.fixture
def it() -> Iterator[Receiver]:
    """A receiver that agrees."""
    with receiver(answering(OK)) as near:
        yield near


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def ask(client: Client, address: str, *, query: str = "", **typed: str) -> Any:
    """Open the form, fill it in and send it."""
    url = f"{ASK}{query}"
    data = {"address": address, "contact": CONTACT, "key": key_in(client.get(url).content.decode())}
    return client.post(url, data | typed)


def words(response: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2])
    return " ".join(html.unescape(text).split())


def link_of(webhook: Subscription, client: Client) -> str:
    return manage_url(client.get("/healthz").wsgi_request, webhook)


def press(client: Client, webhook: Subscription, button: str, **typed: Any) -> Any:
    return client.post(link_of(webhook, client), {"press": button, **typed})


def confirmed(**overrides: Any) -> Subscription:
    now = timezone.now()
    return make_webhook(**{"confirmed_at": now, "created_at": now, "contact": CONTACT} | overrides)


# Asking


def test_the_form_says_the_filter_in_words(client: Client) -> None:
    make_topic(slug="cyber", name="Cyber security", published_seq=1)
    page = client.get(f"{ASK}?topic=cyber&stage=signed&colour=red&utm_source=x")
    assert "Changes to commitments at the stage Signed, on Cyber security" in words(page)
    assert "were ignored: colour" in words(page)
    assert "utm_source" not in words(page)  # what advertisers append is dropped silently
    assert page["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("topic=gone", "Topic: There is no “gone” here."),
        ("as_of=2025-11-01", "What follows the log as it grows cannot look back."),
        ("known_at=2025-11-01", "What follows the log as it grows cannot look back."),
    ],
)
def test_a_broken_filter_gets_sentences_and_no_form(
    client: Client, query: str, sentence: str
) -> None:
    for answer in (client.get(f"{ASK}?{query}"), client.post(f"{ASK}?{query}", {"address": "x"})):
        assert sentence in words(answer)
        assert b'name="address"' not in answer.content
    assert not Subscription.objects.exists()


def test_the_receiver_agrees_and_it_starts_at_the_head(client: Client, it: Receiver) -> None:
    published_commitment()
    answer = ask(client, it.url, query="?stage=signed&page=2&utm_source=x")
    webhook = Subscription.objects.get()
    assert (webhook.state, webhook.cursor) == (SubscriptionState.ACTIVE, log_head().seq)
    assert (webhook.query, webhook.contact) == ("stage=signed", CONTACT)
    assert "Your webhook is active" in words(answer)
    assert answer.content.decode().count(webhook.secret) == 1
    assert link_of(webhook, client) in answer.content.decode()
    (test,) = received(it)
    assert Webhook(webhook.secret).verify(test.body, test.headers)["type"] == "test"
    assert test.told["data"]["filter"] == "stage=signed"
    assert Delivery.objects.get().is_test


def test_a_receiver_that_does_not_agree_is_only_sent_tests(client: Client) -> None:
    with receiver(answering(status(401))) as it:
        answer = ask(client, it.url)
        webhook = Subscription.objects.get()
        assert "Your webhook waits for its receiver" in words(answer)
        assert "only an answer of 200 to 299 says that it was: HTTP 401" in words(answer)
        assert webhook.secret in answer.content.decode()
        published_commitment()
        deliver_due(clock=timezone.now)
        assert [request.told["type"] for request in received(it)] == ["test"]
        assert again(webhook).state == SubscriptionState.PENDING
    with receiver(answering(OK)) as it:
        Subscription.objects.update(address=it.url)
        assert "it arrived" in words(press(client, webhook, "test"))
    after = again(webhook)
    assert (after.state, after.cursor) == (SubscriptionState.ACTIVE, log_head().seq)


def test_without_self_service_nothing_is_sent_before_staff_approve(
    client: Client, it: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_SELF_SERVICE = False
    answer = ask(client, it.url)
    assert "Your webhook waits for approval" in words(answer)
    webhook = Subscription.objects.get()
    assert webhook.secret in answer.content.decode()
    refused = press(client, webhook, "test")
    assert "Nothing is sent to this address until staff have approved it." in words(refused)
    published_commitment()
    deliver_due(clock=timezone.now)
    assert received(it) == []
    assert again(webhook).state == SubscriptionState.PENDING


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://localhost/",
        "https://db.internal/",
        "https://10.0.0.7/",
        "http://example.org/",
        "ftp://example.org/",
        "https://user:password@example.org/",
        "https://example.org:22/",
        "https://example.org/#part",
        "javascript:alert(1)",
        "example.org",
        "https://",
        "https://пример.example/",
        f"https://example.org/{'x' * 2000}",
        "https://example.org/\0",
        "",
    ],
)
def test_an_address_that_may_not_be_called_is_refused_and_nothing_typed_is_lost(
    client: Client, settings: Settings, address: str
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS, settings.WEBHOOK_ALLOW_HTTP = [], False
    answer = ask(client, address)
    assert answer.status_code == 200
    page = answer.content.decode()
    error = re.search(r'<span class="field-error" id="id_address_error">([^<]+)</span>', page)
    assert error
    assert error[1].endswith((".", "(it has 2020).")), error[1]
    assert f'value="{CONTACT}"' in page
    if address and "\0" not in address:
        assert f'value="{html.escape(address)}"' in page
    assert 'aria-invalid="true"' in page
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("contact", ["", "ann", "ann@", "a" * 250 + "@example.org", "a\0@b.org"])
def test_a_contact_that_is_none_is_refused(client: Client, it: Receiver, contact: str) -> None:
    answer = ask(client, it.url, contact=contact)
    assert 'id="id_contact_error"' in answer.content.decode()
    assert html.escape(it.url) in answer.content.decode()
    assert not Subscription.objects.exists()
    assert received(it) == []


def test_sent_twice_the_form_makes_one_webhook(client: Client, it: Receiver) -> None:
    data = {"address": it.url, "contact": CONTACT, "key": key_in(client.get(ASK).content.decode())}
    first, second = client.post(ASK, data), client.post(ASK, data)
    webhook = Subscription.objects.get()
    assert webhook.secret in first.content.decode()
    assert webhook.secret not in second.content.decode()
    assert "You have asked for this webhook already." in words(second)
    assert len(received(it)) == 1


def test_sent_again_and_altered_it_makes_another(client: Client, it: Receiver) -> None:
    data = {"address": it.url, "contact": CONTACT, "key": key_in(client.get(ASK).content.decode())}
    client.post(ASK, data)
    client.post(ASK, data | {"address": f"{it.url}&b=2"})
    client.post(f"{ASK}?stage=signed", data)
    assert Subscription.objects.count() == 3
    assert len({webhook.secret for webhook in Subscription.objects.all()}) == 3


@pytest.mark.parametrize("key", ["", "nonsense", "8" * 32, "x.y", "\0"])
def test_nobody_gets_at_another_webhook_by_its_key(client: Client, it: Receiver, key: str) -> None:
    theirs = confirmed(address=it.url)
    for given in (key, theirs.key.hex, link_of(theirs, client).rsplit("/")[-2]):
        answer = ask(client, it.url, key=given)
        assert "You have asked for this webhook already." not in words(answer)
        assert link_of(theirs, client) not in answer.content.decode()


# How much may be asked for


def test_one_network_may_ask_for_so_many_a_day(client: Client, it: Receiver) -> None:
    for number in range(webhook_acts.REQUESTS_BY_NETWORK):
        other = f"https://host{number}.example.org/"
        make_webhook(
            address=other,
            contact=f"c{number}@example.org",
            asked_from="",
            created_at=timezone.now(),
        )
    assert "Your webhook" in words(ask(client, it.url))
    Subscription.objects.update(asked_from=Subscription.objects.get(contact=CONTACT).asked_from)
    refused = ask(client, "https://example.com/", contact="bob@example.org")
    assert "Too many webhooks were asked for from your network today." in words(refused)
    assert 'value="https://example.com/"' in refused.content.decode()
    assert not Subscription.objects.filter(contact="bob@example.org").exists()
    # Somebody else may, and so may they when the day is over.
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    data = {"address": it.url, "contact": "eve@example.org"}
    assert "Your webhook is active" in words(client.post(ASK, data, **elsewhere))
    Subscription.objects.update(created_at=timezone.now() - dt.timedelta(days=1, seconds=1))
    assert "Your webhook is active" in words(ask(client, it.url, contact="bob@example.org"))


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("REQUESTS_BY_CONTACT", "asked for with this e-mail address today"),
        ("REQUESTS_BY_HOST", "asked for at 127.0.0.1 today"),
        ("REQUESTS_IN_ALL", "Too many webhooks were asked for today."),
    ],
)
def test_contacts_hosts_and_all_together_have_limits(
    client: Client, it: Receiver, monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str
) -> None:
    monkeypatch.setattr(webhook_acts, limit, 2)
    for number in range(2):
        made = client.post(
            ASK, {"address": it.url, "contact": CONTACT}, REMOTE_ADDR=f"203.0.113.{number}"
        )
        assert "Your webhook is active" in words(made)
    typed = {"address": it.url, "contact": CONTACT.upper()}
    refused = client.post(ASK, typed, REMOTE_ADDR="203.0.113.7")
    assert sentence in words(refused)
    assert Subscription.objects.count() == 2
    assert len(received(it)) == 2


def test_deleting_does_not_make_room(client: Client, it: Receiver) -> None:
    for _ in range(webhook_acts.REQUESTS_BY_NETWORK):
        ask(client, it.url)
        press(client, Subscription.objects.latest("pk"), "delete", sure="yes")
    assert "Too many webhooks" in words(ask(client, it.url))
    assert len(received(it)) == webhook_acts.REQUESTS_BY_NETWORK
    left = Subscription.objects.values_list("state", "contact", "query").distinct()
    assert list(left.order_by()) == [("stopped", "", "")]


# Its page


def test_the_page_tells_how_it_does_and_never_the_secret(client: Client) -> None:
    commitment = published_commitment()
    published_update(commitment, happened="2026-03-01", stage="signed")
    webhook = confirmed(query="kind=status", cursor=1, failures=1)
    Delivery.objects.create(
        subscription=webhook,
        message_id="urn:uuid:1",
        first_seq=2,
        last_seq=2,
        attempt=1,
        started_at=dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC),
        milliseconds=321,
        outcome=Outcome.FAILED,
        status=500,
        detail="HTTP 500: <b>no</b>",
    )
    page = client.get(link_of(webhook, client))
    told = words(page)
    assert "Active : the last attempt failed; the next one is at 2026-11-22T09:00:00+0000" in told
    assert "It is told All changes, only: Status" in told
    assert "change 1; the log stands at 3, and 2 changes are waiting" in told
    assert (
        "2026-11-22T09:30:00+0000 change 2 urn:uuid:1 1 Failed 500 321 HTTP 500: <b>no</b>" in told
    )
    text = page.content.decode()
    assert 'href="/changes/?page=1#change-2"' in text
    assert "<b>no</b>" not in text
    assert webhook.secret not in text
    assert (page["Cache-Control"], page["Referrer-Policy"], page["X-Robots-Tag"]) == (
        "private, no-store",
        "same-origin",
        "noindex",
    )
    assert '<link rel="canonical"' not in text


def test_it_says_why_it_stopped(client: Client) -> None:
    now = timezone.now()
    webhook = confirmed(state="stopped", stopped_at=now, stopped_because="13 attempts failed.")
    told = words(client.get(link_of(webhook, client)))
    assert "Stopped" in told
    assert "13 attempts failed." in told
    assert "Staff stopped it" not in told


def test_a_filter_that_broke_is_told_on_the_page(client: Client) -> None:
    webhook = confirmed(query="topic=gone")
    told = words(client.get(link_of(webhook, client)))
    assert "Its filter finds nothing any more: topic: There is no “gone” here." in told
    assert "There is no “gone” here." in words(press(client, webhook, "replay", after="0"))


def test_the_page_asks_the_same_number_of_queries(client: Client) -> None:
    webhook = confirmed()
    link = link_of(webhook, client)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(link).status_code == 200
        return len(queries)

    def add(number: int) -> None:
        for seq in range(number):
            Delivery.objects.create(
                subscription=webhook,
                message_id="m",
                first_seq=seq,
                attempt=1,
                started_at=timezone.now(),
                milliseconds=1,
                outcome=Outcome.DELIVERED,
            )

    add(1)
    few = count()
    add(60)
    assert count() == few
    assert client.get(link).content.decode().count("<tr>") == 1 + 50


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_not_ours_gets_a_clear_page(client: Client, method: str) -> None:
    webhook = confirmed()
    path = link_of(webhook, client).removeprefix("http://testserver")
    bad = [
        path[:-4] + "/",
        path.replace(webhook.key.hex, uuid.uuid4().hex),
        f"{ASK}{webhook.key.hex}/",
        f"{ASK}{webhook.key}/",
        f"{ASK}%00/",
        f"{ASK}😀/",
        f"{ASK}{key_in(client.get(ASK).content.decode())}/",
    ]
    for address in bad:
        answer = getattr(client, method)(address, {"press": "delete"})
        assert answer.status_code == 404
        assert "There is no webhook at this address" in words(answer)
    assert again(webhook).state == SubscriptionState.ACTIVE


def test_a_link_to_an_email_subscription_opens_nothing_here(client: Client) -> None:
    email = make_webhook(channel="email", address="bob@example.org", secret="")
    assert client.get(link_of(email, client)).status_code == 404


def test_every_button_asks_for_the_forms_token(it: Receiver) -> None:
    strict = Client(enforce_csrf_checks=True)
    webhook = confirmed(address=it.url)
    before = Subscription.objects.values().get()
    for button in ("test", "rotate", "replay", "pause", "resume", "delete"):
        assert press(strict, webhook, button, after="0").status_code == 403
    assert strict.post(ASK, {"address": it.url, "contact": CONTACT}).status_code == 403
    assert Subscription.objects.values().get() == before


def test_looking_changes_nothing(client: Client, it: Receiver) -> None:
    webhook = confirmed(address=it.url)
    before = Subscription.objects.values().get()
    client.get(link_of(webhook, client), {"press": "delete"})
    assert Subscription.objects.values().get() == before
    assert client.put(link_of(webhook, client)).status_code == 405


def test_a_button_that_is_none_says_so(client: Client) -> None:
    assert "There is no such button" in words(press(client, confirmed(), "explode"))


# The buttons


def test_a_test_has_an_id_of_its_own_and_leaves_the_cursor(client: Client, it: Receiver) -> None:
    published_commitment()
    webhook = confirmed(address=it.url)
    assert "The test was answered with 200: it arrived." in words(press(client, webhook, "test"))
    press(client, webhook, "test")
    one, two = received(it)
    assert one.headers["webhook-id"] != two.headers["webhook-id"]
    assert one.told["type"] == "test"
    assert again(webhook).cursor == 0
    rows = Delivery.objects.order_by("pk").values_list("message_id", "is_test", "outcome", "status")
    assert list(rows) == [
        (request.headers["webhook-id"], True, "delivered", 200) for request in (one, two)
    ]


def test_a_test_that_fails_says_how_and_stops_nothing(client: Client) -> None:
    with receiver(answering(status(410))) as it:
        webhook = confirmed(address=it.url)
        assert "410 Gone" in words(press(client, webhook, "test"))
    told = words(press(client, webhook, "test"))
    assert "The test did not arrive. No connection could be made to the host." in told
    assert again(webhook).state == SubscriptionState.ACTIVE


def test_tests_are_throttled(client: Client, it: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_acts, "TESTS_IN_AN_HOUR", 2)
    webhook = confirmed(address=it.url)
    for _ in range(3):
        told = words(press(client, webhook, "test"))
    assert "More than 2 tests within an hour: wait a while before the next." in told
    assert len(received(it)) == 2
    Delivery.objects.update(started_at=timezone.now() - dt.timedelta(hours=1, seconds=1))
    assert "it arrived" in words(press(client, webhook, "test"))


def seen(client: Client, webhook: Subscription) -> str:
    page = client.get(link_of(webhook, client)).content.decode()
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_new_secret_is_shown_once_and_the_old_one_signs_for_a_day(client: Client) -> None:
    webhook = confirmed()
    answer = press(client, webhook, "rotate", seen=seen(client, webhook))
    after = again(webhook)
    assert after.secret in answer.content.decode()
    assert after.secret not in client.get(link_of(webhook, client)).content.decode()
    assert after.previous_secret == webhook.secret
    assert after.previous_secret_until is not None
    left = after.previous_secret_until - timezone.now()
    assert dt.timedelta(hours=23, minutes=59) < left <= dt.timedelta(hours=24)
    assert "The one before signs as well until" in words(client.get(link_of(webhook, client)))


def test_two_clicks_keep_the_secret_that_the_receiver_knows(client: Client) -> None:
    webhook = confirmed()
    form = seen(client, webhook)
    press(client, webhook, "rotate", seen=form)
    second = press(client, webhook, "rotate", seen=form)
    after = again(webhook)
    assert after.previous_secret == webhook.secret
    assert after.secret in second.content.decode()


def test_two_rotations_on_purpose_forget_the_first_secret(client: Client) -> None:
    webhook = confirmed()
    press(client, webhook, "rotate", seen=seen(client, webhook))
    middle = again(webhook).secret
    press(client, webhook, "rotate", seen=seen(client, webhook))
    assert again(webhook).previous_secret == middle


def test_replay_sends_lines_again_with_the_same_ids(client: Client, it: Receiver) -> None:
    published_commitment()
    webhook = confirmed(address=it.url)
    deliver_due(clock=timezone.now)
    first = received(it)
    assert len(first) == 2
    told = words(press(client, webhook, "replay", after="1"))
    assert "1 change after change 1 is sent again, with the same id as before." in told
    deliver_due(clock=timezone.now)
    (repeated,) = received(it)
    assert (repeated.headers["webhook-id"], repeated.told) == (
        first[1].headers["webhook-id"],
        first[1].told,
    )


def test_replay_takes_the_webhook_out_of_a_deliverers_hands(client: Client) -> None:
    published_commitment()
    webhook = confirmed(
        lease=uuid.uuid4(), lease_until=timezone.now() + dt.timedelta(minutes=1), cursor=2
    )
    press(client, webhook, "replay", after="0")
    after = again(webhook)
    assert (after.cursor, after.lease, after.lease_until) == (0, None, None)


@pytest.mark.parametrize("after", ["", "-1", "3", "1.5", "one", "9" * 30, "\0", "٣٣"])
def test_replay_takes_a_number_of_the_log(client: Client, after: str) -> None:
    published_commitment()
    webhook = confirmed(cursor=1)
    answer = press(client, webhook, "replay", after=after)
    assert "Write a number from 0, for everything, to 2, the last change." in words(answer)
    assert again(webhook).cursor == 1


def test_replay_leaves_back_fills_out(client: Client, shipped_register: None) -> None:
    webhook = confirmed()
    assert "0 changes after change 0 are sent again" in words(
        press(client, webhook, "replay", after="0")
    )


def test_pause_and_resume_lose_nothing(client: Client, it: Receiver) -> None:
    webhook = confirmed(address=it.url)
    for _ in range(2):
        assert "It is paused." in words(press(client, webhook, "pause"))
    published_commitment()
    deliver_due(clock=timezone.now)
    assert received(it) == []
    for _ in range(2):
        assert "It goes on where it was." in words(press(client, webhook, "resume"))
    deliver_due(clock=timezone.now)
    assert [request.seq for request in received(it)] == [1, 2]


@pytest.mark.parametrize("button", ["resume", "replay", "test"])
def test_what_staff_stopped_only_staff_start(client: Client, it: Receiver, button: str) -> None:
    stopped = {"state": "stopped", "stopped_because": "It is not yours.", "confirmed_at": None}
    webhook = confirmed(address=it.url, stopped_at=timezone.now(), **stopped)
    answer = press(client, webhook, button, after="0")
    assert "Staff stopped it: only they can start it again." in words(answer)
    assert f'value="{button}"' not in answer.content.decode()
    assert (again(webhook).state, received(it)) == (SubscriptionState.STOPPED, [])


@pytest.mark.parametrize("button", ["pause", "resume", "replay"])
def test_what_is_not_active_yet_cannot_be_run(client: Client, button: str) -> None:
    webhook = make_webhook(state="pending", contact=CONTACT, created_at=timezone.now())
    press(client, webhook, button, after="0")
    assert again(webhook).state == SubscriptionState.PENDING


@pytest.mark.parametrize("age", [dt.timedelta(0), dt.timedelta(days=2)])
def test_deleted_its_link_opens_nothing_any_more(client: Client, age: dt.timedelta) -> None:
    webhook = confirmed(created_at=timezone.now() - age)
    link = link_of(webhook, client)
    refused = press(client, webhook, "delete")
    assert "Nothing was deleted: tick the box above “Delete” as well." in words(refused)
    assert again(webhook).state == SubscriptionState.ACTIVE
    assert "The webhook is deleted" in words(press(client, webhook, "delete", sure="yes"))
    assert client.get(link).status_code == 404
    assert client.post(link, {"press": "resume"}).status_code == 404
    assert not Subscription.objects.filter(contact=CONTACT).exists()
    assert Subscription.objects.exists() == (not age)


def test_what_deleted_webhooks_leave_and_what_nobody_approved_is_tidied_away(
    client: Client,
) -> None:
    now = timezone.now()
    press(client, confirmed(), "delete", sure="yes")
    waiting = make_webhook(state="pending", contact=CONTACT, created_at=now)
    tidy(now=now + dt.timedelta(hours=23))
    assert Subscription.objects.count() == 2
    tidy(now=now + dt.timedelta(hours=25))
    assert Subscription.objects.get() == waiting
    tidy(now=now + dt.timedelta(days=61))
    assert not Subscription.objects.exists()


def test_two_tests_at_the_same_moment_are_both_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_acts, "TESTS_IN_AN_HOUR", 1)
    webhook = confirmed()
    inner: list[str] = []

    def send(*args: Any, **kwargs: Any) -> Attempt:
        if not inner:
            inner.append(words(press(client, webhook, "test")))
        return Attempt(Outcome.DELIVERED, 200)

    monkeypatch.setattr(webhook_acts, "request", send)
    assert "it arrived" in words(press(client, webhook, "test"))
    assert "More than 1 tests within an hour" in inner[0]
