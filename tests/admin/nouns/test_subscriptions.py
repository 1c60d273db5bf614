"""Subscriptions and deliveries in the admin: who may look, who may act, and what each act does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.admin.browsing import Browser, admin_url, list_url
from tracker.models import Channel, Delivery, Outcome, Subscription, SubscriptionState
from tracker.queries.visibility import log_head

Hire = Callable[..., Browser]
SECRET, BEFORE = "whsec_c2VjcmV0IG9mIHRoZSBmaXJzdA==", "whsec_c2VjcmV0IGJlZm9yZSBpdA=="
ACTS = {"approve": {}, "stop": {"reason": "It is not theirs."}, "resume": {}}


def make_subscription(**overrides: Any) -> Subscription:
    """A webhook that waits for approval, unless overridden."""
    values = {
        "channel": Channel.WEBHOOK,
        "address": "https://receiver.example.org/hook",
        "contact": "ann@example.org",
        "created_at": make.NOW,
        "next_attempt_at": make.NOW,
        "secret": SECRET,
        "previous_secret": BEFORE,
    }
    return Subscription.objects.create(**values | overrides)


def make_delivery(subscription: Subscription, **overrides: Any) -> Delivery:
    values = {
        "message_id": "urn:uuid:1",
        "first_seq": 3,
        "last_seq": 3,
        "attempt": 1,
        "started_at": make.NOW,
        "milliseconds": 12,
        "outcome": Outcome.FAILED,
        "status": 500,
        "detail": "HTTP 500: no",
    }
    return Delivery.objects.create(subscription=subscription, **values | overrides)


def stopped(**overrides: Any) -> Subscription:
    return make_subscription(
        state=SubscriptionState.STOPPED,
        stopped_at=make.NOW,
        stopped_because="13 attempts failed.",
        **{"confirmed_at": make.NOW, "cursor": 4, "failures": 13} | overrides,
    )


def again(subscription: Subscription) -> Subscription:
    return Subscription.objects.get(pk=subscription.pk)


# Looking


def test_the_list_tells_filter_state_and_how_far(browser: Browser) -> None:
    make.make_topic(slug="cyber", name="Cyber security", published_seq=1)
    make_subscription(query="stage=signed&topic=cyber", cursor=7, failures=2)
    make_subscription(address="https://other.example/", query="topic=gone", state="active")
    words = browser.open(list_url(Subscription)).words
    assert (
        "https://receiver.example.org/hook Webhook Stage: Signed; Topic: Cyber security "
        "Waiting to be confirmed or approved 7 2 Nov. 22, 2026, 9 a.m. Nov. 22, 2026, 9 a.m."
    ) in words
    assert "https://other.example/ Webhook Topic: gone Active 0 0" in words


def test_the_list_is_searched_and_filtered(browser: Browser) -> None:
    make_subscription()
    make_subscription(address="bob@example.org", channel="email", contact="", state="active")
    url = list_url(Subscription)
    for query in ("?q=receiver", "?q=ann@", "?channel__exact=webhook", "?state__exact=pending"):
        words = browser.open(url + query).words
        assert "receiver.example.org" in words, query
        assert "bob@example.org" not in words, query


def test_the_page_tells_the_filter_as_a_sentence_and_no_secret(browser: Browser) -> None:
    webhook = make_subscription(query="stage=signed")
    page = browser.page(webhook)
    assert "Changes to commitments at the stage Signed" in page.words
    assert "It waits for approval" in page.words
    assert "ann@example.org" in page.words
    html = page.response.content.decode()
    assert f"/admin/tracker/delivery/?subscription__id__exact={webhook.pk}" in html
    assert set(page.buttons) == set()  # nothing is typed over
    for url in (list_url(Subscription), admin_url(webhook, "change"), admin_url(webhook, "stop")):
        html = browser.client.get(url).content.decode()
        assert SECRET not in html
        assert BEFORE not in html


def test_a_filter_that_is_broken_by_now_says_why(browser: Browser) -> None:
    page = browser.page(make_subscription(query="topic=gone"))
    assert "Broken: There is no “gone” here." in page.words


def test_deliveries_of_one_subscription(browser: Browser) -> None:
    webhook, other = make_subscription(), make_subscription(address="https://other.example/")
    make_delivery(webhook)
    make_delivery(webhook, is_test=True, first_seq=None, last_seq=None, detail="a test of it")
    make_delivery(webhook, last_seq=9, detail="several of it")
    make_delivery(other, detail="of the other")
    words = browser.open(f"{list_url(Delivery)}?subscription__id__exact={webhook.pk}").words
    assert "Webhook: https://receiver.example.org/hook #3 1 Failed 500 12 HTTP 500: no" in words
    assert "test 1 Failed 500 12 a test of it" in words
    assert "#3–#9 1 Failed 500 12 several of it" in words
    assert "of the other" not in words


@pytest.mark.parametrize("noun", [Subscription, Delivery])
def test_lists_ask_the_same_number_of_queries(browser: Browser, noun: Any) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.client.get(list_url(noun)).status_code == 200
        return len(queries)

    def add(number: int) -> None:
        webhook = make_subscription(query=f"topic=t{number}&party=p{number}")
        make_delivery(webhook)

    add(1)
    few = count()
    for number in range(2, 30):
        add(number)
    assert count() == few


# Who may


@pytest.mark.parametrize("page", ["change", "approve", "stop", "resume", "delete"])
@pytest.mark.parametrize("permissions", [[], ["view_commitment", "change_commitment"]])
def test_other_staff_learn_nothing(clerk: Hire, permissions: list[str], page: str) -> None:
    webhook = make_subscription()
    client = clerk(*permissions).client
    for method in ("get", "post"):
        answer = getattr(client, method)(admin_url(webhook, page), {"reason": "No."})
        assert answer.status_code == 403
        assert b"ann@example.org" not in answer.content
    assert client.get(list_url(Subscription)).status_code == 403
    assert again(webhook).state == SubscriptionState.PENDING


def test_deliveries_name_addresses_and_ask_for_both_permissions(clerk: Hire) -> None:
    delivery = make_delivery(make_subscription())
    client = clerk("view_delivery").client
    assert client.get(list_url(Delivery)).status_code == 403
    assert client.get(admin_url(delivery, "change")).status_code == 403
    assert b"receiver" not in client.get("/admin/").content


def test_who_may_view_both_may_read_deliveries(clerk: Hire) -> None:
    delivery = make_delivery(make_subscription())
    browser = clerk("view_delivery", "view_subscription")
    assert browser.page(delivery).status == 200
    assert "receiver.example.org" in browser.open(list_url(Delivery)).words


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_deliveries_are_never_touched(browser: Browser, page: str) -> None:
    delivery = make_delivery(make_subscription())
    url = admin_url(Delivery if page == "add" else delivery, page)
    assert browser.client.post(url, {"detail": "x", "post": "yes"}).status_code == 403
    assert Delivery.objects.get().detail == "HTTP 500: no"


def test_nobody_adds_or_types_over_a_subscription(browser: Browser) -> None:
    webhook = make_subscription()
    assert browser.client.get(admin_url(Subscription, "add")).status_code == 403
    change = admin_url(webhook, "change")
    assert browser.client.post(change, {"address": "https://evil.example"}).status_code == 403
    assert again(webhook).address == "https://receiver.example.org/hook"


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_only_look_cannot_act(clerk: Hire, act: str, method: str) -> None:
    webhook = stopped() if act == "resume" else make_subscription()
    browser = clerk("view_subscription", "delete_subscription")
    assert act not in browser.page(webhook).response.content.decode().lower().split("/")
    answer = getattr(browser.client, method)(admin_url(webhook, act), ACTS[act])
    assert answer.status_code == 403
    assert again(webhook).state == webhook.state


@pytest.mark.parametrize("act", ACTS)
def test_who_may_change_may_act(clerk: Hire, act: str) -> None:
    webhook = stopped() if act == "resume" else make_subscription()
    browser = clerk("view_subscription", "change_subscription")
    assert act in browser.page(webhook).response.content.decode().lower().split("/")
    browser.send(browser.page(webhook, act), **ACTS[act])
    assert again(webhook).state != webhook.state


@pytest.mark.parametrize("act", ACTS)
def test_strangers_are_sent_to_the_login(client: Client, act: str, db: None) -> None:
    answer = client.post(admin_url(make_subscription(), act), ACTS[act])
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


# The acts


def test_approved_it_starts_at_the_head(browser: Browser) -> None:
    make.published_commitment()
    webhook = make_subscription()
    done = browser.send(browser.page(webhook, "approve"))
    assert "It is active from here on." in done.words
    after = again(webhook)
    assert (after.state, after.cursor) == (SubscriptionState.ACTIVE, log_head().seq)
    assert after.confirmed_at is not None
    assert after.secret == SECRET
    # Once more, from another tab: nothing happens, and a sentence says so.
    assert browser.client.post(admin_url(webhook, "approve"), follow=True).status_code == 200
    assert again(webhook).confirmed_at == after.confirmed_at


def test_stopping_takes_a_reason_and_the_confirmation(browser: Browser) -> None:
    webhook = make_subscription(state="active", confirmed_at=make.NOW, cursor=3)
    refused = browser.send(browser.page(webhook, "stop"), reason=" ")
    assert "This field is required." in refused.words
    assert again(webhook).state == SubscriptionState.ACTIVE
    browser.send(browser.page(webhook, "stop"), reason="It is not theirs.")
    after = again(webhook)
    assert (after.state, after.stopped_because) == ("stopped", "It is not theirs.")
    assert (after.confirmed_at, after.cursor) == (None, 3)


def test_resumed_it_goes_on_where_it_was(browser: Browser) -> None:
    webhook = stopped(confirmed_at=None)
    browser.send(browser.page(webhook, "resume"))
    after = again(webhook)
    assert (after.state, after.cursor, after.failures) == ("active", 4, 0)
    assert after.confirmed_at is not None
    assert after.next_attempt_at > make.NOW - dt.timedelta(days=1)


def test_an_e_mail_address_is_neither_approved_nor_resumed_by_staff(browser: Browser) -> None:
    waiting = make_subscription(channel=Channel.EMAIL, address="bob@example.org", contact="")
    ended = stopped(channel=Channel.EMAIL, address="eve@example.org", contact="")
    for subscription, act in ((waiting, "approve"), (ended, "resume")):
        answer = browser.client.post(admin_url(subscription, act), follow=True)
        assert "is not possible as it stands now" in answer.content.decode()
        assert again(subscription).state == subscription.state
    assert "a click on the link" in browser.page(waiting).words


def test_what_an_owner_deleted_is_not_resumed(browser: Browser) -> None:
    left = stopped(contact="", confirmed_at=None)
    browser.client.post(admin_url(left, "resume"))
    assert again(left).state == SubscriptionState.STOPPED


def test_the_hub_is_stopped_in_the_settings(browser: Browser) -> None:
    hub = make_subscription(channel=Channel.HUB, state="active")
    browser.client.post(admin_url(hub, "stop"), {"reason": "No."})
    assert again(hub).state == SubscriptionState.ACTIVE


@pytest.mark.parametrize("how", ["page", "list"])
def test_deleted_with_its_deliveries(clerk: Hire, how: str) -> None:
    webhook = make_subscription()
    for _ in range(3):
        make_delivery(webhook)
    browser = clerk("view_subscription", "delete_subscription")
    if how == "page":
        page = browser.page(webhook, "delete")
        assert "3 deliveries" in page.words
        browser.send(page, press="post")
    else:
        chosen = {"action": "delete_selected", "_selected_action": [webhook.pk], "post": "yes"}
        browser.client.post(list_url(Subscription), chosen)
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()


def test_the_history_of_the_admin_keeps_no_address(browser: Browser, staff: User) -> None:
    webhook = make_subscription(address="https://ann.example.org/", state="active")
    browser.send(browser.page(webhook, "stop"), reason="It is not theirs.")
    browser.send(browser.page(webhook, "delete"), press="post")
    entries = LogEntry.objects.order_by("pk")
    assert [entry.object_repr for entry in entries] == [f"Webhook {webhook.pk}"] * 2
    assert "ann" not in " ".join(entry.change_message for entry in entries)
    assert browser.open("/admin/").status == 200
