"""Measure how much a crowd that asks for costly things slows the hot page.

`DATABASE_URL=sqlite:////path python -m tests.bench.crowd` serves that register by gunicorn with the
configuration of production, times the first page quietly, then while sixteen clients ask without
pause for days and files that nobody asked for before, and for addresses that do not exist. Nothing
is written to the register.
"""

from __future__ import annotations

import http.client
import itertools
import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.databases import Register
from tests.bench.servers import Server, production

CLIENTS = 16
SECONDS = float(os.environ.get("CROWD_SECONDS", "20"))

_numbers = itertools.count()


def _day(number: int) -> str:
    return f"{2000 + number % 26:04}-{number // 26 % 12 + 1:02}-{number // 312 % 28 + 1:02}"


# Each makes an address that nobody asked for before.
COSTLY: tuple[Callable[[int], str], ...] = (
    lambda number: f"/?as_of={_day(number)}",
    lambda number: f"/commitments.xlsx?target_after={_day(number)}",
    lambda number: f"/calendar.ics?target_after={_day(number)}",
    lambda number: f"/compare/?from={_day(number)}&to=2026-06-01",
    lambda number: f"/nothing/{number}/",
)


def _ask(port: int, is_over: threading.Event, kind: Callable[[int], str], seen: list[str]) -> None:
    while not is_over.is_set():
        address = kind(next(_numbers))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        started = time.perf_counter()
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            first = time.perf_counter() - started
            while answer.read(1 << 16) and not is_over.is_set():
                pass
            name = address.partition("?")[0].strip("/").partition("/")[0] or "dashboard"
            late = " after more than a second" if answer.status == 503 and first > 1 else ""
            seen.append(f"{name} {answer.status}{late}")
        except (OSError, http.client.HTTPException) as error:
            seen.append(type(error).__name__)
        finally:
            connection.close()


@contextmanager
def _crowd(port: int) -> Iterator[list[str]]:
    seen: list[str] = []
    is_over = threading.Event()
    threads = [
        threading.Thread(
            target=_ask, args=(port, is_over, COSTLY[number % len(COSTLY)], seen), daemon=True
        )
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _times(server: Server) -> list[float]:
    """Milliseconds that the hot page took, asked again and again for some seconds."""
    times: list[float] = []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        seconds, answer, _body = server.get("/")
        if answer.status != 200:
            raise RuntimeError(f"The hot page: {answer.status}")
        times.append(seconds * 1000)
        time.sleep(0.02)
    return times


def _figures(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def main() -> int:
    register = Register("given", 0, os.environ["DATABASE_URL"])
    processes = int(os.environ.get("WEB_CONCURRENCY", "1"))
    with production(register, processes) as server:
        for _process in range(4 * processes):  # each process makes its own once
            server.get("/")
        quiet = _figures(_times(server))
        with _crowd(server.port) as seen:
            time.sleep(2)
            crowded = _figures(_times(server))
    for name, before, after in zip(("median", "95th percentile"), quiet, crowded, strict=True):
        sys.stdout.write(
            f"hot page, {name}: {before:.1f} ms quietly, {after:.1f} ms beside {CLIENTS} clients: "
            f"{after / before:.1f} times\n"
        )
    for name, count in sorted(Counter(seen).items()):
        sys.stdout.write(f"  {count:5} {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
