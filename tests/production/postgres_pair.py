"""A PostgreSQL primary and its streaming replica, in a folder of their own, on ports of their own.

PostgreSQL refuses to run as root, so root runs it as the user `postgres`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.production.serving import PATIENCE, free_port

_PLACES = sorted(
    Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup"),
    key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
)
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 32MB
wal_keep_size = 256MB
fsync = off
hot_standby_feedback = on
wal_retrieve_retry_interval = 200ms
"""


def why_not() -> str:
    """Why no pair can be started here; empty where one can."""
    if not _PLACES:
        return "no PostgreSQL is installed here to start a primary and a replica with"
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


def _as_owner() -> dict[str, Any]:
    """What subprocess needs to run a program as the one who may run PostgreSQL."""
    if os.geteuid() != 0:
        return {"cwd": "/"}
    return {"cwd": "/", "user": "postgres", "group": "postgres", "extra_groups": []}


def _run(name: str, *arguments: str) -> None:
    program = str(_PLACES[-1].with_name(name))
    subprocess.run([program, *arguments], check=True, capture_output=True, **_as_owner())


@dataclass
class Server:
    """A PostgreSQL that can be killed and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "tracker") -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def ask(self, sql: str, *, database: str = "tracker") -> Any:
        """The first value of the first row; None without a row."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(sql)  # type: ignore[call-overload]
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]

    def start(self) -> None:
        command = [str(_PLACES[-1].with_name("postgres")), "-D", str(self.folder)]
        log = self.folder.with_suffix(".log")
        deadline = time.monotonic() + PATIENCE
        while True:
            if self.process is None or self.process.poll() is not None:
                # Again, for as long as what was killed still has the folder.
                with log.open("ab") as output:
                    self.process = subprocess.Popen(
                        [*command, "-p", str(self.port)],
                        stdout=output,
                        stderr=output,
                        **_as_owner(),
                    )
            with contextlib.suppress(psycopg.OperationalError):
                self.ask("SELECT 1", database="postgres")
                return
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)

    def kill(self) -> None:
        """End it and all its processes at once, as a power cut does."""
        assert self.process is not None
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=PATIENCE)


@contextlib.contextmanager
def primary_and_replica() -> Iterator[tuple[Server, Server]]:
    """Both running, with an empty database `tracker`."""
    # Not pytest's own folder, which only its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="tracker-postgres-"))
    primary = Server(folder / "primary", free_port())
    replica = Server(folder / "replica", free_port())
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        _run(
            *("initdb", "-D", str(primary.folder), "-U", "postgres", "--auth=trust", "--no-sync"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        )
        with (primary.folder / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS)
        primary.start()
        primary.ask("CREATE DATABASE tracker", database="postgres")
        _run(
            *("pg_basebackup", "-D", str(replica.folder), "-R", "-X", "stream", "--no-sync"),
            *("--checkpoint=fast", "-d", primary.url("postgres")),
        )
        replica.start()
        yield primary, replica
    finally:
        replica.stop()
        primary.stop()
        shutil.rmtree(folder, ignore_errors=True)
