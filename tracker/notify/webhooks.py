"""The webhook channel: one signed request for each log line, in order.

Requests follow Standard Webhooks 1.0 (standardwebhooks.com): `webhook-id`, `webhook-timestamp`,
`webhook-signature`, and a body of `type`, `timestamp` and `data`. The id is the change's own, so a
repeated request can be recognised: a URN, which has no full stop and so keeps the signed text,
`id.timestamp.body`, unambiguous.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import uuid
from collections.abc import Iterator, Mapping
from itertools import islice

from django.conf import settings
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from tracker.lib.json_text import to_json
from tracker.lib.safe_http import Answer, Failed, Refused, post
from tracker.lib.text import without_control_characters
from tracker.models import Outcome, Subscription
from tracker.notify.messages import Attempt, Later, Message
from tracker.notify.rounds import Round
from tracker.queries.log.change_summary import ChangeSummary
from tracker.schema import payloads
from tracker.schema.payloads import change_id

# For the whole exchange, including DNS.
SECONDS = 15
# Bytes read of a response, for the detail of a failure.
BODY_LIMIT = 2_048
# Both secrets sign for this long after a rotation.
BOTH_SECRETS = dt.timedelta(hours=24)
_OK = range(200, 300)
# Lines loaded at once: their content is at most as old as they take to deliver.
_AT_ONCE = 50
_GONE = 410


def new_secret() -> str:
    """Return a signing secret of Standard Webhooks: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def id_of_test() -> str:
    """Return the id of a test, which belongs to no change: each test is a message of its own."""
    return uuid.uuid4().urn


def body_of_test(subscription: Subscription, *, now: dt.datetime) -> bytes:
    """Return the body of a test: the type and shape of a change, with the subscribed filter.

    It has a title and a page like every change, so that a receiver need not know of tests.
    """
    payload = {
        "type": "test",
        "timestamp": now.astimezone(dt.UTC).isoformat(),
        "data": {
            "title": _("A test of this webhook"),
            "url": f"{settings.PUBLIC_URL}/",
            "register": settings.REGISTER_NAME,
            "filter": subscription.query,
        },
    }
    return _as_json(payload)


def _as_json(payload: Mapping[str, object]) -> bytes:
    """Serialise compactly, with sorted keys: PostgreSQL does not preserve their order."""
    return to_json(payload, sort_keys=True).encode()


def body_of(summary: ChangeSummary) -> bytes:
    """Return the body for a log line.

    It is exactly what was published, with a title, the page of its subject, and the number of the
    later line that corrects or retracts it, or null.
    """
    change = summary.change
    about = change.commitment or change.meeting or change.source
    payload = {
        "type": f"change.{change.kind}",
        "timestamp": change.recorded_at.astimezone(dt.UTC).isoformat(),
        "data": {
            **payloads.change(change),
            "title": summary.title,
            "revised_by": summary.revised_by,
            "url": settings.PUBLIC_URL + about.get_absolute_url() if about else None,
        },
    }
    return _as_json(payload)


def both_until(subscription: Subscription, *, now: dt.datetime) -> dt.datetime | None:
    """Return until when the previous secret signs as well, or None if it does not.

    A time more than BOTH_SECRETS ahead was set by a clock that was ahead.
    """
    until = subscription.previous_secret_until
    is_accepted = until is not None and now < until <= now + BOTH_SECRETS
    return until if is_accepted and subscription.previous_secret else None


def signatures(subscription: Subscription, *, id: str, content: bytes, now: dt.datetime) -> str:
    """Return signatures by the secret, and by the previous one while it is still accepted."""
    at = now.astimezone(dt.UTC)  # the library assumes UTC
    accepted = [subscription.secret]
    if both_until(subscription, now=now) is not None:
        accepted.append(subscription.previous_secret)
    return " ".join(Webhook(secret).sign(id, at, content.decode()) for secret in accepted)


def messages(
    subscription: Subscription, *, now: dt.datetime, round: Round
) -> Iterator[Message | Later]:
    """Yield one message for each line owed; the lines are read in batches."""
    owed = round.owed(subscription.query, after=subscription.cursor)
    while batch := list(islice(owed, _AT_ONCE)):
        for line in round.summaries(batch):
            seq = line.change.seq
            yield Message(id=change_id(line.change), lines=[line], first_seq=seq, last_seq=seq)


def send(
    subscription: Subscription, message: Message, *, now: dt.datetime, round: Round
) -> Attempt:
    content = body_of(message.lines[0])
    return request(subscription, id=message.id, content=content, now=now, seconds=SECONDS)


def request(
    subscription: Subscription,
    *,
    id: str,
    content: bytes,
    now: dt.datetime,
    seconds: float,
) -> Attempt:
    """Send one signed request: 2xx is a success, 410 ends the subscription, all else is a
    failure."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"CommitmentTracker/{settings.RELEASE} (+{settings.PUBLIC_URL})",
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(subscription, id=id, content=content, now=now),
    }
    try:
        response = post(
            subscription.address,
            content=content,
            headers=headers,
            allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS,
            allow_http=settings.WEBHOOK_ALLOW_HTTP,
            seconds=seconds,
            body_limit=BODY_LIMIT,
        )
    except (Refused, Failed) as error:
        # Refused addresses are retried too: DNS changes, and one bad response is not final.
        return Attempt(Outcome.FAILED, detail=str(error))
    if response.status in _OK:
        return Attempt(Outcome.DELIVERED, response.status)
    if response.status == _GONE:
        return Attempt(Outcome.REFUSED, response.status, _("The receiver answered 410 Gone."))
    return Attempt(Outcome.FAILED, response.status, _failure_detail(response))


def _failure_detail(response: Answer) -> str:
    """Return the start of a failed response, so that the owner can find out why.

    Not if private networks may be called: a response could reveal what strangers must not see.
    """
    if settings.WEBHOOK_ALLOWED_NETWORKS:
        return f"HTTP {response.status}"
    said = without_control_characters(response.body.decode("utf-8", "replace"))
    return f"HTTP {response.status}: {' '.join(said.split())[:200]}".rstrip(": ")
