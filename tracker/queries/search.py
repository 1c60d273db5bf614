"""Finding commitments by words, in any script, by index: one function, the same answer everywhere.

Every word must occur, as part of a word or whole, in title, reference, other names, summary or
quotations; words in quotation marks must stand together. Case and accents do not matter. Words of
one or two characters are too short for the trigram index: they are looked for in the names only
(title, reference and other names), which keeps that search bounded.
"""

from __future__ import annotations

import re

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tracker.lib.text import fold

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_SHORTEST_INDEXED = 3


def terms(text: str) -> list[str]:
    """Split what was typed into folded words and phrases, each once."""
    found = (fold(phrase or word) for phrase, word in _TERM.findall(text))
    return list(dict.fromkeys(term for term in found if term))


def matching(text: str) -> Q:
    """The condition on commitments that every term of `text` occurs; nothing for no term at all."""
    wanted = terms(text)
    if not wanted:
        return Q(pk__in=())
    indexed = [term for term in wanted if len(term) >= _SHORTEST_INDEXED]
    condition = Q()
    for term in wanted:
        if len(term) < _SHORTEST_INDEXED:
            condition &= Q(search_document__names__contains=term)
    if not indexed:
        return condition
    if connection.vendor == "postgresql":
        # pg_trgm's GIN index answers this; there is no scan of the table.
        for term in indexed:
            condition &= Q(search_document__text__contains=term)
        return condition
    phrases = " AND ".join('"' + term.replace('"', '""') + '"' for term in indexed)
    index = "SELECT rowid FROM tracker_search_index WHERE tracker_search_index MATCH %s"
    return condition & Q(pk__in=RawSQL(index, [phrases]))  # noqa: S611 - the text is a parameter
