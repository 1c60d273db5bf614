"""The links in messages: confirm, change, pause, end, forget; each does its own and no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.make import NOW, make_topic, published_commitment
from tests.notify.emailing import ADDRESS, links_in, make_email
from tracker.models import (
    AskedMail,
    Delivery,
    Frequency,
    Outcome,
    Subscription,
    SubscriptionState,
)
from tracker.notify.deliver import deliver_due
from tracker.notify.links import Purpose, lasting_token, link, token_to_confirm
from tracker.notify.opt_in import EmailOptIn, request_opt_in
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)


def pending(**overrides: Any) -> Subscription:
    return make_email(state=SubscriptionState.PENDING, confirmed_at=None, **overrides)


def to_confirm(subscription: Subscription, *, now: dt.datetime | None = None) -> str:
    token = token_to_confirm(subscription, now=now or timezone.now())
    return urlsplit(link(Purpose.CONFIRM, token)).path


def to(purpose: Purpose, subscription: Subscription) -> str:
    return urlsplit(link(purpose, lasting_token(subscription, purpose))).path


def later() -> dt.datetime:
    """After everything here, whatever the day on which the test runs."""
    return max(NOW, timezone.now()) + DAY


MAKERS: dict[str, Callable[[Subscription], str]] = {
    "confirm": to_confirm,
    "manage": lambda subscription: to(Purpose.MANAGE, subscription),
    "stop": lambda subscription: to(Purpose.STOP, subscription),
}


def state_of(subscription: Subscription) -> tuple[Any, ...]:
    return Subscription.objects.values_list().get(pk=subscription.pk)


# -- From the form to the first message ---------------------------------------------------------


def test_from_the_form_to_the_first_message(client: Client) -> None:
    published_commitment(title="Before")
    client.post("/subscribe/email/", {"address": ADDRESS, "frequency": "immediate"})
    (confirm,) = links_in(mail.outbox[0].body, "/subscribe/confirm/")
    published_commitment(title="While waiting")
    deliver_due(clock=later)
    assert len(mail.outbox) == 1
    assert b"Confirm the subscription" in client.get(confirm).content
    assert b"You are subscribed" in client.post(confirm).content
    published_commitment(title="After")
    deliver_due(clock=later)
    _asked, told = mail.outbox
    assert "After" in told.body
    assert "Before" not in told.body
    assert "While waiting" not in told.body


# -- Confirming ---------------------------------------------------------------------------------


def test_opening_the_link_confirms_nothing(client: Client) -> None:
    subscription = pending()
    before = state_of(subscription)
    for method in (client.get, client.head):
        assert method(to_confirm(subscription)).status_code == 200
    assert state_of(subscription) == before


def test_the_button_confirms_from_the_head_on(client: Client) -> None:
    published_commitment()
    subscription = pending()
    client.post(to_confirm(subscription))
    subscription.refresh_from_db()
    assert (subscription.state, subscription.cursor) == ("active", log_head().seq)
    assert subscription.confirmed_at is not None


def test_a_used_link_says_how_it_stands_and_moves_nothing(client: Client) -> None:
    subscription = make_email(cursor=0)
    published_commitment()
    before = state_of(subscription)
    for method in (client.get, client.post):
        response = method(to_confirm(subscription))
        assert response.status_code == 200
        assert b"You are subscribed" in response.content
    assert state_of(subscription) == before


@pytest.mark.parametrize(
    ("age", "status"), [(7 * DAY - 60 * SECOND, 200), (7 * DAY + 2 * SECOND, 410)]
)
def test_a_link_holds_for_a_week(client: Client, age: dt.timedelta, status: int) -> None:
    subscription = pending()
    response = client.post(to_confirm(subscription, now=timezone.now() - age))
    assert response.status_code == status
    subscription.refresh_from_db()
    assert (subscription.state == "active") == (status == 200)
    if status == 410:
        assert b"This link has expired" in response.content


def test_asking_again_makes_a_new_link_and_keeps_the_row(client: Client) -> None:
    subscription = pending(created_at=NOW - 6 * DAY)
    request_opt_in(
        EmailOptIn(ADDRESS, "", Frequency.DAILY, with_overdue=True),
        asked_from="n",
        now=timezone.now(),
    )
    (confirm,) = links_in(mail.outbox[0].body, "/subscribe/confirm/")
    assert client.post(confirm).status_code == 200
    subscription.refresh_from_db()
    assert (subscription.state, subscription.with_overdue) == ("active", True)


# -- Bad links ----------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", MAKERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_tampered_link_is_a_page_and_does_nothing(
    client: Client, purpose: str, method: str
) -> None:
    subscription, other = pending(), make_email(address="other@example.org")
    before = state_of(subscription), state_of(other)
    path = MAKERS[purpose](subscription)
    folder, token = path.rstrip("/").rpartition("/")[::2]
    key, _, signature = token.partition(".")
    for tampered in (
        key,
        f"{other.key.hex}.{signature}",
        token[:-1],
        token + "A",
        token.upper(),
        f"{key}.{'A' * 43}",
        "x",
        "%00",
        "x" * 5_000,
        "안녕.하세요",
        "..",
    ):
        response = getattr(client, method)(f"{folder}/{tampered}/")
        assert response.status_code == 404, tampered
    assert (state_of(subscription), state_of(other)) == before


@pytest.mark.parametrize("purpose", MAKERS)
@pytest.mark.parametrize("of", MAKERS)
def test_a_link_opens_its_own_page_only(client: Client, purpose: str, of: str) -> None:
    subscription = pending()
    token = MAKERS[of](subscription).rstrip("/").rpartition("/")[2]
    response = client.post(f"/subscribe/{purpose}/{token}/", {"do": "forget"})
    if purpose != of:
        assert response.status_code == 404
        assert Subscription.objects.filter(pk=subscription.pk, state="pending").exists()
    else:
        assert response.status_code == 200


@pytest.mark.parametrize(("purpose", "status"), [("confirm", 404), ("manage", 404), ("stop", 200)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_links_to_one_that_is_no_more(
    client: Client, purpose: str, status: int, method: str
) -> None:
    subscription = make_email()
    path = MAKERS[purpose](subscription)
    subscription.delete()
    response = getattr(client, method)(path)
    assert response.status_code == status
    assert (b"no such subscription any more" in response.content) == (status == 404)


@pytest.mark.parametrize("purpose", MAKERS)
def test_these_pages_are_kept_by_nobody(client: Client, purpose: str) -> None:
    response = client.get(MAKERS[purpose](make_email()))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert b'rel="canonical"' not in response.content


@pytest.mark.parametrize("purpose", MAKERS)
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_these_pages_take_no_other_method(client: Client, purpose: str, method: str) -> None:
    assert getattr(client, method)(MAKERS[purpose](make_email())).status_code == 405


@pytest.mark.parametrize("purpose", ["confirm", "manage"])
def test_forms_need_their_token(purpose: str) -> None:
    subscription = pending()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(MAKERS[purpose](subscription), {"do": "forget"}).status_code == 403
    assert state_of(subscription)


def test_a_webhook_has_no_page_here(client: Client) -> None:
    webhook = make_email(channel="webhook", secret="whsec_x")
    assert client.get(MAKERS["manage"](webhook)).status_code == 404
    client.post(MAKERS["stop"](webhook))
    assert Subscription.objects.filter(pk=webhook.pk).exists()


# -- Ending -------------------------------------------------------------------------------------


def test_opening_the_link_to_unsubscribe_ends_nothing(client: Client) -> None:
    subscription = make_email()
    assert b"<form" in client.get(MAKERS["stop"](subscription)).content
    assert Subscription.objects.exists()


def test_unsubscribing_deletes_at_once_and_may_be_repeated() -> None:
    subscription = make_email()
    other = make_email(query="kind=status")
    _delivered(subscription)
    strict = Client(enforce_csrf_checks=True)
    path = MAKERS["stop"](subscription)
    pages = [strict.post(path, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content
    assert list(Subscription.objects.all()) == [other]
    assert not Delivery.objects.exists()


# -- Changing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", MAKERS)
def test_forms_stay_on_the_host_of_their_page(client: Client, settings: Any, purpose: str) -> None:
    """The policy of the site lets them go nowhere else."""
    settings.PUBLIC_URL = "https://elsewhere.example.org"
    for subscription in (make_email(), pending(query="kind=status")):
        assert b"elsewhere" not in client.get(MAKERS[purpose](subscription)).content


def test_the_page_shows_this_one_only(client: Client) -> None:
    subscription = make_email(query="kind=status")
    make_email(query="kind=correction")
    page = client.get(MAKERS["manage"](subscription)).content.decode()
    assert "All changes, only: Status" in page
    assert "Correction" not in page
    assert ADDRESS in page


def test_how_often_and_with_what(client: Client) -> None:
    subscription = make_email(frequency=Frequency.WEEKLY, next_attempt_at=timezone.now() + 5 * DAY)
    path = MAKERS["manage"](subscription)
    response = client.post(
        path, {"do": "change", "frequency": "daily", "with_overdue": "on"}, follow=True
    )
    assert b"Saved." in response.content
    subscription.refresh_from_db()
    assert (subscription.frequency, subscription.with_overdue) == (Frequency.DAILY, True)
    # A daily one does not wait for the Monday of the weekly one.
    assert subscription.next_attempt_at < timezone.now() + DAY


@pytest.mark.parametrize("frequency", ["", "hourly"])
def test_a_bad_choice_is_said_beside_it(client: Client, frequency: str) -> None:
    subscription = make_email()
    before = state_of(subscription)
    response = client.post(MAKERS["manage"](subscription), {"do": "change", "frequency": frequency})
    assert response.status_code == 400
    assert b'id="id_frequency_error"' in response.content
    assert state_of(subscription) == before


@pytest.mark.parametrize("do", ["", "nonsense", "resume", "\x00"])
def test_what_is_not_offered_does_nothing(client: Client, do: str) -> None:
    subscription = make_email()
    before = state_of(subscription)
    assert client.post(MAKERS["manage"](subscription), {"do": do}).status_code == 200
    assert state_of(subscription) == before


def test_a_pause_misses_nothing(client: Client) -> None:
    subscription = make_email()
    path = MAKERS["manage"](subscription)
    client.post(path, {"do": "pause"})
    published_commitment(title="While away")
    assert deliver_due(clock=later) == 0
    assert b"Stopped: Paused" in client.get(path).content
    client.post(path, {"do": "resume"})
    assert deliver_due(clock=later) == 1
    assert "While away" in mail.outbox[0].body


def test_everything_about_an_address_is_deleted(client: Client) -> None:
    subscription = make_email()
    _delivered(subscription)
    _delivered(make_email(query="kind=status"))
    other = make_email(address="other@example.org")
    request_opt_in(
        EmailOptIn(ADDRESS, "kind=status", Frequency.DAILY, with_overdue=False),
        asked_from="n",
        now=NOW,
    )
    response = client.post(MAKERS["manage"](subscription), {"do": "forget"})
    assert b"Everything about this address is deleted" in response.content
    assert list(Subscription.objects.all()) == [other]
    assert not Delivery.objects.exists()
    assert set(AskedMail.objects.values_list("address_hash", flat=True)) == {""}


@pytest.mark.parametrize("purpose", MAKERS)
def test_a_page_costs_the_same_however_much_there_is(
    client: Client, purpose: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    subscription = make_email(query="topic=cyber&party=canada")
    for number in range(5):
        published_commitment(topics=[make_topic(slug=f"cyber{number or ''}", published_seq=1)])
        _delivered(make_email(query=f"kind=status&q={number}"))
    with django_assert_max_num_queries(5):
        assert client.get(MAKERS[purpose](subscription)).status_code == 200


def test_the_page_of_one_whose_filter_broke(client: Client) -> None:
    subscription = make_email(query="topic=gone")
    for path in (MAKERS["manage"](subscription), MAKERS["stop"](subscription)):
        response = client.get(path)
        assert response.status_code == 200
        assert b"A filter that finds nothing any more." in response.content


def _delivered(subscription: Subscription) -> None:
    Delivery.objects.create(
        subscription=subscription,
        message_id="x",
        attempt=1,
        started_at=NOW,
        milliseconds=1,
        outcome=Outcome.DELIVERED,
        detail=ADDRESS,
    )
