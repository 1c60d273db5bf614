"""The second SQLite file, which holds sessions: made by `migrate`, also of an older register."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from tests.production.conftest import manage
from tests.production.serving import with_copied_database


def rows(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as database:
        [(count,)] = database.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
    return int(count)


def test_migrate_makes_it_anew_and_forgets_older_sessions(
    migrated: dict[str, str], tmp_path: Path
) -> None:
    env = with_copied_database(migrated, tmp_path, port=0)
    register, sessions = tmp_path / "register.sqlite3", tmp_path / "register.sqlite3-sessions"
    sessions.unlink()
    register.chmod(0o600)
    with contextlib.closing(sqlite3.connect(register)) as database:
        database.execute("INSERT INTO django_session VALUES ('key', 'data', '2099-01-01')")
        database.commit()
    manage(env, "migrate", "--verbosity", "0")
    assert rows(register, "django_session") == 0
    assert rows(sessions, "django_session") == rows(sessions, "shared_by_processes") == 0
    assert sessions.stat().st_mode & 0o777 == 0o600
