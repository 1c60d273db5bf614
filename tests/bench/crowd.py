"""Measure how much a crowd that asks for costly things slows the hot page.

`DATABASE_URL=sqlite:////path python -m tests.bench.crowd` serves that register by gunicorn with the
configuration of production, and times the first page quietly, then while sixteen clients ask
without pause for days and files that nobody asked for before, and for addresses that do not exist;
once with clients that ask again at once, and once with clients that wait as Retry-After says.
The server has all cores but the last, which the clients share. Nothing is written to the register.
"""

from __future__ import annotations

import http.client
import itertools
import multiprocessing
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event

from tests.bench.databases import Register
from tests.bench.servers import Server, production

CLIENTS = 16
SECONDS = float(os.environ.get("CROWD_SECONDS", "20"))

_forking = multiprocessing.get_context("fork")


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


def _ask(port: int, address: str, is_over: Event) -> tuple[str, float]:
    """Return what happened, and the seconds that the server asks to wait."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    started = time.perf_counter()
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        first = time.perf_counter() - started
        while answer.read(1 << 16) and not is_over.is_set():
            pass
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, 0
    finally:
        connection.close()
    name = address.partition("?")[0].strip("/").partition("/")[0] or "dashboard"
    late = " after more than a second" if answer.status == 503 and first > 1 else ""
    return f"{name} {answer.status}{late}", float(answer.headers.get("Retry-After", 0))


def _client(
    port: int, number: int, *, is_patient: bool, is_over: Event, seen: SimpleQueue[str]
) -> None:
    os.nice(19)  # the clients share a core with the one that times
    kind = COSTLY[number % len(COSTLY)]
    # Each client of each crowd has addresses of its own.
    for turn in itertools.count(number + CLIENTS * is_patient, 2 * CLIENTS):
        happened, seconds = _ask(port, kind(turn), is_over)
        seen.put(happened)
        if is_over.wait(seconds if is_patient else 0):
            return


@contextmanager
def _crowd(port: int, *, is_patient: bool) -> Iterator[Counter[str]]:
    happened: Counter[str] = Counter()
    is_over, seen = _forking.Event(), _forking.SimpleQueue()
    clients = [
        _forking.Process(
            target=_client,
            args=(port, number),
            kwargs={"is_patient": is_patient, "is_over": is_over, "seen": seen},
            daemon=True,
        )
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        yield happened
    finally:
        is_over.set()
        while any(client.is_alive() for client in clients) or not seen.empty():
            while not seen.empty():
                happened[seen.get()] += 1
            time.sleep(0.01)


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


def _report(name: str, figures: tuple[float, float], quiet: tuple[float, float]) -> None:
    measures = zip(("median", "95th percentile"), figures, quiet, strict=True)
    parts = (f"{word} {ms:.1f} ms ({ms / before:.1f} times)" for word, ms, before in measures)
    sys.stdout.write(f"hot page, {name}: {', '.join(parts)}\n")


def main() -> int:
    register = Register("given", 0, os.environ["DATABASE_URL"])
    processes = int(os.environ.get("WEB_CONCURRENCY", "1"))
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:-1] or cores)
    with production(register, processes) as server:
        os.sched_setaffinity(0, cores[-1:])
        for _process in range(4 * processes):  # each process makes its own once
            server.get("/")
        quiet = _figures(_times(server))
        _report("quietly", quiet, quiet)
        for name, is_patient in (("ask again at once", False), ("wait as they are told", True)):
            with _crowd(server.port, is_patient=is_patient) as happened:
                time.sleep(2)
                crowded = _figures(_times(server))
            _report(f"beside {CLIENTS} clients that {name}", crowded, quiet)
            for what, count in sorted(happened.items()):
                sys.stdout.write(f"  {count:5} {what}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
