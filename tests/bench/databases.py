"""The registers that are measured: made once, kept until the program changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = ROOT / ".bench"
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@dataclass(frozen=True, slots=True)
class Register:
    """One database full of commitments."""

    kind: str  # "SQLite" or "PostgreSQL"
    size: int
    url: str
    path: Path | None = None

    @property
    def name(self) -> str:
        return f"{self.kind}, {self.size:,}"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "SECRET_KEY": "only measured, never served to anybody",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "0",
            "STATIC_ROOT": str(PLACE / "static"),
        }

    def python(self, *arguments: str) -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment(), check=True)

    def walk(self) -> Path:
        """Measure every public address, and return where the table of it is stored."""
        table = PLACE / f"addresses-{self.kind.lower()}-{self.size}.md"
        with table.open("w") as file:
            command = [sys.executable, "-m", "tests.bench.walk"]
            subprocess.run(command, cwd=ROOT, env=self.environment(), stdout=file, check=True)
        return table


def _version() -> str:
    """Another one whenever what makes a register changes."""
    made_by = [*(ROOT / "tracker" / "migrations").glob("0*.py")]
    made_by += [*(Path(__file__).parent / "made_up").glob("*.py")]
    digest = hashlib.sha256()
    for path in sorted(made_by):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def sqlite_register(size: int) -> Register:
    PLACE.mkdir(exist_ok=True)
    path = PLACE / f"register-{size}-{_version()}.sqlite3"
    register = Register("SQLite", size, f"sqlite:///{path}", path)
    if not path.with_suffix(".made").exists():
        path.unlink(missing_ok=True)
        _make(register)
        path.with_suffix(".made").touch()
    return register


def postgres_register(size: int) -> Register | None:
    """None where no PostgreSQL answers."""
    name = f"tracker_bench_{size}_{_version()}"
    base, _slash, _database = POSTGRES_URL.rpartition("/")
    register = Register("PostgreSQL", size, f"{base}/{name}")
    made = PLACE / f"{name}.made"
    try:
        with psycopg.connect(POSTGRES_URL, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if found.fetchone() and made.exists():
                return register
            database = sql.Identifier(name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
    except psycopg.OperationalError:
        return None
    _make(register)
    with psycopg.connect(register.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    made.touch()
    return register


@contextmanager
def copied(register: Register) -> Iterator[Register]:
    """Give a copy to write to, which is deleted afterwards."""
    if register.path is not None:
        path = register.path.with_name("copy.sqlite3")
        shutil.copy(register.path, path)
        try:
            yield replace(register, url=f"sqlite:///{path}", path=path)
        finally:
            for leftover in path.parent.glob(f"{path.name}*"):
                leftover.unlink()
        return
    base, _slash, name = register.url.rpartition("/")
    copy, original = sql.Identifier(f"{name}_copy"), sql.Identifier(name)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy)
    with psycopg.connect(POSTGRES_URL, autocommit=True) as connection:
        connection.execute(drop)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, original)
        connection.execute(create)
        try:
            yield replace(register, url=f"{base}/{name}_copy")
        finally:
            connection.execute(drop)


def _make(register: Register) -> None:
    started = time.monotonic()
    register.python("manage.py", "migrate", "--verbosity", "0")
    size = str(register.size)
    register.python("-m", "tests.bench.made_up", "--commitments", size, "--updates-per", "10")
    took = time.monotonic() - started
    sys.stdout.write(f"{register.name} commitments: made in {took:.0f} s\n")
    sys.stdout.flush()
