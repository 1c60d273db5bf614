"""Somebody who downloads an export slowly, such as over a bad line."""

from __future__ import annotations

import contextlib
import csv
import io
import sqlite3
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.db import connection

from tests.admin.browsing import Browser
from tests.make import make_source
from tracker.spreadsheets import writing


def truncated() -> bool:
    """Whether SQLite can empty its write-ahead log: nobody reads an older state."""
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other:
        busy, _log, _moved = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_the_write_ahead_log_is_cut_beside_a_slow_reader(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_ROWS_AT_A_TIME", 1)
    for _row in range(5):
        make_source()
    answer: Any = browser.client.get("/admin/tracker/source/export.csv")
    parts: Iterator[bytes] = iter(answer.streaming_content)
    # The headings and the first row, unless all was made by then.
    read = b"".join(islice(parts, 2))
    make_source()
    deadline = time.monotonic() + 10
    while not truncated():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # the file is read to its end in the background
    rows = csv.reader(io.StringIO((read + b"".join(parts)).decode("utf-8-sig")))
    assert len(list(rows)) == 6
    answer.close()
