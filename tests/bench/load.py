"""What one request after the other does not show: whole files, publishing, and many at once."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.databases import ROOT, Register
from tests.bench.servers import Server, project

READERS = 8


@dataclass
class File:
    """One download: how fast rows came, when the first did, and what it cost in memory."""

    rows_per_second: float
    first_byte: float  # milliseconds
    growth: float  # megabytes

    def told(self) -> str:
        return (
            f"{self.rows_per_second:,.0f} rows/s, first byte after {self.first_byte:.0f} ms, "
            f"memory grew by {self.growth:.1f} MB"
        )


def download(server: Server, path: str, *, rows: int) -> File:
    before = server.memory()
    with _watching(server) as peak:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=1200)
        started = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read(1)
        first = time.perf_counter() - started
        while answer.read(1 << 16):
            pass
        seconds = time.perf_counter() - started
        connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return File(rows / seconds, first * 1000, max(0, max(peak) - before) / 1e6)


@contextmanager
def _watching(server: Server) -> Iterator[list[int]]:
    seen, is_over = [server.memory()], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.05):
            seen.append(server.memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        is_over.set()
        watcher.join()


def first_page(register: Register) -> float:
    """Seconds from asking a new process for its first page to having it."""
    with project(register) as server:
        return server.get("/")[0]


def publish(register: Register, *, count: int, pause: float = 0) -> list[float]:
    """Publish so many updates, each in a transaction of its own; the seconds that each took."""
    command = [sys.executable, "-m", "tests.bench.publishing", str(count), str(pause)]
    environment = {**register.environment(), "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    times: list[float] = json.loads(done.stdout.decode().splitlines()[-1])
    return times


@dataclass
class Mixed:
    """Many readers and one publisher at the same time."""

    seconds: float
    times: list[float] = field(default_factory=list)
    errors: int = 0
    published: int = 0

    def told(self) -> str:
        ordered = sorted(self.times)
        p99 = ordered[int(len(ordered) * 0.99)] * 1000
        median = statistics.median(ordered) * 1000
        return (
            f"{len(ordered) / self.seconds:,.0f} requests/s by {READERS} readers, median "
            f"{median:.1f} ms, p99 {p99:.1f} ms ({p99 / median:.1f} times the median), "
            f"{self.errors} errors, while {self.published} updates were published"
        )


def mixed(server: Server, register: Register, *, seconds: float = 15) -> Mixed:
    addresses = [
        *("/", "/?stage=negotiating", "/changes.atom", "/matrix/", "/?flag=overdue"),
        *("/api/v1/commitments/", "/changes/", "/?q=defence", "/meetings/"),
    ]
    told, lock, is_over = Mixed(seconds), threading.Lock(), threading.Event()

    def read(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        turn = number
        while not is_over.is_set():
            started = time.perf_counter()
            try:
                connection.request("GET", addresses[turn % len(addresses)])
                answer = connection.getresponse()
                answer.read()
                is_good = answer.status == 200
            except (OSError, http.client.HTTPException):
                is_good = False
                connection.close()
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            with lock:
                told.times.append(time.perf_counter() - started)
                told.errors += not is_good
            turn += 1

    readers = [threading.Thread(target=read, args=[number]) for number in range(READERS)]
    for reader in readers:
        reader.start()
    started = time.monotonic()
    told.published = len(publish(register, count=int(seconds * 4), pause=0.2))
    time.sleep(max(0.0, seconds - (time.monotonic() - started)))
    is_over.set()
    for reader in readers:
        reader.join()
    told.seconds = time.monotonic() - started
    return told
