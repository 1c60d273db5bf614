"""The calendar as icalendar reads it back."""

from __future__ import annotations

import icalendar
from django.test import Client


def content(client: Client, query: str = "") -> bytes:
    """The whole of a streamed answer."""
    response = client.get(f"/calendar.ics{query}")
    assert response.status_code == 200, response.content
    told: bytes = response.getvalue()
    return told


def events(client: Client, query: str = "") -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content(client, query)).walk("VEVENT"))


def summaries(client: Client, query: str = "") -> list[str]:
    return sorted(str(event["SUMMARY"]) for event in events(client, query))


def only_event(client: Client, query: str = "") -> icalendar.Event:
    (event,) = events(client, query)
    return event
