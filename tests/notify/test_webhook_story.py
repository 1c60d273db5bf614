"""The whole story of a webhook: asked for, approved, told, failing, resumed, deleted."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from tests.admin.browsing import Browser
from tests.make import make_topic, make_update, published_commitment, published_update
from tests.notify.subscriptions import make_webhook
from tests.notify.test_webhooks import Request, again, answering_in_turn, received, status
from tests.receivers import HERE, OK, answering, receiver
from tracker.actions.publishing.publish import publish_update
from tracker.models import Commitment, Subscription
from tracker.notify.deliver import deliver_due
from tracker.notify.webhook_pages import manage_url
from tracker.queries.visibility import log_head


def publish(commitment: Commitment, **values: Any) -> None:
    published_update(commitment, now=timezone.now(), **values)


def verified(request: Request, secret: str) -> Any:
    return Webhook(secret).verify(request.body, request.headers)


@pytest.fixture(autouse=True)
def _near(settings: Settings) -> None:
    settings.WEBHOOK_SELF_SERVICE = False
    settings.WEBHOOK_ALLOWED_NETWORKS, settings.WEBHOOK_ALLOW_HTTP = list(HERE), True


@pytest.fixture
def staff(db: None) -> Browser:
    return Browser(User.objects.create_superuser("staff", password="a long password"))


@pytest.fixture
def pledge(db: None) -> Commitment:
    topic = make_topic(slug="cyber", name="Cyber security", published_seq=1)
    return published_commitment(title="On cyber", topics=[topic])


def test_asked_for_approved_and_told(client: Client, staff: Browser, pledge: Commitment) -> None:
    elsewhere = published_commitment(title="Elsewhere")
    with receiver(answering(OK)) as it:
        # A service's owner asks, and keeps the secret and the link.
        form = "/subscribe/webhook/?topic=cyber"
        client.get(form)
        answer = client.post(form, {"address": it.url, "contact": "ann@example.org"})
        page = answer.content.decode()
        (secret,) = re.findall(r"<code>(whsec_[^<]+)</code>", page)
        (link,) = re.findall(r'class="key-link" href="([^"]+)"', page)
        assert "waits for the approval of staff" in client.get(link).content.decode()
        publish(pledge, happened="2026-03-01")
        deliver_due(clock=timezone.now)
        assert received(it) == []

        # Staff look at it and approve.
        webhook = Subscription.objects.get()
        assert "Changes to commitments on Cyber security" in staff.page(webhook).words
        staff.send(staff.page(webhook, "approve"))

        # Its owner tries it out; then something happens to a commitment, to another, to a draft.
        assert "it arrived" in client.post(link, {"press": "test"}).content.decode()
        assert verified(received(it)[0], secret)["type"] == "test"
        publish(pledge, happened="2026-04-01", stage="signed")
        publish(elsewhere, happened="2026-04-01", stage="signed")
        make_update(commitment=pledge, happened="2026-05-01", stage="in_effect")
        deliver_due(clock=timezone.now)
        (told,) = received(it)
    line = verified(told, secret)
    assert (line["type"], line["data"]["title"]) == (
        "change.status",
        "On cyber: Announced → Signed",
    )
    assert line["data"]["url"].endswith(pledge.get_absolute_url())
    assert again(webhook).cursor == log_head().seq


def test_failing_stopped_resumed_and_deleted(
    client: Client, staff: Browser, pledge: Commitment
) -> None:
    with receiver(answering_in_turn(status(503), OK)) as it:
        webhook = make_webhook(
            address=it.url,
            query="topic=cyber",
            contact="ann@example.org",
            confirmed_at=timezone.now(),
            cursor=log_head().seq,
        )
        link = manage_url(client.get("/healthz").wsgi_request, webhook)

        # A draft is published while the receiver is being restarted: it comes a little later.
        draft = make_update(commitment=pledge, happened="2026-05-01", stage="in_effect")
        publish_update(draft, now=timezone.now())
        deliver_due(clock=timezone.now)
        assert "the last attempt failed" in client.get(link).content.decode()
        deliver_due(clock=lambda: timezone.now() + dt.timedelta(seconds=6))
        failed, taken = received(it)
        assert failed.headers["webhook-id"] == taken.headers["webhook-id"]
        assert verified(taken, webhook.secret)["data"]["title"] == "On cyber: Announced → In effect"
        assert failed.body == taken.body

        # Staff stop it, and its owner cannot start it; then they make up, and nothing is lost.
        staff.send(staff.page(webhook, "stop"), reason="Whose is this?")
        assert "Whose is this?" in client.post(link, {"press": "resume"}).content.decode()
        publish(pledge, happened="2026-06-01", stage="completed")
        deliver_due(clock=timezone.now)
        assert received(it) == []
        staff.send(staff.page(webhook, "resume"))
        deliver_due(clock=timezone.now)
        (last,) = received(it)
        assert verified(last, webhook.secret)["data"]["title"] == "On cyber: In effect → Completed"

        # Every attempt is on its page, and in the end it is gone.
        page = client.get(link).content.decode()
        assert [page.count(f">change {n}<") for n in (taken.seq, last.seq)] == [2, 1]
        client.post(link, {"press": "delete", "sure": "yes"})
        publish(pledge, happened="2026-07-01")
        deliver_due(clock=timezone.now)
        assert received(it) == []
    assert client.get(link).status_code == 404


@pytest.mark.django_db
def test_the_example_of_the_page_works(client: Client) -> None:
    """What the page shows is run as it stands, on a request that was signed for it."""
    page = client.get("/subscribe/webhook/").content.decode()
    (example,) = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    code = example.replace("&quot;", '"').replace("&gt;", ">")
    assert len([line for line in code.splitlines() if line]) <= 10
    secret, now = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", timezone.now()
    body = '{"type": "change.status", "data": {"title": "On cyber: Signed"}}'
    headers = {
        "webhook-id": "urn:uuid:1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("urn:uuid:1", now, body),
    }
    told: list[object] = []
    scope: dict[str, Any] = {"SECRET": secret, "print": lambda *words: told.extend(words)}
    exec(code, scope)  # noqa: S102 - our own page
    assert scope["receive"](body.encode(), headers) == 204
    assert told == ["urn:uuid:1", "change.status", "On cyber: Signed"]
    assert scope["receive"](body.encode() + b" ", headers) == 401
    assert len(told) == 3  # nothing is done with what is not signed
