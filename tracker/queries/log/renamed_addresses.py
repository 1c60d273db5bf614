"""The present and former addresses of records, to explain or redirect a missing one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from tracker.models import Commitment, FormerValue
from tracker.queries.visibility import PUBLIC


def _with_pages(noun: str) -> QuerySet[Any]:
    # Retracted commitments too: their page says that they were retracted, and why.
    return Commitment.objects.published() if noun == "commitment" else PUBLIC[noun]()


def current_slug(noun: str, slug: str) -> str | None:
    """Return the present slug of the public record that once had this one, or None.

    Of several, it is the record that had it last. Uses an index.
    """
    had = FormerValue.objects.filter(noun=noun, field="slug", value=slug).order_by("-until")
    keys = list(had.values_list("record", flat=True))
    slugs = dict(_with_pages(noun).filter(pk__in=keys).values_list("pk", "slug"))
    return next((slugs[key] for key in keys if key in slugs), None)


def is_there_today(noun: str, slug: str) -> bool:
    """Whether a record has this slug at present."""
    return _with_pages(noun).filter(slug=slug).exists()
