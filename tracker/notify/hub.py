"""The WebSub channel: ping the hub when feeds change (W3C WebSub, section 7).

The hub is a subscription to everything, created when settings.WEBSUB_HUB is set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from tracker.lib.safe_http import Failed, Refused, post
from tracker.models import Change, Channel, Outcome, Subscription
from tracker.notify.messages import Attempt, Later, Message
from tracker.notify.rounds import Round
from tracker.queries.log.change_summary import summarise
from tracker.queries.visibility import log_head, public_changes
from tracker.schema.payloads import change_id

# Lines covered by one ping; later lines follow in the next.
_AT_ONCE = 200
_FEEDS = ("changes-atom", "changes-rss", "changes-json")
_OK = range(200, 300)


def sync_hub(*, now: dt.datetime) -> None:
    """Make the hub's subscription match the settings; a new hub starts at the log's head."""
    stored = Subscription.objects.filter(channel=Channel.HUB)
    if not settings.WEBSUB_HUB:
        stored.delete()
        return
    if stored.filter(address=settings.WEBSUB_HUB).exists():
        return
    stored.delete()
    hub = Subscription(channel=Channel.HUB, address=settings.WEBSUB_HUB, created_at=now)
    hub.start(now=now, head=log_head().seq)
    hub.save()


def messages(
    subscription: Subscription, *, now: dt.datetime, round: Round
) -> Iterator[Message | Later]:
    """Yield one message for each batch of lines; a batch already begun keeps its end."""
    while subscription.cursor < round.head:
        end = subscription.batch_end or min(round.head, subscription.cursor + _AT_ONCE)
        changes = public_changes().filter(seq__gt=subscription.cursor, seq__lte=end).order_by("seq")
        batch = summarise(changes)
        yield Message(
            id=change_id(batch[0].change),
            lines=batch,
            first_seq=batch[0].change.seq,
            last_seq=end,
            is_batch=True,
        )


def topics(changes: list[Change]) -> list[str]:
    """Return the addresses of the feeds that advertise the hub and contain these lines."""
    references = sorted({c.commitment.reference for c in changes if c.commitment is not None})
    queries = ["", *(f"?{urlencode({'commitment': reference})}" for reference in references)]
    return [f"{settings.PUBLIC_URL}{reverse(feed)}{query}" for query in queries for feed in _FEEDS]


def send(
    subscription: Subscription, message: Message, *, now: dt.datetime, round: Round
) -> Attempt:
    """Ping with every topic in one request, since hubs accept `hub.url` repeatedly."""
    data = [("hub.mode", "publish")]
    data += [("hub.url", topic) for topic in topics([line.change for line in message.lines])]
    try:
        response = post(
            subscription.address,
            content=urlencode(data).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            # The operator chose this address, so private networks and plain HTTP are fine.
            allowed_networks=("0.0.0.0/0", "::/0"),
            allow_http=True,
        )
    except (Refused, Failed) as error:
        return Attempt(Outcome.FAILED, detail=str(error))
    if response.status in _OK:
        return Attempt(Outcome.DELIVERED, response.status)
    return Attempt(Outcome.FAILED, response.status, f"HTTP {response.status}")
