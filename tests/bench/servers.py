"""What is measured, each as one process on this machine, as it would be served for others."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.databases import PLACE, ROOT, Register

THREADS = 8
_PATIENCE = 60


@dataclass
class Server:
    """A server with one open connection, so that no request pays for another's handshake."""

    port: int
    process: subprocess.Popen[bytes]
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[float, http.client.HTTPResponse, bytes]:
        """Seconds from sending the request to the last byte, the answer and its body."""
        connection = self._connection or http.client.HTTPConnection("127.0.0.1", self.port)
        self._connection = connection
        started = time.perf_counter()
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip", **(headers or {})})
            answer = connection.getresponse()
            body = answer.read()
        except (http.client.HTTPException, OSError):
            # It had closed the idle connection: once more, with the clock anew.
            connection.close()
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port)
            started = time.perf_counter()
            self._connection.request(
                "GET", path, headers={"Accept-Encoding": "gzip", **(headers or {})}
            )
            answer = self._connection.getresponse()
            body = answer.read()
        return time.perf_counter() - started, answer, body

    def memory(self) -> int:
        """Bytes resident now, of the process that answers."""
        return max(_resident(pid) for pid in [self.process.pid, *_children(self.process.pid)])


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except FileNotFoundError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in told.split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"It did not start: {' '.join(command)}") from None
                time.sleep(0.2)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait()


def _gunicorn(application: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--workers", "1", "--threads", str(THREADS), "--keep-alive", "75", "--timeout", "300"),
    ]


def project(register: Register) -> AbstractContextManager[Server]:
    """The register as it is served in production: one process with threads."""
    port = free_port()
    return _running(_gunicorn("tracker.wsgi", port), port, register.environment())


def production(register: Register, processes: int) -> AbstractContextManager[Server]:
    """The register with the configuration of production, in so many processes."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:tracker.gunicorn_config"]
    environment = {"PORT": str(port), "WEB_CONCURRENCY": str(processes)}
    return _running([*command, "tracker.wsgi"], port, {**register.environment(), **environment})


def bare_django() -> AbstractContextManager[Server]:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return _running(_gunicorn("tests.bench.floor", port), port, environment)


def datasette(register: Register) -> AbstractContextManager[Server]:
    """Datasette over the very same file, with time enough for its counts."""
    port = free_port()
    limits = {
        "sql_time_limit_ms": 60_000,
        "facet_time_limit_ms": 60_000,
        "num_sql_threads": THREADS,
        "max_csv_mb": 0,
        "max_returned_rows": 1_000,
        # The facets of the page are asked for; to look for others would take most of its time.
        "suggest_facets": "off",
    }
    settings = [part for name, value in limits.items() for part in ("--setting", name, str(value))]
    command = [str(PLACE / "venv" / "bin" / "datasette"), "serve", str(register.path)]
    return _running([*command, "--port", str(port), *settings], port, os.environ)
