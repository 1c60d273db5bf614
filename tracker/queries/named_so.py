"""Meetings, sources and whatever else is named by words that somebody searches commitments for.

A few of each, to lead readers on who type the name of a meeting: what a search finds is said in
`search`, and these are no part of it. Today's names only. There is no index for so few rows: their
columns are compared with what was typed and with how it is folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
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

    kind: str | Promise
    title: str
    href: str


def named_so(text: str) -> list[Named]:
    """Up to `MOST` of each kind; five queries, and none for more words than a name has."""
    typed = [
        (phrase or word).strip(EDGES)
        for phrase, word in _TERM.findall(_QUOTATION_MARKS.sub('"', text))
    ]
    words = [word for word in typed if fold(word)]
    if not 0 < len(words) <= MOST_WORDS:
        return []
    nouns: list[tuple[str | Promise, QuerySet[Any], tuple[str, ...]]] = [
        (_("Meeting"), public_meetings(), ("title", "place", "summary")),
        (_("Forum"), public_forums(), ("name",)),
        (_("Party"), public_parties(), ("name", "short_name")),
        (_("Topic"), public_topics(), ("name",)),
        (_("Source"), public_sources(), ("title", "publisher", "summary")),
    ]
    return [
        Named(kind, str(record), record.get_absolute_url())
        for kind, records, columns in nouns
        for record in records.filter(_every_word(words, columns))[:MOST]
    ]


def _every_word(words: Iterable[str], columns: Iterable[str]) -> Q:
    condition = Q()
    for word in words:
        occurs = Q()
        for form in dict.fromkeys((word, fold(word), fold_apart(word))):
            for column in columns:
                occurs |= Q(**{f"{column}__icontains": form})
        condition &= occurs
    return condition
