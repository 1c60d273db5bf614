"""Ask for addresses inside this process, and count what each answer costs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True, slots=True)
class Cost:
    """What one answer took. Seconds of this process; on PostgreSQL, the server's come on top
    and are in `wall` only."""

    name: str
    address: str
    status: int
    cpu: float
    wall: float
    first_byte: float
    queries: int
    size: int


def ask(client: Client, name: str, address: str) -> Cost:
    """Time one request to the last byte of its answer."""
    started, cpu = time.perf_counter(), time.process_time()
    response = client.get(address)
    size, first = 0, None
    parts: Iterable[bytes] = response if response.streaming else [response.content]
    for part in parts:
        first = first if first is not None else time.perf_counter()
        size += len(part)
    ended = time.perf_counter()
    response.close()
    return Cost(
        name,
        address,
        response.status_code,
        time.process_time() - cpu,
        ended - started,
        (first if first is not None else ended) - started,
        0,
        size,
    )


def walk(
    client: Client, addresses: Iterable[tuple[str, str]], *, rounds: int = 1
) -> Iterator[Cost]:
    """Yield for each address its quickest answer; the queries are counted in one more."""
    for name, address in addresses:
        best = min((ask(client, name, address) for _ in range(rounds)), key=lambda cost: cost.cpu)
        yield best


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
        for _part in response if response.streaming else ():
            pass
        response.close()
    return len(captured)
