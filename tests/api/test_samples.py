"""Whole answers of a small register against tests/samples/api."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.exports.small_register import publish_small_register

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "api"
ADDRESSES = {
    "root.json": "/api/v1/",
    "commitments.json": "/api/v1/commitments/?sort=-title&per_page=1",
    "commitment.json": "/api/v1/commitments/agreement/",
    "updates.json": "/api/v1/updates/?commitment=agreement&per_page=2&page=2",
    "meetings.json": "/api/v1/meetings/",
    "meeting.json": "/api/v1/meetings/first-meeting/",
    "sources.json": "/api/v1/sources/?as_of=2026-03-31",
    "source.json": "/api/v1/sources/statement/",
    "parties.json": "/api/v1/parties/",
    "topics.json": "/api/v1/topics/",
    "forums.json": "/api/v1/forums/",
    "changes.json": "/api/v1/changes/?kind=meeting&kind=retraction",
    "changes.ndjson": "/api/v1/changes/?after=3&format=ndjson",
    "change.json": "/api/v1/changes/2/",
    "problem.json": "/api/v1/commitments/?stage=late&page=0&colour=red",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_whole_answer(client: Client, db: None, name: str) -> None:
    publish_small_register()
    # DRF writes JSON with as many spaces as are asked for.
    response = client.get(ADDRESSES[name], headers={"accept": "application/json; indent=2"})
    told = response.getvalue().decode().rstrip("\n") + "\n"
    expected = (SAMPLES / name).read_text("utf-8")
    if name.startswith("change"):
        # PostgreSQL keeps what was published in an order of its own.
        assert parts(told) == parts(expected)
    else:
        assert told == expected


def parts(text: str) -> list[Any]:
    """The JSON texts in a file: one, or one to a line."""
    whole = [text] if text.startswith("{\n") else text.splitlines()
    return [json.loads(part) for part in whole]
