"""The entries of the sitemap: every public page with its last change, paginated."""

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
    """The pages of one model: their URL name and their records.

    `has_changed` says whether the queryset has a column `changed` with the last change.
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
    """Return the number of pages of each section."""
    return {name: section.found().order_by().count() for name, section in SECTIONS.items()}


def page_of(section: Section, *, number: int, per_page: int) -> list[tuple[str, Any]]:
    """Return the slugs on page `number` (from 1) of a section, with the last change of each."""
    start = (number - 1) * per_page
    rows = section.found().order_by("slug")[start : start + per_page]
    if section.has_changed:
        return list(rows.values_list("slug", "changed"))
    return [(slug, None) for slug in rows.values_list("slug", flat=True)]
