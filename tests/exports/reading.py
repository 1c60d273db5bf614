"""Files as their readers see them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.test import Client
from openpyxl import load_workbook
from openpyxl.workbook import Workbook


def body(client: Client, address: str) -> bytes:
    """The whole of a streamed answer."""
    response = client.get(address)
    assert response.status_code == 200, response.content
    assert response.streaming
    content: bytes = response.getvalue()
    return content


def csv_rows(client: Client, address: str) -> list[dict[str, str]]:
    text = body(client, address).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def json_object(client: Client, address: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body(client, address))
    return told


def workbook(client: Client, address: str) -> Workbook:
    return load_workbook(io.BytesIO(body(client, address)))
