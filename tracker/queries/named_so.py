"""Meetings, sources and whatever else is named by words that somebody searches commitments for.

A few of each, to lead readers on who type the name of a meeting: what a search finds is said in
`search`, and these are no part of it. Today's names only. There is no index for so few rows: their
columns are compared with what was typed and with how it is folded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracker.lib.folding import EDGES, fold, fold_apart
from tracker.queries.visibility import (
    public_forums,
    public_meetings,
    public_parties,
    public_sources,
    public_topics,
)

# Of each kind; and how many words are looked at.
MOST, MOST_WORDS = 5, 8
_QUOTATION_MARKS = re.compile("[“”„«»]")
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Named:
    """One record that is named so."""

    kind: Any
    title: str
    href: str


# By the name of the address of one: its kind, its records, and the columns that are searched, of
# which the first is its title.
_Noun = tuple[Any, Callable[[], QuerySet[Any]], tuple[str, ...]]
_NOUNS: dict[str, _Noun] = {
    "meeting": (_("Meeting"), public_meetings, ("title", "place", "summary")),
    "forum": (_("Forum"), public_forums, ("name",)),
    "party": (_("Party"), public_parties, ("name", "short_name")),
    "topic": (_("Topic"), public_topics, ("name",)),
    "source": (_("Source"), public_sources, ("title", "publisher", "summary")),
}


def named_so(text: str) -> list[Named]:
    """Up to `MOST` of each kind; one query, and none for more words than a name has."""
    typed = [
        (phrase or word).strip(EDGES)
        for phrase, word in _TERM.findall(_QUOTATION_MARKS.sub('"', text))
    ]
    words = [word for word in typed if fold(word)]
    if not 0 < len(words) <= MOST_WORDS:
        return []
    first, *others = (_matches(noun, words) for noun in _NOUNS)
    found = first.union(*others, all=True).order_by("place_in_list", "title_shown")
    return [
        Named(_NOUNS[noun][0], title, reverse(noun, args=[slug]))
        for _place, noun, title, slug in found
    ]


def _matches(noun: str, words: Iterable[str]) -> QuerySet[Any]:
    """Place of the kind, its name, title and slug of the first few that are named so."""
    _kind, records, columns = _NOUNS[noun]
    few = records().filter(_every_word(words, columns)).values("pk")[:MOST]
    matches: QuerySet[Any] = (
        records()
        .filter(pk__in=few)
        .order_by()
        .annotate(
            place_in_list=Value(list(_NOUNS).index(noun), IntegerField()),
            noun_name=Value(noun, CharField()),
            title_shown=F(columns[0]),
        )
        .values_list("place_in_list", "noun_name", "title_shown", "slug")
    )
    return matches


def _every_word(words: Iterable[str], columns: Iterable[str]) -> Q:
    condition = Q()
    for word in words:
        occurs = Q()
        for form in dict.fromkeys((word, fold(word), fold_apart(word))):
            for column in columns:
                occurs |= Q(**{f"{column}__icontains": form})
        condition &= occurs
    return condition
