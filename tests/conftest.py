"""What every test may ask for: the database, the shipped register, the day of reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import BoundedSemaphore

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.make import NOW
from tests.stored import Rows, put_back, stored_rows, without_triggers
from tracker import answers, response_cache, whole_files
from tracker.actions.register_files.load import load_register
from tracker.filters import bitset_filter
from tracker.lib import costly_work
from tracker.lib.gate import Gate
from tracker.lib.lru_cache import LRUCache
from tracker.queries import health
from tracker.queries.lists import facet_bitsets, update_pages

# A first example pays for imports and queries that later ones do not.
hypothesis_settings.register_profile(
    "tracker", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
hypothesis_settings.load_profile("tracker")


RECENT = (answers._FINISHED, response_cache._IN_THIS_PROCESS)

# What asks nothing of the database, or only shows what queries give that are tested on both: once,
# on SQLite, is enough. Actions, queries, deliveries and the API run on PostgreSQL, too.
ON_SQLITE_ALONE = (
    *("tests/lib/", "tests/register_format/", "tests/accounts/", "tests/dashboard/"),
    *("tests/admin/", "tests/test_leaks.py"),
    *("tests/test_docs.py", "tests/test_tooling.py", "tests/test_import_law.py"),
    *("tests/notify/test_watch.py", "tests/notify/test_webhook_pages.py"),
    *("tests/feeds/test_following.py", "tests/feeds/test_feeds.py", "tests/feeds/test_polling.py"),
    *("tests/exports/", "tests/spreadsheets/", "tests/test_query_counts.py"),
    *("tests/production/", "tests/test_env_example.py", "tests/test_locks.py"),
    *("tests/test_http.py", "tests/test_bad_input.py", "tests/test_error_pages.py"),
    *("tests/test_fingerprint.py", "tests/test_caching.py", "tests/test_checks.py"),
    # With both moments at once it asks all that it asks with either.
    "tests/test_looking_back.py::test_no_address_tells_of_what_came_later[as_of=2025-06-01-",
    "tests/test_looking_back.py::test_no_address_tells_of_what_came_later[known_at=",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other database, and say so in pytest's count of deselected."""
    on_postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    foreign = "sqlite_only" if on_postgresql else "postgres_only"
    elsewhere = ON_SQLITE_ALONE if on_postgresql else ()
    left_out = [
        item
        for item in items
        if item.get_closest_marker(foreign) or item.nodeid.startswith(elsewhere)
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Keep SQLite's test database in a file: two connections to one in memory share its locks."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> None:
    """Let a transactional test empty SQLite's tables, which Django does by DELETE.

    PostgreSQL's TRUNCATE fires no row triggers.
    """
    operations = SQLite.ops_class
    flush = operations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with without_triggers():
            flush(self, sql_list)

    operations.execute_sql_flush = execute_sql_flush


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Forget what a process keeps: another test may come to the same rows, or the same head."""
    facet_bitsets.forget()
    bitset_filter._MATCHING.clear()
    update_pages.forget()
    for recent in RECENT:
        recent.clear()
    health._problem_of_writing.cache_clear()


@pytest.fixture(autouse=True)
def _free_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have as many places for whole files as ever: another test may not have read its answers."""
    monkeypatch.setattr(whole_files, "FILES", BoundedSemaphore(settings.FILES_AT_ONCE))
    monkeypatch.setattr(whole_files, "WORKBOOKS", BoundedSemaphore(1))
    monkeypatch.setattr(costly_work, "PLACES", Gate(settings.FILES_AT_ONCE))


@pytest.fixture
def no_response_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each response anew, for tests that look at its context or count its queries."""
    monkeypatch.setattr(response_cache, "_IN_THIS_PROCESS", LRUCache(most=0))
    monkeypatch.setattr(answers, "_FINISHED", LRUCache(most=0))


@pytest.fixture(scope="session")
def _shipped_rows() -> Callable[[], Rows]:
    """Load the shipped register once; later tests get the same rows put back, ten times faster."""
    loaded: list[Rows] = []

    def rows() -> Rows:
        if loaded:
            put_back(loaded[0])
        else:
            load_register(settings.SHIPPED_REGISTER, now=NOW)
            loaded.append(stored_rows())
        return loaded[0]

    return rows


@pytest.fixture
def shipped_register(db: None, _shipped_rows: Callable[[], Rows]) -> None:
    """The register that ships, loaded into an empty database at `make.NOW`."""
    _shipped_rows()


@pytest.fixture
def today() -> dt.date:
    """The day on which the shipped register is read."""
    return NOW.date()


@pytest.fixture
def on_postgresql() -> bool:
    return connection.vendor == "postgresql"
