"""The cache is small for as long as much is read, and no longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from tracker.lib.page_cache import small_page_cache

pytestmark = pytest.mark.django_db


def size() -> int:
    with connection.cursor() as cursor:
        [told] = cursor.execute("PRAGMA cache_size").fetchone()
    return int(told)


def some() -> Iterator[int]:
    with small_page_cache():
        yield size()
        yield size()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite keeps pages so")
def test_a_file_that_nobody_reads_to_its_end_leaves_the_usual_size() -> None:
    usual = size()
    for read in (1, 2, 3):
        parts = some()
        told = [part for _, part in zip(range(read), parts, strict=False)]
        parts.close()
        assert set(told) == {-4096}
        assert size() == usual != -4096


def test_elsewhere_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "other")
    with small_page_cache():
        pass
