"""Ask for addresses, each in a process of its own, and count what the answer costs.

The process is forked from one that has read every template and answered the dashboard. So no other
question has been asked in it before, and the quickest of several such answers is not one that was
remembered.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.template.engine import Engine
from django.test import Client

DASHBOARD = "/"
# What takes longer is asked for once: noise is small beside it.
_LONG = 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one answer took, in seconds of this machine, queries and bytes."""

    status: int
    # Of the process that answers, and of PostgreSQL's for its connection where that can be read.
    cpu: float
    wall: float
    first_byte: float
    queries: int
    size: int
    is_stream: bool
    # Lines of a stream, rows of a workbook; fewer than there are if it was not read to its end.
    rows: int = 0
    is_whole: bool = True

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.wall


def client_of() -> Client:
    """Return a reader with a browser; the first request makes the middleware."""
    return Client(SERVER_NAME="127.0.0.1", headers={"accept-encoding": "gzip"})


def prepare(client: Client) -> float:
    """Read every template and answer the dashboard; return the seconds that its answer took."""
    engine = Engine.get_default()
    for folder in map(Path, engine.dirs):
        for path in sorted(found for found in folder.rglob("*") if found.is_file()):
            engine.get_template(path.relative_to(folder).as_posix())
    seconds = _ask(client, DASHBOARD).wall
    gc.collect()
    gc.freeze()  # a collection in a forked process would copy all that is there
    return seconds


def cost_of(client: Client, address: str, *, rounds: int, patience: float) -> Cost:
    """Return the cheapest of so many first answers; what takes long is asked for once.

    A stream is read for `patience` seconds; the lines that came by then show its pace.
    """
    best = _apart(client, address, patience)
    for _round in range(rounds - 1):
        if best.cpu > _LONG:
            break
        best = min(best, _apart(client, address, patience), key=lambda cost: cost.cpu)
    return best


def counts_the_server() -> bool:
    """Whether the CPU of PostgreSQL's process for a connection is part of `cpu`."""
    return _server_seconds() is not None


def _apart(client: Client, address: str, patience: float) -> Cost:
    """Ask in a forked process."""
    connections.close_all()  # which two processes cannot share
    forking = multiprocessing.get_context("fork")
    receiving, sending = forking.Pipe(duplex=False)
    process = forking.Process(target=_answer_into, args=(sending, client, address, patience))
    process.start()
    sending.close()
    try:
        cost: Cost = receiving.recv()
    except EOFError:
        raise RuntimeError(f"{address} was not answered: see the error above.") from None
    finally:
        process.join()
    return cost


def _answer_into(sending: Connection, client: Client, address: str, patience: float) -> None:
    with ExitStack() as stack:
        statements = _counting(stack)
        _ask(client, DASHBOARD)  # which opens the connection, as somebody has on any server
        statements.clear()
        before = _server_seconds()
        cost = _ask(client, address, patience)
        after = _server_seconds()
        queries = len(statements)
    if before is not None and after is not None:
        cost = replace(cost, cpu=cost.cpu + after - before)
    sending.send(replace(cost, queries=queries))


def _ask(client: Client, address: str, patience: float = 60) -> Cost:
    """Time one request to the last byte of its answer, or until patience ends."""
    started, cpu = time.perf_counter(), time.process_time()
    response: Any = client.get(address)
    is_workbook = response.get("Content-Type", "").endswith("sheet")
    parts: list[bytes] = []
    size = lines = 0
    first, is_whole = None, True
    for part in response if response.streaming else (response.content,):
        now = time.perf_counter()
        first = first or now
        size += len(part)
        lines += part.count(b"\n")
        if is_workbook:  # whose rows can be counted only when all of it is there
            parts.append(part)
        elif response.streaming and now - started > patience:
            is_whole = False
            break
    ended, used = time.perf_counter(), time.process_time() - cpu
    response.close()
    return Cost(
        response.status_code,
        used,
        ended - started,
        (first or ended) - started,
        0,
        size,
        response.streaming,
        _rows_of_workbook(parts) if parts else lines,
        is_whole,
    )


def _rows_of_workbook(parts: list[bytes]) -> int:
    with zipfile.ZipFile(BytesIO(b"".join(parts))) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return max(archive.read(name).count(b"<row ") for name in sheets)


def _counting(stack: ExitStack) -> list[str]:
    """Return a list that gets the statements of every connection opened until the stack ends."""
    statements: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    def opened(*, connection: Any, **_kwargs: Any) -> None:
        stack.enter_context(connection.execute_wrapper(count))

    connection_created.connect(opened, weak=False)
    stack.callback(connection_created.disconnect, opened)
    return statements


def _server_seconds() -> float | None:
    """The CPU so far of PostgreSQL's process for this connection; None if it cannot be read.

    A file has a connection of its own, which is not counted.
    """
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    process = Path(f"/proc/{pid}")
    try:
        if not (process / "comm").read_text().startswith("postgres"):
            return None
        return int((process / "schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return None
