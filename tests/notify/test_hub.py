"""The WebSub hub is told which feeds have changed, once for some lines together."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl

import pytest
from django.test import Client, override_settings

from tests.make import NOW, published_commitment, published_meeting
from tests.receivers import OK, Receiver, answering, receiver
from tracker.models import Channel, Delivery, Subscription
from tracker.notify.deliver import deliver_due
from tracker.notify.hub import sync_hub
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

HERE = "http://register.example.org"
FAILING = b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"


def pings(hub: Receiver) -> list[list[tuple[str, str]]]:
    """The form that each request so far held."""
    told = []
    while not hub.requests.empty():
        _head, _, body = hub.requests.get().partition(b"\r\n\r\n")
        told.append(parse_qsl(body.decode()))
    return told


def deliver(*, seconds: float = 0) -> int:
    return deliver_due(clock=lambda: NOW + dt.timedelta(seconds=seconds))


def feeds(query: str = "") -> list[tuple[str, str]]:
    return [("hub.url", f"{HERE}/changes.{kind}{query}") for kind in ("atom", "rss", "json")]


@override_settings(PUBLIC_URL=HERE)
def test_a_publication_pings_the_feeds_that_it_changed() -> None:
    published_commitment(reference="CAN-KOR-2020-001")  # before there was a hub
    with receiver(answering(OK)) as hub, override_settings(WEBSUB_HUB=hub.url):
        sync_hub(now=NOW)
        assert deliver() == 0
        published_meeting()
        second = published_commitment(reference="CAN-KOR-2026-901")
        assert deliver() == 1
        mode, *topics = pings(hub)[0]
    assert mode == ("hub.mode", "publish")
    assert topics == feeds() + feeds("?commitment=CAN-KOR-2026-901")
    assert Subscription.objects.get().cursor == log_head().seq
    assert second.changes.count() == 2


@override_settings(PUBLIC_URL=HERE, DELIVERY_RETRY_SECONDS=[10])
def test_a_hub_that_is_down_is_told_later_and_of_the_same() -> None:
    with receiver(answering(FAILING)) as hub, override_settings(WEBSUB_HUB=hub.url):
        sync_hub(now=NOW)
        published_commitment(reference="CAN-KOR-2026-901")
        deliver()
        published_commitment(reference="CAN-KOR-2026-902")
        deliver(seconds=11)
        first, again = pings(hub)
    assert first == again  # what was begun is sent again as it was
    assert not any("902" in url for _name, url in again)
    ids = Delivery.objects.values_list("message_id", flat=True)
    assert list(ids) == [ids[0]] * 2


def test_the_hub_is_what_the_settings_say() -> None:
    published_commitment()
    for url, kept in (("https://a.example/", 1), ("https://b.example/", 1), ("", 0)):
        with override_settings(WEBSUB_HUB=url):
            sync_hub(now=NOW)
            sync_hub(now=NOW)
        stored = Subscription.objects.filter(channel=Channel.HUB)
        assert [(hub.address, hub.cursor) for hub in stored] == [(url, 2)] * kept


@override_settings(PUBLIC_URL=HERE, WEBSUB_HUB="https://hub.example.org/")
def test_a_feed_names_the_hub_exactly_where_the_hub_is_told(client: Client) -> None:
    published_commitment(reference="CAN-KOR-2026-901")
    for query, is_named in (("", True), ("?commitment=CAN-KOR-2026-901", True), ("?q=x", False)):
        for kind in ("atom", "rss", "json"):
            response = client.get(f"/changes.{kind}{query}")
            assert ("https://hub.example.org/" in response.content.decode()) is is_named
            assert ('rel="hub"' in response.headers.get("Link", "")) is is_named
