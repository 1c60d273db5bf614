"""The feeds, calendar and subscriptions of a page: those of its filter or its record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context

from tracker.lib.query_strings import canonical_query, with_query
from tracker.models import Commitment, Forum, Meeting, Party, Topic

register = template.Library()

# Not for feeds and subscriptions, which follow the log as it grows.
_LOOKING_BACK = {"as_of", "known_at"}
# Filters of the log that do not apply to a calendar.
_OF_LINES = {"kind", "significance"}
# Pages of one record: the context variable, which is also the parameter, the model, and the field
# for the parameter's value.
_SUBJECTS: dict[str, tuple[type[Any], str]] = {
    "commitment": (Commitment, "reference"),
    "meeting": (Meeting, "slug"),
    "party": (Party, "slug"),
    "topic": (Topic, "slug"),
    "forum": (Forum, "slug"),
}


def subject_of(context: Context) -> dict[str, str]:
    """Return the parameter that names the record of a page; none on other pages."""
    return {
        name: getattr(context[name], field)
        for name, (model, field) in _SUBJECTS.items()
        if isinstance(context.get(name), model)
    }


@dataclass(frozen=True, slots=True)
class Following:
    """The query strings for feeds and subscriptions, and for the calendar; empty for all."""

    query: str
    calendar_query: str


@register.simple_tag(takes_context=True)
def following(context: Context) -> Following:
    """Return the query strings for `/changes.atom`, `/subscribe/` and `/calendar.ics`."""
    params = _narrowing(context)
    dated = {name: values for name, values in params.items() if name not in _OF_LINES}
    return Following(
        with_query("", canonical_query(params)), with_query("", canonical_query(dated))
    )


def _narrowing(context: Context) -> dict[str, list[str]]:
    filterset = context.get("filter")
    active: dict[str, list[str]] = getattr(filterset, "active", {})
    params = {name: values for name, values in active.items() if name not in _LOOKING_BACK}
    return params | {name: [value] for name, value in subject_of(context).items()}
