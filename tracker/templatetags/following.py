"""Which feeds, calendar and subscriptions belong to a page: those of its filter or its subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context

from tracker.models import Commitment, Forum, Meeting, Party, Topic

register = template.Library()

# What follows the log cannot look back in time.
_LOOKING_BACK = {"as_of", "known_at"}
# What narrows the lines of the log and means nothing to a calendar.
_OF_LINES = {"kind", "significance"}
# The pages of one record: the variable that holds it, its model, and the field that names it. The
# name of the variable is that of the parameter.
_SUBJECTS: dict[str, tuple[type[Any], str]] = {
    "commitment": (Commitment, "reference"),
    "meeting": (Meeting, "slug"),
    "party": (Party, "slug"),
    "topic": (Topic, "slug"),
    "forum": (Forum, "slug"),
}


@dataclass(frozen=True, slots=True)
class Following:
    """The end of the addresses of feeds and subscriptions, and of the calendar; empty for all."""

    query: str
    calendar_query: str


@register.simple_tag(takes_context=True)
def following(context: Context) -> Following:
    """What to put behind `/changes.atom`, `/subscribe/` and `/calendar.ics` on this page."""
    params = _narrowing(context)
    dated = {name: values for name, values in params.items() if name not in _OF_LINES}
    return Following(_query(params), _query(dated))


def _narrowing(context: Context) -> dict[str, list[str]]:
    found = context.get("filter")
    active: dict[str, list[str]] = getattr(found, "active", {})
    params = {
        name: list(filter(None, values))
        for name, values in active.items()
        if name not in _LOOKING_BACK
    }
    for name, (model, field) in _SUBJECTS.items():
        record = context.get(name)
        if isinstance(record, model):
            params[name] = [getattr(record, field)]
    return params


def _query(params: dict[str, list[str]]) -> str:
    """In one order, so that a filter has one address."""
    pairs = [(name, value) for name in sorted(params) for value in sorted(set(params[name]))]
    return f"?{urlencode(pairs)}" if pairs else ""
