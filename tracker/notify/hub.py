"""Telling the WebSub hub that feeds have changed (W3C WebSub, section 7: publishers ping the hub).

The hub is a subscription to everything, made when settings.WEBSUB_HUB is set.
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
from tracker.queries.change_lines import lines
from tracker.queries.visibility import log_head, public_changes
from tracker.schema.payloads import change_id

# So many lines are looked at for one ping; what is behind them follows in the next.
_AT_ONCE = 200
_FEEDS = ("changes-atom", "changes-rss", "changes-json")
_OK = range(200, 300)


def keep_hub(*, now: dt.datetime) -> None:
    """Make the hub's subscription what the settings say; a new hub starts at the log's head."""
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
    subscription: Subscription, *, now: dt.datetime, head: int
) -> Iterator[Message | Later]:
    """One message for so many lines at a time; the end of one that was begun is kept."""
    while subscription.cursor < head:
        end = subscription.batch_end or min(head, subscription.cursor + _AT_ONCE)
        changes = public_changes().filter(seq__gt=subscription.cursor, seq__lte=end).order_by("seq")
        told = lines(changes)
        yield Message(
            id=change_id(told[0].change),
            lines=told,
            first_seq=told[0].change.seq,
            last_seq=end,
            is_batch=True,
        )


def topics(changes: list[Change]) -> list[str]:
    """The addresses of the feeds that name the hub and that these lines belong to."""
    references = sorted({c.commitment.reference for c in changes if c.commitment is not None})
    queries = ["", *(f"?{urlencode({'commitment': reference})}" for reference in references)]
    return [f"{settings.PUBLIC_URL}{reverse(feed)}{query}" for query in queries for feed in _FEEDS]


def send(subscription: Subscription, message: Message, *, now: dt.datetime) -> Attempt:
    """Ping with every topic in one request, as hubs take `hub.url` repeatedly."""
    told = [("hub.mode", "publish")]
    told += [("hub.url", topic) for topic in topics([line.change for line in message.lines])]
    try:
        answer = post(
            subscription.address,
            content=urlencode(told).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            # The office chose this address itself: its own network and plain HTTP are fine.
            allowed_networks=("0.0.0.0/0", "::/0"),
            allow_http=True,
        )
    except (Refused, Failed) as error:
        return Attempt(Outcome.FAILED, detail=str(error))
    if answer.status in _OK:
        return Attempt(Outcome.DELIVERED, answer.status)
    return Attempt(Outcome.FAILED, answer.status, f"HTTP {answer.status}")


def next_time(subscription: Subscription, *, now: dt.datetime) -> dt.datetime:
    return now
