"""Finding commitments by words, in any script, by index: one function, the same answer everywhere.

Every word must occur, as part of a word or whole, in title, reference, other names, summary or
quotations; words in quotation marks must stand together. Case and accents do not matter. Words of
one or two characters are too short for the trigram index: they are looked for in the names only
(title, reference and other names), which keeps that search bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tracker.lib.text import fold
from tracker.models import SearchDocument

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_SHORTEST_INDEXED = 3
_INDEX = "SELECT rowid FROM tracker_search_index WHERE tracker_search_index MATCH %s"


def terms(text: str) -> list[str]:
    """Split what was typed into folded words and phrases, each once."""
    found = (fold(phrase or word) for phrase, word in _TERM.findall(text))
    return list(dict.fromkeys(term for term in found if term))


def matching(text: str) -> Q:
    """The condition on commitments that every term of `text` occurs; nothing for no term at all."""
    return _occurring(terms(text), document="search_document__")


def keys_matching(text: str) -> list[int]:
    """Primary keys of all commitments that `matching` finds, whether they are public or not.

    From the search documents alone: to join them with their commitments takes longer than to find
    them.
    """
    wanted = terms(text)
    if wanted and _is_sqlite() and min(map(len, wanted)) >= _SHORTEST_INDEXED:
        with connection.cursor() as cursor:
            cursor.execute(_INDEX, [_phrases(wanted)])
            return [key for (key,) in cursor.fetchall()]
    documents = SearchDocument.objects.filter(_occurring(wanted, document=""))
    return list(documents.values_list("pk", flat=True))


def _occurring(wanted: Sequence[str], *, document: str) -> Q:
    """That every term occurs in a search document; `document` is the path to it."""
    if not wanted:
        return Q(pk__in=())
    indexed = [term for term in wanted if len(term) >= _SHORTEST_INDEXED]
    condition = Q()
    for term in wanted:
        if len(term) < _SHORTEST_INDEXED:
            condition &= Q(**{f"{document}names__contains": term})
    if not indexed:
        return condition
    if _is_sqlite():
        # Commitments and their documents have the same keys.
        return condition & Q(pk__in=RawSQL(_INDEX, [_phrases(indexed)]))  # noqa: S611 - a parameter
    # pg_trgm's GIN index answers this; there is no scan of the table.
    for term in indexed:
        condition &= Q(**{f"{document}text__contains": term})
    return condition


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _phrases(indexed: Iterable[str]) -> str:
    """Every term as a phrase in the language of FTS5."""
    return " AND ".join('"' + term.replace('"', '""') + '"' for term in indexed)
