"""All that several machines would run, on this one: PostgreSQL and its replica, two web servers,
two deliverers, and a Redis. One part after another fails while somebody publishes and reads.

THOROUGH=1 repeats the failures.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from inspect import getsource
from pathlib import Path

import pytest

from tests import redis_server
from tests.production import postgres_pair
from tests.production.conftest import manage
from tests.production.reader import Reader
from tests.production.serving import (
    PATIENCE,
    ROOT,
    free_port,
    gunicorn,
    production,
    running,
)
from tests.production.site import Site
from tests.receivers import OK, Receiver, answering, receiver
from tests.thorough import examples

# Updates that are published in each state of the servers.
AT_A_TIME = 4


@dataclass
class Machines:
    """What runs."""

    primary: postgres_pair.Server
    replica: postgres_pair.Server
    sites: list[Site]
    publisher: subprocess.Popen[str]
    hook: Receiver
    reader: Reader
    published: set[int] = field(default_factory=set)

    def publish(self) -> int:
        """Publish some updates and return the number of the last one's line."""
        assert self.publisher.stdin is not None
        assert self.publisher.stdout is not None
        seq = 0
        for number in range(AT_A_TIME):
            self.publisher.stdin.write(f"Published as number {number}.\n")
            self.publisher.stdin.flush()
            seq = int(self.publisher.stdout.readline())
            self.published.add(seq)
            time.sleep(0.1)
        return seq

    def is_read_up_to(self, seq: int) -> bool:
        return self.reader.seq >= seq

    def scans_of_replica(self) -> int:
        """How often its commitments have been read."""
        return int(
            self.replica.ask(
                "SELECT seq_scan + idx_scan FROM pg_stat_user_tables "
                "WHERE relname = 'tracker_commitment'"
            )
        )

    def replica_is_read(self) -> bool:
        before, answers = self.scans_of_replica(), self.reader.answers
        until(lambda: self.reader.answers > answers + 8)
        time.sleep(1.1)  # a server reports what it has read once a second
        return self.scans_of_replica() > before

    def replica_has(self, seq: int) -> bool:
        return bool(self.replica.ask("SELECT seq FROM tracker_loghead") >= seq)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"Waited in vain: {getsource(condition).strip()}"
        time.sleep(0.1)


def environment(
    folder: Path, primary: postgres_pair.Server, replica: postgres_pair.Server, prefix: str
) -> dict[str, str]:
    return {
        **production(folder, port=free_port()),
        "DATABASE_URL": primary.url(),
        "DATABASE_REPLICA_URL": replica.url(),
        "CACHE_URL": f"{redis_server.URL}?KEY_PREFIX={prefix}:counters",
        "ANSWERS_CACHE_URL": f"{redis_server.URL}?KEY_PREFIX={prefix}:answers",
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "WEBHOOK_ALLOW_HTTP": "1",
        "DELIVERY_RETRY_SECONDS": "1,1,1,1",
    }


@pytest.fixture
def machines(migrated: dict[str, str], tmp_path: Path) -> Iterator[Machines]:
    if reason := postgres_pair.why_not():
        pytest.skip(reason)
    with contextlib.ExitStack() as started:
        _client, prefix = started.enter_context(redis_server.own_keys())
        primary, replica = started.enter_context(postgres_pair.primary_and_replica())
        env = environment(tmp_path, primary, replica, prefix)
        env["STATIC_ROOT"] = migrated["STATIC_ROOT"]
        manage(env, "migrate", "--verbosity", "0")
        manage(env, "load_register", "tracker/register/canada-korea")
        hook = started.enter_context(receiver(answering(OK)))
        sites = []
        for number in range(2):
            own = {**env, "PORT": str(free_port())}
            started.enter_context(gunicorn(own, tmp_path / f"web-{number}.log"))
            deliver = [sys.executable, "manage.py", "deliver", "--watch"]
            started.enter_context(running(deliver, env=own, log=tmp_path / f"deliver-{number}.log"))
            sites.append(Site(int(own["PORT"])))
        publisher = started.enter_context(publishing(env, hook.url))
        reader = Reader(sites, after=primary.ask("SELECT seq FROM tracker_loghead"))
        started.enter_context(reader.reading())
        yield Machines(primary, replica, sites, publisher, hook, reader)


@contextlib.contextmanager
def publishing(env: dict[str, str], hook: str) -> Iterator[subprocess.Popen[str]]:
    env = {**env, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.production.publisher", hook],
        cwd=ROOT,
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def all_agree(machines: Machines) -> None:
    """While nothing is published, files that each server makes anew are the same."""
    files = [site.ask("/commitments.csv")[1] for site in machines.sites]
    assert files[0] == files[1]
    assert files[0].count("\n") > 20
    assert machines.reader.faults == []


def the_replica_lags(machines: Machines) -> None:
    machines.replica.ask("SELECT pg_wal_replay_pause()")
    seq = machines.publish()
    until(lambda: machines.is_read_up_to(seq))
    assert not machines.replica_has(seq)
    all_agree(machines)
    machines.replica.ask("SELECT pg_wal_replay_resume()")
    until(lambda: machines.replica_has(seq))
    until(machines.replica_is_read)


def the_replica_dies(machines: Machines) -> None:
    machines.replica.kill()
    seq = machines.publish()
    until(lambda: machines.is_read_up_to(seq))
    all_agree(machines)
    machines.replica.start()
    until(lambda: machines.replica_has(seq))
    until(machines.replica_is_read)


def the_primary_dies(machines: Machines) -> None:
    seq = machines.publish()
    until(lambda: machines.replica_has(seq))
    until(lambda: machines.is_read_up_to(seq))
    machines.primary.kill()
    answers = machines.reader.answers
    until(lambda: machines.reader.answers > answers + 20)
    all_agree(machines)
    assert machines.sites[0].ask("/healthz")[0].status == 503
    machines.primary.start()
    seq = machines.publish()
    until(lambda: machines.is_read_up_to(seq))
    until(lambda: machines.replica_has(seq))
    until(machines.replica_is_read)


def test_no_reader_goes_back_and_none_sees_an_error(machines: Machines) -> None:
    seq = machines.publish()
    until(lambda: machines.is_read_up_to(seq))
    until(machines.replica_is_read)
    for _round in range(examples(1, thorough=10)):
        the_replica_lags(machines)
        the_replica_dies(machines)
        the_primary_dies(machines)
        all_agree(machines)
    delivered: list[int] = []

    def all_delivered() -> bool:
        while not machines.hook.requests.empty():
            delivered.append(int(re.findall(rb'"seq": ?(\d+)', machines.hook.requests.get())[0]))
        return machines.published <= set(delivered)

    until(all_delivered)
    assert machines.reader.faults == []
