"""A full disk and a lasting lock: said so, read on meanwhile, and over without a restart."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.production.serving import free_port, gunicorn, with_copied_database
from tests.production.site import Site

NO_LIMIT = resource.RLIM_INFINITY


@pytest.fixture
def served(
    migrated: dict[str, str], tmp_path: Path
) -> Iterator[tuple[Site, Path, Callable[[int], None]]]:
    """A site, its database, and what limits how large the files of its processes may be."""
    port = free_port()
    env = with_copied_database(migrated, tmp_path, port=port)
    with gunicorn(env, tmp_path / "gunicorn.log") as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            pytest.skip("no /proc to find a server's processes by")

        def limit(size: int) -> None:
            for child in children.read_text().split():
                resource.prlimit(int(child), resource.RLIMIT_FSIZE, (size, NO_LIMIT))

        yield Site(port), tmp_path / "register.sqlite3", limit


def test_a_full_disk_is_told_and_is_over_without_a_restart(
    served: tuple[Site, Path, Callable[[int], None]],
) -> None:
    site, _database, limit = served
    site.until_health_is(200)
    assert site.sign_in()[0].status == 200
    limit(0)
    assert '"ok": false' in site.until_health_is(503)
    assert site.ask("/")[0].status == 200
    refused, page = site.sign_in()
    assert (refused.status, refused.headers["Retry-After"]) == (503, "30")
    assert "Nothing can be saved just now" in page
    limit(NO_LIMIT)
    site.until_health_is(200)
    again, page = site.sign_in()
    assert (again.status, "Nothing can be saved" in page) == (200, False)


def test_a_lock_that_lasts_is_told_and_readers_do_not_wait(
    served: tuple[Site, Path, Callable[[int], None]],
) -> None:
    site, database, _limit = served
    site.until_health_is(200)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "database is locked" in site.until_health_is(503)
        started = time.monotonic()
        assert site.ask("/")[0].status == 200
        assert time.monotonic() - started < 15
        other.execute("ROLLBACK")
    site.until_health_is(200)
