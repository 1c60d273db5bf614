"""Every public page by address and day of its last change, in pages: what a sitemap lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, QuerySet

from tracker.queries.visibility import (
    public_commitments,
    public_forums,
    public_meetings,
    public_parties,
    public_sources,
    public_topics,
)


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one noun: the name of their address and how they are found.

    The queryset has a column `changed`, or none where the log does not name the noun by itself.
    """

    url_name: str
    found: Callable[[], QuerySet[Any]]
    has_changed: bool = False


SECTIONS = {
    "commitments": Section(
        "commitment",
        lambda: public_commitments().annotate(changed=F("last_changed_at")),
        has_changed=True,
    ),
    # A line of the log names the meeting at which a commitment moved, so its page changed then.
    "meetings": Section(
        "meeting",
        lambda: public_meetings().annotate(changed=Max("changes__recorded_at")),
        has_changed=True,
    ),
    "sources": Section("source", public_sources),
    "parties": Section("party", public_parties),
    "topics": Section("topic", public_topics),
    "forums": Section("forum", public_forums),
}


def counts() -> dict[str, int]:
    """How many pages each section has."""
    return {name: section.found().order_by().count() for name, section in SECTIONS.items()}


def page_of(section: Section, *, number: int, per_page: int) -> list[tuple[str, Any]]:
    """The slugs of one page of a section, counted from 1, with the time of the last change."""
    start = (number - 1) * per_page
    rows = section.found().order_by("slug")[start : start + per_page]
    if section.has_changed:
        return list(rows.values_list("slug", "changed"))
    return [(slug, None) for slug in rows.values_list("slug", flat=True)]
