"""Where a record that had another address went."""

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

# Retracted commitments too: their address answers that they were retracted, and why.
_PUBLIC: dict[str, Callable[[], QuerySet[Any]]] = {
    "commitment": Commitment.objects.published,
    "meeting": public_meetings,
    "source": public_sources,
    "party": public_parties,
    "topic": public_topics,
    "forum": public_forums,
}


def current_slug(noun: str, slug: str) -> str | None:
    """The slug that a public record has today which once had this one; None when there is none.

    Of several, the one that had it last. Answered by an index.
    """
    had = FormerValue.objects.filter(noun=noun, field="slug", value=slug).order_by("-until")
    keys = list(had.values_list("record", flat=True))
    found = dict(_PUBLIC[noun]().filter(pk__in=keys).values_list("pk", "slug"))
    return next((found[key] for key in keys if key in found), None)
