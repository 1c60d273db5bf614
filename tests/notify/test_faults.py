"""Deliverers are killed and receivers fail at random, and in the end nobody missed anything.

The whole machinery at once: publishers, three deliverers as processes of their own, receivers on
real sockets. What happens is drawn from a seeded generator; when it happens is up to the machine.
"""

from __future__ import annotations

import http.server
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from django.conf import settings
from django.db import connection
from django.http import QueryDict

from tests import make
from tests.make import NOW
from tests.thorough import examples
from tracker.actions.log.append import Subject, open_log
from tracker.filters import ChangeFilter
from tracker.models import ChangeKind, Channel, Commitment, Delivery, Stage, Subscription
from tracker.notify.webhooks import new_secret
from tracker.queries.visibility import log_head
from tracker.schema import payloads

ROOT = Path(__file__).resolve().parent.parent.parent
# Between two kills there is time for the next deliverer to begin.
KILLS = examples(5, thorough=20)
CHANGES = 200 * KILLS
DELIVERERS = 3
LEASE = 3
QUERIES = ("", "topic=cyber", "kind=status", "stage=signed", "topic=trade&topic=cyber")
# Messages that one of them may have under way: one to each subscription.
UNDER_WAY = len(QUERIES)
# How long it may take after the last change was published; it takes a tenth of this when idle.
PATIENCE = 240


class _Receiver(http.server.BaseHTTPRequestHandler):
    """Takes note of each message, and answers one in seven badly or not at all."""

    protocol_version = "HTTP/1.1"
    received: ClassVar[dict[str, list[int]]] = defaultdict(list)
    ids: ClassVar[dict[int, set[str]]] = defaultdict(set)
    unanswered = 0
    chance = random.Random(20261122)  # noqa: S311 - no secret
    lock = threading.Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.lock:
            fate = self.chance.random()
            if fate > 0.07:  # noted, even when the answer is then lost
                seq = json.loads(body)["data"]["seq"]
                self.received[self.path].append(seq)
                self.ids[seq].add(self.headers["webhook-id"])
            if 0.07 < fate <= 0.14:
                type(self).unanswered += 1
        if 0.035 < fate <= 0.14:
            self.close_connection = True
            return
        self.send_response(500 if fate <= 0.035 else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receivers() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def database_url() -> str:
    """The test database, for another process."""
    stored = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{stored['NAME']}"
    login = f"{stored['USER']}:{stored['PASSWORD']}@{stored['HOST']}:{stored['PORT']}"
    return f"postgres://{login}/{stored['NAME']}"


def start_deliverer(**env: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "manage.py", "deliver", "--watch", "--with-parent"),
            *("--rest", "0.05", "--lease", str(LEASE)),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "TESTING": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "DELIVERY_RETRY_SECONDS": ",".join(["0.05"] * 100),
            "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
            "WEBHOOK_ALLOW_HTTP": "1",
            **env,
        },
    )


class Deliverers:
    """Three of them; `kill_one` kills one at random and starts another in its place."""

    def __init__(self) -> None:
        self.chance = random.Random(7)  # noqa: S311 - no secret
        self.kills = 0
        self.running = [start_deliverer() for _ in range(DELIVERERS)]

    def kill_one(self) -> None:
        victim = self.running.pop(self.chance.randrange(DELIVERERS))
        assert victim.poll() is None, "a deliverer ended by itself"
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.kills += 1
        self.running.append(start_deliverer())

    def stop(self) -> None:
        """As an administrator does: each ends by itself, having finished what it was at."""
        for one in self.running:
            one.terminate()
        assert [one.wait(timeout=30) for one in self.running] == [0] * DELIVERERS


def publish(commitments: list[Commitment], deliverers: Deliverers) -> None:
    """Publish until the log has grown by CHANGES, killing a deliverer now and then.

    One line in five is an update with all that it does; the others are only lines, which are
    written five times as quickly and are all the same to whoever reads the log.
    """
    chance = random.Random(11)  # noqa: S311 - no secret
    end = log_head().seq + CHANGES
    pause = CHANGES // KILLS
    while (seq := log_head().seq) < end:
        commitment = chance.choice(commitments)
        if seq % 5:
            told = {"commitment": payloads.commitment_name(commitment)}
            with open_log(now=NOW) as log:
                log.append(ChangeKind.EVIDENCE, told, Subject(commitment=commitment))
        else:
            stage = chance.choice([Stage.NEGOTIATING, Stage.SCHEDULED, Stage.SIGNED])
            make.published_update(commitment, happened="2026-11-20", stage=stage)
        if seq % pause == 0:
            deliverers.kill_one()


def wait_until_told(deliverers: Deliverers) -> None:
    """Wait for every cursor to reach the head, with no more kills."""
    deadline = time.monotonic() + PATIENCE
    while Subscription.objects.filter(cursor__lt=log_head().seq).exists():
        assert time.monotonic() < deadline, list(
            Subscription.objects.values("query", "cursor", "state", "failures")
        )
        time.sleep(1)


@pytest.mark.django_db(transaction=True)
def test_killed_deliverers_and_failing_receivers_lose_nothing(receivers: str) -> None:
    cyber, trade = make.make_topic(slug="cyber"), make.make_topic(slug="trade")
    commitments = [
        make.published_commitment(topics=topics)
        for _ in range(34)
        for topics in ([cyber], [trade], [])
    ]
    start = log_head().seq
    for number, query in enumerate(QUERIES):
        subscription = Subscription(
            channel=Channel.WEBHOOK,
            address=f"{receivers}/{number}",
            query=query,
            secret=new_secret(),
            created_at=NOW,
        )
        subscription.start(now=NOW, head=start)
        subscription.save()

    deliverers = Deliverers()
    try:
        publish(commitments, deliverers)
        wait_until_told(deliverers)
    finally:
        deliverers.stop()

    most_repeats = deliverers.kills * UNDER_WAY + _Receiver.unanswered
    repeats = 0
    for number, query in enumerate(QUERIES):
        found = ChangeFilter(QueryDict(query), today=NOW.date(), follows=True)
        lines = found.log.filter(seq__gt=start).order_by("seq")
        expected = list(lines.values_list("seq", flat=True))
        received = _Receiver.received[f"/{number}"]
        assert received == sorted(received), f"out of order: {query}"
        assert sorted(set(received)) == expected, query
        repeats += len(received) - len(expected)
    assert len(_Receiver.received["/0"]) >= CHANGES
    # One repetition for each message whose answer, or whose deliverer, was lost; not one more.
    assert repeats <= most_repeats
    assert all(len(ids) == 1 for ids in _Receiver.ids.values())
    assert Delivery.objects.filter(outcome="failed").exists()
    assert deliverers.kills >= KILLS
