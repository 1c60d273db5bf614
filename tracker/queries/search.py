"""Finding commitments by words, in any script, by index: one function, the same answer everywhere.

Every word must occur, as part of a word or whole, in title, reference, other names, summary or
quotations; words in quotation marks, of whatever kind, must stand together. What does not matter is
said in `lib.folding`. Words of one or two characters are too short for the trigram index: they are
looked for in the names only (title, reference and other names), which keeps that search bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tracker.lib.folding import fold, fold_apart, fold_letters
from tracker.models import SearchDocument

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_SHORTEST_INDEXED = 3
_INDEX = "SELECT rowid FROM tracker_search_index WHERE tracker_search_index MATCH %s"


# The forms of a word or phrase, any of which may occur; the first is how it is folded.
Term = tuple[str, ...]


def terms(text: str) -> list[Term]:
    """Split what was typed into folded words and phrases, each once."""
    # Folded first: a phrase may stand in any quotation marks.
    typed = (phrase or word for phrase, word in _TERM.findall(fold_letters(text)))
    found = (tuple(dict.fromkeys((fold(one), fold_apart(one)))) for one in typed)
    return list(dict.fromkeys(term for term in found if term[0]))


def matching(text: str) -> Q:
    """The condition on commitments that every term of `text` occurs; nothing for no term at all."""
    return _occurring(terms(text), document="search_document__")


def keys_matching(text: str) -> list[int]:
    """Primary keys of all commitments that `matching` finds, whether they are public or not.

    From the search documents alone: to join them with their commitments takes longer than to find
    them.
    """
    wanted = terms(text)
    if wanted and _is_sqlite() and all(map(_is_indexed, wanted)):
        with connection.cursor() as cursor:
            cursor.execute(_INDEX, [_phrases(wanted)])
            return [key for (key,) in cursor.fetchall()]
    documents = SearchDocument.objects.filter(_occurring(wanted, document=""))
    return list(documents.values_list("pk", flat=True))


def _is_indexed(term: Term) -> bool:
    return min(map(len, term)) >= _SHORTEST_INDEXED


def _contains(column: str, term: Term) -> Q:
    condition = Q()
    for form in term:
        condition |= Q(**{f"{column}__contains": form})
    return condition


def _occurring(wanted: Sequence[Term], *, document: str) -> Q:
    """That every term occurs in a search document; `document` is the path to it."""
    if not wanted:
        return Q(pk__in=())
    indexed = [term for term in wanted if _is_indexed(term)]
    condition = Q()
    for term in wanted:
        if not _is_indexed(term):
            condition &= _contains(f"{document}names", term)
    if not indexed:
        return condition
    if _is_sqlite():
        # Commitments and their documents have the same keys.
        return condition & Q(pk__in=RawSQL(_INDEX, [_phrases(indexed)]))  # noqa: S611 - a parameter
    # pg_trgm's GIN index answers this; there is no scan of the table.
    for term in indexed:
        condition &= _contains(f"{document}text", term)
    return condition


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _phrases(indexed: Iterable[Term]) -> str:
    """Every term in the language of FTS5, each of its forms a phrase."""
    # Folded text holds no quotation mark.
    return " AND ".join("(" + " OR ".join(f'"{form}"' for form in term) + ")" for term in indexed)
