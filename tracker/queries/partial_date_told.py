"""Partial dates as payloads tell them, from the text in which they are kept."""

from __future__ import annotations

from functools import lru_cache

from tracker import payloads
from tracker.lib.partial_dates import PartialDate
from tracker.payloads import Payload


@lru_cache(maxsize=8192)
def told_date(kept: str) -> tuple[Payload | None, str | None]:
    """The payload, which is not to be altered, and the last day.

    The same few dates stand in very many rows.
    """
    date = PartialDate.from_stored(kept) if kept else None
    return payloads.partial_date(date), payloads.day(date.last_day) if date else None
