"""Subscribe, publish a line and deliver, in one thread, and say how long it took: run as a process.

The mail server and the receiver of webhooks run in the same process, so their time counts too.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice, product

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up before its models are read
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.mail_servers import mail_server  # noqa: E402
from tests.make import published_update  # noqa: E402
from tracker.models import (  # noqa: E402
    Channel,
    Commitment,
    Stage,
    Subscription,
    SubscriptionState,
)
from tracker.notify.deliver import clock, deliver_due  # noqa: E402
from tracker.notify.webhooks import new_secret  # noqa: E402
from tracker.queries.visibility import log_head, public_parties, public_topics  # noqa: E402

# Of a thousand filters, as many find the line about the commitment.
CONCERNED, OTHERS = 20, 980
WEBHOOKS_AT_ONCE = 64


def filters(about: Commitment) -> list[str]:
    """A thousand filters, of which the first twenty find a new line about this commitment."""
    others = Commitment.objects.public().exclude(pk=about.pk).order_by("pk")
    references = list(others.values_list("reference", flat=True)[:500])
    finding = [f"commitment={about.reference}&commitment={r}" for r in references[:CONCERNED]]
    topics = public_topics().exclude(commitments=about).values_list("slug", flat=True)
    parties = public_parties().exclude(commitments=about).values_list("slug", flat=True)
    rest = [f"commitment={reference}" for reference in references]
    rest += [f"kind=status&topic={topic}" for topic in topics]
    rest += [f"party={party}&stage=signed" for party in parties]
    rest += [f"party={p}&q=agreement&topic={t}" for p, t in product(parties, topics)]
    return finding + rest[:OTHERS]


def subscribe(count: int, queries: list[str], *, hook: str) -> None:
    """Nine in ten by e-mail and the others by webhook, all as it happens."""
    head, now = log_head().seq, timezone.now()

    def subscriptions() -> Iterator[Subscription]:
        for number in range(count):
            query = queries[number % len(queries)]
            by_webhook = (number + number // len(queries)) % 10 == 9
            yield Subscription(
                channel=Channel.WEBHOOK if by_webhook else Channel.EMAIL,
                state=SubscriptionState.ACTIVE,
                address=f"{hook}/{number}" if by_webhook else f"reader{number}@example.org",
                query=query,
                secret=new_secret() if by_webhook else "",
                created_at=now,
                confirmed_at=now,
                next_attempt_at=now,
                cursor=head,
            )

    rows = subscriptions()
    while some := list(islice(rows, 1_000)):
        Subscription.objects.bulk_create(some)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Receivers(ThreadingHTTPServer):
    request_queue_size = 2 * WEBHOOKS_AT_ONCE


@contextmanager
def receivers() -> Iterator[str]:
    with _Receivers(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def deliver() -> int:
    attempts = deliver_due(clock=clock, channels=[Channel.EMAIL])
    return attempts + deliver_due(clock=clock, channels=[Channel.WEBHOOK], at_once=WEBHOOKS_AT_ONCE)


def timed() -> tuple[int, float, float]:
    """Deliver: how many messages, in how many seconds, and how many of the processor."""
    begun, used = time.perf_counter(), time.process_time()
    attempts = deliver()
    return attempts, time.perf_counter() - begun, time.process_time() - used


def publish(commitment: Commitment) -> None:
    published_update(commitment, now=timezone.now(), stage=Stage.CONCLUDED)


def main(count: int) -> dict[str, float]:
    public = Commitment.objects.public().filter(stage=Stage.ANNOUNCED).order_by("-pk")
    unnamed, named = public[:2]
    queries = filters(named)
    with mail_server() as mail, receivers() as hook:
        settings.EMAIL_PORT = int(mail.url.rpartition(":")[2])
        subscribe(count, queries, hook=hook)
        deliver()
        _none, idle, _cpu = timed()
        publish(unnamed)
        _few, skipped, _cpu = timed()
        publish(named)
        concerned, ready, cpu = timed()
        assert not Subscription.objects.filter(cursor__lt=log_head().seq).exists()
        assert concerned == count * CONCERNED // len(queries)
    return {
        "filters": len(set(queries)),
        "idle": idle,
        "skipped": skipped,
        "concerned": concerned,
        "ready": ready,
        "cpu": cpu,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))) + "\n")
