"""The public pages read on a day of the test's choice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from tracker import answers

OnDay = Callable[[dt.date], None]


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> OnDay:
    """Turn the register's calendar to a day."""
    return lambda day: monkeypatch.setattr(answers, "today", lambda: day)


@pytest.fixture
def titles(client: Client) -> Callable[[str], list[str]]:
    """The titles of the rows that an address lists."""

    def of(address: str) -> list[str]:
        response = client.get(address)
        assert response.status_code == 200, address
        return [row.record.title for row in response.context["table"].rows]

    return of
