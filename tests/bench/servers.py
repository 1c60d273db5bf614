"""The servers that are measured: one process each, on ports of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Datasette and its plugins, installed by `make bench`.
DATASETTE = ROOT / ".bench" / "venv" / "bin" / "datasette"
_PATIENCE = 120


def environment(database: str, **more: str) -> dict[str, str]:
    """What the register is run with: as in production, without HTTPS."""
    return {
        **os.environ,
        **{"SECRET_KEY": "bench", "HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1"},
        **{"DATABASE_URL": database, "STATIC_ROOT": str(ROOT / ".bench" / "static")},
        **{"LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "tracker.settings", **more},
    }


def manage(database: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(database), check=True
    )


@dataclass(slots=True)
class Server:
    """A running server; `resident` is what it holds in memory, in bytes."""

    port: int
    process: subprocess.Popen[bytes]

    def get(self, path: str, **headers: str) -> tuple[float, HTTPResponse, bytes]:
        """The answer to one request on a connection of its own, and the seconds it took."""
        began = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        took = time.perf_counter() - began
        connection.close()
        return took, response, body

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def _start(command: list[str], env: dict[str, str], port: int) -> Server:
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    server = Server(port, process)
    for _ in range(_PATIENCE * 10):
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} stopped with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return server
    server.stop()
    raise RuntimeError(f"{command[0]} does not answer")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def gunicorn(application: str, env: dict[str, str]) -> Server:
    port = _free_port()
    bind = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", application, "--workers", "1", "--bind", bind]
    return _start([*command, "--log-level", "error", "--timeout", "600"], env, port)


def register(database: str, *, kept: bool) -> Server:
    """The register; with `kept` answers as in production, else each is made anew."""
    answers = {} if kept else {"ANSWERS_CACHE_URL": "dummycache://"}
    return gunicorn("tracker.wsgi", environment(database, **answers))


def floor() -> Server:
    return gunicorn("tests.bench.floor", dict(os.environ))


def datasette(file: Path) -> Server:
    port = _free_port()
    command = [str(DATASETTE), "serve", str(file), "--port", str(port)]
    # A minute for a facet, where the usual 0.2 seconds would leave it out of the answer.
    for name in ("sql_time_limit_ms", "facet_time_limit_ms"):
        command += ["--setting", name, "60000"]
    return _start(command, dict(os.environ), port)
