"""The present and former addresses of records, to explain or redirect a missing one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from tracker.models import Commitment, FormerValue
from tracker.queries.visibility import (
    public_forums,
    public_meetings,
    public_parties,
    public_sources,
    public_topics,
)

# Retracted commitments too: their page says that they were retracted, and why.
_PUBLIC: dict[str, Callable[[], QuerySet[Any]]] = {
    "commitment": Commitment.objects.published,
    "meeting": public_meetings,
    "source": public_sources,
    "party": public_parties,
    "topic": public_topics,
    "forum": public_forums,
}


def current_slug(noun: str, slug: str) -> str | None:
    """Return the present slug of the public record that once had this one, or None.

    Of several, it is the record that had it last. Uses an index.
    """
    had = FormerValue.objects.filter(noun=noun, field="slug", value=slug).order_by("-until")
    keys = list(had.values_list("record", flat=True))
    found = dict(_PUBLIC[noun]().filter(pk__in=keys).values_list("pk", "slug"))
    return next((found[key] for key in keys if key in found), None)


def is_there_today(noun: str, slug: str) -> bool:
    """Whether a record has this slug at present."""
    return _PUBLIC[noun]().filter(slug=slug).exists()
