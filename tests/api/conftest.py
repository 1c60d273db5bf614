"""The API is asked on the day of the shipped register."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.make import NOW
from tracker import answers


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> dt.date:
    monkeypatch.setattr(answers, "today", NOW.date)
    return NOW.date()
