"""Two web processes and two deliverers on one PostgreSQL tell the same, whoever is asked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from django.conf import settings
from django.http import QueryDict

from tests import make
from tests.make import NOW
from tests.notify.test_faults import ROOT, _Receiver, database_url, receivers, start_deliverer
from tracker.actions.correct import retract_update
from tracker.filters import ChangeFilter
from tracker.models import Channel, Stage, Subscription
from tracker.notify.webhooks import new_secret
from tracker.queries.visibility import log_head

__all__ = ["receivers"]  # the fixture

PAGES = ("/", "/?stage=signed&sort=-updated", "/changes/", "/changes.atom", "/api/v1/commitments/")
PATIENCE = 60
ROUNDS = 6


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def _page(port: int, path: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Host": "register.test"})
    response = connection.getresponse()
    told = response.status, response.headers["ETag"], response.read()
    connection.close()
    return told


def _of_one_state(ports: list[int], path: str) -> list[tuple[int, str, bytes]]:
    """The page of each at the same head: the deliverers write lines of their own in between."""
    for _ in range(20):
        pages = [_page(port, path) for port in ports]
        if len({etag for _, etag, _ in pages}) == 1:
            return pages
    raise AssertionError("the log does not come to rest")


@pytest.fixture
def web_processes() -> Iterator[list[int]]:
    """The ports of two servers that keep their answers, each for itself."""
    ports = [_free_port(), _free_port()]
    with ExitStack() as stack:
        for port in ports:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "tracker.wsgi", "--workers", "1"),
                    *("--bind", f"127.0.0.1:{port}", "--log-level", "error"),
                ],
                cwd=ROOT,
                env={
                    **os.environ,
                    **{"TESTING": "1", "SECRET_KEY": settings.SECRET_KEY},
                    **{"DATABASE_URL": database_url(), "ALLOWED_HOSTS": "register.test"},
                },
            )
            stack.callback(process.wait, timeout=30)
            stack.callback(process.terminate)
        deadline = time.monotonic() + PATIENCE
        for port in ports:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline, "a server does not answer"
                    time.sleep(0.1)
        yield ports


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_they_agree_after_every_change_and_tell_each_once(
    web_processes: list[int], receivers: str
) -> None:
    topic = make.make_topic(slug="cyber")
    commitments = [make.published_commitment(topics=[topic]) for _ in range(3)]
    start = log_head().seq
    subscription = Subscription(
        channel=Channel.WEBHOOK,
        address=f"{receivers}/two",
        query="topic=cyber",
        secret=new_secret(),
        created_at=NOW,
    )
    subscription.start(now=NOW, head=start)
    subscription.save()
    deliverers = [start_deliverer(), start_deliverer()]
    try:
        for number in range(ROUNDS):
            stage = (Stage.SIGNED, Stage.SCHEDULED)[number % 2]
            update = make.published_update(
                commitments[number % 3], stage=stage, happened=f"2026-0{number + 3}-01"
            )
            if number == 4:
                retract_update(update, reason="Misread.", now=NOW)
            for page in PAGES:
                one, other = _of_one_state(web_processes, page)
                assert one == other, page
                assert one[0] == 200
            seq = log_head().seq
            for port in web_processes:
                told = json.loads(_page(port, f"/api/v1/changes/?after={seq - 1}")[2])
                assert told["results"][0]["seq"] == seq
        deadline = time.monotonic() + PATIENCE
        while Subscription.objects.filter(cursor__lt=log_head().seq).exists():
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        for deliverer in deliverers:
            deliverer.terminate()
        assert [deliverer.wait(timeout=30) for deliverer in deliverers] == [0, 0]
    received = _Receiver.received["/two"]
    lost = _Receiver.unanswered
    found = ChangeFilter(QueryDict("topic=cyber"), today=NOW.date(), follows=True)
    lines = found.log.filter(seq__gt=start, is_backfill=False).order_by("seq")
    assert received == sorted(received)
    assert list(dict.fromkeys(received)) == list(lines.values_list("seq", flat=True))
    assert len(received) >= ROUNDS + 1
    assert len(received) - len(set(received)) <= lost
