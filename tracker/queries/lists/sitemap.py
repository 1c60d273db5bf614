"""The entries of the sitemap: every public page with its last change, paginated."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, F, Max, Value

from tracker.queries.visibility import PUBLIC

# The nouns of the sections, in the order of the sitemap.
SECTIONS = {
    "commitments": "commitment",
    "meetings": "meeting",
    "sources": "source",
    "parties": "party",
    "topics": "topic",
    "forums": "forum",
}
# The last change of a page, where one is known. A line of the log names the meeting at which a
# commitment moved, so its page changed then.
_CHANGED = {"commitment": F("last_changed_at"), "meeting": Max("changes__recorded_at")}


def counts() -> dict[str, int]:
    """Return the number of pages of each section."""
    return {name: PUBLIC[noun]().order_by().count() for name, noun in SECTIONS.items()}


def page_of(noun: str, *, number: int, per_page: int) -> list[tuple[str, Any]]:
    """Return the slugs on page `number` (from 1) of a noun, with the last change of each."""
    start = (number - 1) * per_page
    changed = _CHANGED.get(noun, Value(None, output_field=DateTimeField()))
    rows = PUBLIC[noun]().annotate(changed=changed).order_by("slug")
    return list(rows.values_list("slug", "changed")[start : start + per_page])
