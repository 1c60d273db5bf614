"""Where a record that had another address went: read from the log, which keeps what was before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from tracker.models import Change, ChangeKind, Commitment
from tracker.models.records import PublicRecord
from tracker.queries.visibility import (
    public_forums,
    public_meetings,
    public_parties,
    public_sources,
    public_topics,
)

# The kinds of line that can say that an address changed.
_RENAMING = (ChangeKind.RENAMED, ChangeKind.AMENDED, ChangeKind.MEETING)
# An address that was changed more often than this is not followed to its end.
_MOST_STEPS = 10

# Retracted commitments too: their address answers that they were retracted, and why.
_PUBLIC: dict[str, Callable[[], QuerySet[Any]]] = {
    "commitment": lambda: Commitment.objects.filter(published_seq__isnull=False),
    "meeting": public_meetings,
    "source": public_sources,
    "party": public_parties,
    "topic": public_topics,
    "forum": public_forums,
}


def current_slug(noun: str, slug: str) -> str | None:
    """The slug that a public record has today which once had this one; None when there is none.

    No index serves this: it reads the lines that amend something, until the newest that took this
    slug from a record of this noun. Ask only for an address at which nothing is found.
    """
    public = _PUBLIC[noun]()
    seen = 0
    for _step in range(_MOST_STEPS):
        line = (
            Change.objects.filter(
                Q(payload__has_key=noun), payload__before__slug=slug, kind__in=_RENAMING
            )
            .filter(seq__gt=seen)
            .order_by("-seq")
            .values_list("seq", f"payload__{noun}__slug")
            .first()
        )
        if line is None:
            return None
        seen, slug = line
        found: PublicRecord | None = public.filter(slug=slug).first()
        if found is not None:
            return slug
    return None
