"""A file that is read slowly is of one state: its head is that of its rows."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator

import openpyxl
import pytest
from django.db import connection
from django.test import Client

from tests.make import published_commitment, published_update
from tracker.exports import as_xlsx
from tracker.models import Commitment, LogHead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Commitment:
    """A register in more than one chunk, and answers in small parts."""
    monkeypatch.setattr("tracker.lib.snapshot._PART", 100)
    for name in ("CHUNK", "COMMITMENTS_PER_CHUNK"):
        monkeypatch.setattr(f"tracker.queries.lists.bulk.{name}", 1)
    one = published_commitment(target="2027")
    for _ in range(3):
        published_commitment(target="2027")
    return one


def read_slowly(client: Client, address: str, one: Commitment) -> str:
    """Read the beginning, have something published about everything, and read the rest."""
    response = client.get(address)
    parts: Iterator[bytes] = iter(response.streaming_content)
    first = next(parts)
    published_update(one, happened="2026-11-01", stage="signed", rationale="PUBLISHED MEANWHILE")
    published_commitment(title="PUBLISHED MEANWHILE", target="2027")
    rest = b"".join(parts)
    response.close()
    return (first + rest).decode()


@pytest.mark.parametrize("address", ["/commitments.json", "/updates.json"])
def test_the_head_is_that_of_the_rows(client: Client, many: Commitment, address: str) -> None:
    head = LogHead.objects.get().seq
    told = read_slowly(client, address, many)
    found = json.loads(told)
    assert found["log_head"]["seq"] == head
    assert "PUBLISHED MEANWHILE" not in told
    assert "signed" not in told
    again = client.get(address).getvalue().decode()
    assert "signed" in again


@pytest.mark.parametrize(
    "address",
    ["/commitments.csv", "/updates.csv", "/calendar.ics", "/api/v1/changes/?format=ndjson"],
)
def test_no_row_is_of_a_later_state(client: Client, many: Commitment, address: str) -> None:
    told = read_slowly(client, address, many)
    assert "PUBLISHED MEANWHILE" not in told
    assert '"stage":"signed"' not in told
    assert "PUBLISHED MEANWHILE" in client.get(address).getvalue().decode()


def test_a_workbook_is_of_one_state(
    client: Client, many: Commitment, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows = as_xlsx._Sheet.write_rows

    def publish_first(sheet: as_xlsx._Sheet, extract: object, check: object) -> int:
        def publish() -> None:
            published_commitment(title="PUBLISHED MEANWHILE")
            connection.close()

        thread = threading.Thread(target=publish)
        thread.start()
        thread.join()
        return write_rows(sheet, extract, check)  # type: ignore[arg-type]

    monkeypatch.setattr(as_xlsx._Sheet, "write_rows", publish_first)
    head = LogHead.objects.get().seq
    book = openpyxl.load_workbook(io.BytesIO(client.get("/commitments.xlsx").getvalue()))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
    assert not any("MEANWHILE" in cell for cell in cells)
    assert any(f"line {head}," in cell for cell in cells)
