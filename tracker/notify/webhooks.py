"""Telling a webhook: one request for each line of the log, in order, signed.

Requests follow Standard Webhooks 1.0 (standardwebhooks.com): `webhook-id`, `webhook-timestamp`,
`webhook-signature`, and a body of `type`, `timestamp` and `data`. The id is the change's own, so
that a request that is sent again is known by it: a URN, which holds no full stop and so cannot be
mistaken for what the signature covers with it, `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import uuid
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from tracker.lib.json_text import to_json
from tracker.lib.safe_http import Answer, Failed, Refused, post
from tracker.lib.text import without_control_characters
from tracker.models import Outcome, Subscription
from tracker.notify.following import lines_to_tell
from tracker.notify.messages import Attempt, Later, Message
from tracker.queries.change_lines import Line, lines, public_line
from tracker.schema.payloads import change_id

# The whole exchange, looking the name up included.
SECONDS = 15
# Of the answer so much is read and kept as the detail of a failure.
BODY_LIMIT = 2_048
# For so long after a rotation both secrets sign.
BOTH_SECRETS = dt.timedelta(hours=24)
_OK = range(200, 300)
# Lines read at once: what is told of each is at most as old as these take to deliver.
_AT_ONCE = 50
_GONE = 410


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes it: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def id_of_test() -> str:
    """The id of a test, which is no change's: each test is a message of its own."""
    return uuid.uuid4().urn


def body_of_test(subscription: Subscription, *, now: dt.datetime) -> bytes:
    """The request's body for a test: type and shape as for a change, and what is subscribed to.

    It has a title and a page, as each change has, so that a receiver need not know of tests.
    """
    told = {
        "type": "test",
        "timestamp": now.astimezone(dt.UTC).isoformat(),
        "data": {
            "title": _("A test of this webhook"),
            "url": f"{settings.PUBLIC_URL}/",
            "register": settings.REGISTER_NAME,
            "filter": subscription.query,
        },
    }
    return _as_json(told)


def _as_json(told: Mapping[str, object]) -> bytes:
    """Compact, and its keys sorted: PostgreSQL keeps no order of those of a payload."""
    return to_json(told, sort_keys=True).encode()


def body_of(line: Line) -> bytes:
    """The request's body for a line of the log: the one public shape, and links to its pages."""
    change = line.change
    about = change.commitment or change.meeting or change.source
    told = {
        "type": f"change.{change.kind}",
        "timestamp": change.recorded_at.astimezone(dt.UTC).isoformat(),
        "data": {
            **public_line(line),
            "url": settings.PUBLIC_URL + about.get_absolute_url() if about else None,
        },
    }
    return _as_json(told)


def both_until(subscription: Subscription, *, now: dt.datetime) -> dt.datetime | None:
    """Until when the secret before signs as well; None when it does not.

    A time further away than BOTH_SECRETS is from under a clock that was ahead.
    """
    until = subscription.previous_secret_until
    is_accepted = until is not None and now < until <= now + BOTH_SECRETS
    return until if is_accepted and subscription.previous_secret else None


def signatures(subscription: Subscription, *, id: str, content: bytes, now: dt.datetime) -> str:
    """Signatures by the secret, and by the one before it while that is still accepted."""
    at = now.astimezone(dt.UTC)  # the library takes any time for one of UTC
    accepted = [subscription.secret]
    if both_until(subscription, now=now) is not None:
        accepted.append(subscription.previous_secret)
    return " ".join(Webhook(secret).sign(id, at, content.decode()) for secret in accepted)


def messages(
    subscription: Subscription, *, now: dt.datetime, head: int
) -> Iterator[Message | Later]:
    """One message for each line owed; the filter is read once, the lines some at a time."""
    owed = lines_to_tell(
        subscription, today=timezone.localdate(now), after=subscription.cursor, to=head
    )
    after = subscription.cursor
    while some := list(owed.filter(seq__gt=after)[:_AT_ONCE]):
        for line in lines(some):
            after = line.change.seq
            yield Message(id=change_id(line.change), lines=[line], first_seq=after, last_seq=after)


def send(subscription: Subscription, message: Message, *, now: dt.datetime) -> Attempt:
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
    """Send one signed request. 2xx is a success, 410 ends the subscription, all else a failure."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"CommitmentTracker/{settings.RELEASE} (+{settings.PUBLIC_URL})",
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(subscription, id=id, content=content, now=now),
    }
    try:
        answer = post(
            subscription.address,
            content=content,
            headers=headers,
            allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS,
            allow_http=settings.WEBHOOK_ALLOW_HTTP,
            seconds=seconds,
            body_limit=BODY_LIMIT,
        )
    except (Refused, Failed) as error:
        # Tried again when refused, too: names move, and one bad answer of the DNS is no end.
        return Attempt(Outcome.FAILED, detail=str(error))
    if answer.status in _OK:
        return Attempt(Outcome.DELIVERED, answer.status)
    if answer.status == _GONE:
        return Attempt(Outcome.REFUSED, answer.status, _("The receiver answered 410 Gone."))
    return Attempt(Outcome.FAILED, answer.status, _what_was_said(answer))


def _what_was_said(answer: Answer) -> str:
    """The beginning of a failed answer, for its owner to find out why.

    Not where closed networks may be called: there an answer could tell what is not for strangers.
    """
    if settings.WEBHOOK_ALLOWED_NETWORKS:
        return f"HTTP {answer.status}"
    said = without_control_characters(answer.body.decode("utf-8", "replace"))
    return f"HTTP {answer.status}: {' '.join(said.split())[:200]}".rstrip(": ")


def next_time(subscription: Subscription, *, now: dt.datetime) -> dt.datetime:
    return now
