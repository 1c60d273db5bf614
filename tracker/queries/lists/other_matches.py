"""Meetings, sources and whatever else is named by words that somebody searches commitments for.

A few of each, to lead readers on who type the name of a meeting: what a search finds is said in
`search`, and these are no part of it. Today's names only, folded as they are for that search. There
is no index for so few rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracker.queries.lists.search import Term, containing, terms
from tracker.queries.visibility import (
    public_forums,
    public_meetings,
    public_parties,
    public_sources,
    public_topics,
)

# Of each kind; and how many words are looked at.
MOST, MOST_WORDS = 5, 8


@dataclass(frozen=True, slots=True)
class Named:
    """One record that is named so."""

    kind: Any
    title: str
    href: str


# By the name of the address of one: its kind, its records, and the column of its title. What is
# searched besides is said at each model's `folded_text`.
_Noun = tuple[Any, Callable[[], QuerySet[Any]], str]
_NOUNS: dict[str, _Noun] = {
    "meeting": (_("Meeting"), public_meetings, "title"),
    "forum": (_("Forum"), public_forums, "name"),
    "party": (_("Party"), public_parties, "name"),
    "topic": (_("Topic"), public_topics, "name"),
    "source": (_("Source"), public_sources, "title"),
}


def named_so(text: str) -> list[Named]:
    """Up to `MOST` of each kind; one query, and none for more words than a name has."""
    wanted = terms(text)
    if not 0 < len(wanted) <= MOST_WORDS:
        return []
    first, *others = (_matches(noun, wanted) for noun in _NOUNS)
    found = first.union(*others, all=True).order_by("place_in_list", "title_shown")
    return [
        Named(_NOUNS[noun][0], title, reverse(noun, args=[slug]))
        for _place, noun, title, slug in found
    ]


def _matches(noun: str, wanted: Sequence[Term]) -> QuerySet[Any]:
    """Place of the kind, its name, title and slug of the first few that are named so."""
    _kind, records, title = _NOUNS[noun]
    every_term = Q()
    for term in wanted:
        every_term &= containing("folded_text", term)
    few = records().filter(every_term).values("pk")[:MOST]
    matches: QuerySet[Any] = (
        records()
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
