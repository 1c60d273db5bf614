"""Meetings, forums, parties, topics and sources whose names match a search for commitments.

The page lists a few of each beside the results of `search`, for readers who type the name of a
meeting. Only today's names match, folded as for that search. So few rows need no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracker.queries.lists.search import Term, containing, terms
from tracker.queries.visibility import PUBLIC

# The most matches of each kind, and the most words in a query.
MOST, MOST_WORDS = 5, 8


@dataclass(frozen=True, slots=True)
class Named:
    """One record whose name matches."""

    kind: Any
    title: str
    href: str


# The label and the title column, by noun. Each model's `folded_text` defines what else is searched.
_NOUNS: dict[str, tuple[Any, str]] = {
    "meeting": (_("Meeting"), "title"),
    "forum": (_("Forum"), "name"),
    "party": (_("Party"), "name"),
    "topic": (_("Topic"), "name"),
    "source": (_("Source"), "title"),
}


def named_so(text: str) -> list[Named]:
    """Return up to `MOST` of each kind; one query, none for more than `MOST_WORDS` words."""
    wanted = terms(text)
    if not 0 < len(wanted) <= MOST_WORDS:
        return []
    first, *others = (_matches(noun, wanted) for noun in _NOUNS)
    matches = first.union(*others, all=True).order_by("place_in_list", "title_shown")
    return [
        Named(_NOUNS[noun][0], title, reverse(noun, args=[slug]))
        for _place, noun, title, slug in matches
    ]


def _matches(noun: str, wanted: Sequence[Term]) -> QuerySet[Any]:
    """Return the position and name of the kind, and title and slug of the first matches."""
    _kind, title = _NOUNS[noun]
    every_term = Q()
    for term in wanted:
        every_term &= containing("folded_text", term)
    few = PUBLIC[noun]().filter(every_term).values("pk")[:MOST]
    matches: QuerySet[Any] = (
        PUBLIC[noun]()
        .filter(pk__in=few)
        .order_by()
        .annotate(
            place_in_list=Value(list(_NOUNS).index(noun), IntegerField()),
            noun_name=Value(noun, CharField()),
            title_shown=F(title),
        )
        .values_list("place_in_list", "noun_name", "title_shown", "slug")
    )
    return matches
