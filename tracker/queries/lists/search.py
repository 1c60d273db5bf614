"""The full-text search of commitments, in any script, by a trigram index.

Every term must occur, even within a word, in title, reference, other names, summary or quotations;
words in quotation marks of any kind form a phrase. `lib.folding` defines which differences are
ignored. Words of one or two characters are too short for the index: only names (title, reference
and other names) are searched for them, which keeps that search bounded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from tracker.lib.folding import fold, fold_apart, fold_letters
from tracker.lib.tallies import keys_of
from tracker.models import Alias, Commitment, Revision, SearchDocument
from tracker.queries.former_values import former_values, keys_q, values_then
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    public_aliases,
    public_citations,
    public_updates,
)

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_SHORTEST_INDEXED = 3
_INDEX = "SELECT rowid FROM tracker_search_index WHERE tracker_search_index MATCH %s"


# The folded forms of a word or phrase, any of which may occur.
Term = tuple[str, ...]


def terms(text: str) -> list[Term]:
    """Split a query into distinct folded words and phrases."""
    # Fold first, because a phrase may be in any kind of quotation marks.
    typed = (phrase or word for phrase, word in _TERM.findall(fold_letters(text)))
    folded = (tuple(dict.fromkeys((fold(one), fold_apart(one)))) for one in typed)
    return list(dict.fromkeys(term for term in folded if term[0]))


def matching(text: str) -> Q:
    """Return the condition that every term of `text` occurs; without terms nothing matches."""
    return _occurring(terms(text), document="search_document__")


def occurring_in_each(text: str) -> Q:
    """Return the same condition without the index, for reading commitments one by one."""
    condition = Q()
    for term in (wanted := terms(text)):
        column = "text" if _is_indexed(term) else "names"
        condition &= containing(f"search_document__{column}", term)
    return condition if wanted else Q(pk__in=())


def keys_matching(text: str, *, most: int | None = None) -> list[int]:
    """Return the primary keys of commitments that match, public or not; `most` of them if given.

    Reads the search documents only: joining the commitments would take longer than the search.
    """
    wanted = terms(text)
    if wanted and _is_sqlite() and all(map(_is_indexed, wanted)):
        with connection.cursor() as cursor:
            cursor.execute(f"{_INDEX} LIMIT %s", [_phrases(wanted), -1 if most is None else most])
            return [key for (key,) in cursor.fetchall()]
    documents = SearchDocument.objects.filter(_occurring(wanted, document=""))
    return (
        keys_of(documents) if most is None else list(documents.values_list("pk", flat=True)[:most])
    )


def _is_indexed(term: Term) -> bool:
    return min(map(len, term)) >= _SHORTEST_INDEXED


def containing(column: str, term: Term) -> Q:
    """Return the condition that a column of folded text contains a term in one of its forms."""
    condition = Q()
    for form in term:
        condition |= Q(**{f"{column}__contains": form})
    return condition


def _occurring(wanted: Sequence[Term], *, document: str) -> Q:
    """Return the condition that every term occurs in the search document at a path."""
    if not wanted:
        return Q(pk__in=())
    indexed = [term for term in wanted if _is_indexed(term)]
    condition = Q()
    for term in wanted:
        if not _is_indexed(term):
            condition &= containing(f"{document}names", term)
    if not indexed:
        return condition
    if _is_sqlite():
        # Commitments and their documents have the same keys.
        return condition & Q(pk__in=RawSQL(_INDEX, [_phrases(indexed)]))  # noqa: S611 - a parameter
    # Uses the GIN index of pg_trgm, without a table scan.
    for term in indexed:
        condition &= containing(f"{document}text", term)
    return condition


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _phrases(indexed: Iterable[Term]) -> str:
    """Return the FTS5 query for all terms, with each form as a phrase."""
    # Folded text contains no quotation marks, so none need escaping.
    return " AND ".join("(" + " OR ".join(f'"{form}"' for form in term) + ")" for term in indexed)


# -- Looking back -------------------------------------------------------------------------------

# Commitments read at a time.
_AT_ONCE = 2_000


def searched_texts(*, names: Iterable[str], others: Iterable[str]) -> tuple[str, str]:
    """Return the folded texts in which short words, and longer ones, are searched."""
    # Separate the parts by line ends, so that no phrase matches across two of them.
    folded_names = "\n".join(fold(part) for part in names)
    return folded_names, "\n".join((folded_names, *(fold(part) for part in others if part)))


def keys_matching_then(text: str, viewpoint: Viewpoint, among: QuerySet[Commitment]) -> list[int]:
    """Return the keys of commitments whose text at a viewpoint contains every term.

    The index holds today's text. Only commitments that were amended or partly retracted since may
    be missing from it, and only those changed since may match wrongly: just these are read.
    """
    wanted = terms(text)
    today, taken_back = set(keys_matching(text)), _taken_back_since(viewpoint.known)
    there: Any = among.filter(keys_q(today | taken_back)).order_by()
    columns = there.values_list("pk", "last_change_seq", "last_update_day")
    rows = {key: (seq, day) for key, seq, day in columns.iterator(chunk_size=5_000)}
    indexed = rows.keys() & today
    doubtful = {key for key in indexed if _moved_since(*rows[key], viewpoint)}
    doubtful |= rows.keys() & taken_back
    matches = indexed - doubtful
    waiting = sorted(doubtful)
    for start in range(0, len(waiting), _AT_ONCE):
        matches |= _occurring_then(wanted, waiting[start : start + _AT_ONCE], viewpoint)
    return sorted(matches)


def _moved_since(seq: int | None, day: dt.date | None, viewpoint: Viewpoint) -> bool:
    """Whether a commitment has a change or an update later than the viewpoint."""
    as_of, known = viewpoint.as_of, viewpoint.known
    is_later = as_of is not None and (day is None or day > as_of)
    return is_later or (known is not None and (seq is None or seq > known))


def _taken_back_since(known: int | None) -> set[int]:
    """Return the commitments with text amended, or names or updates revised, after a line."""
    if known is None:
        return set()
    words = former_values("commitment", known, field__in=("title", "summary"))
    names = Alias.objects.filter(retracted_seq__gt=known)
    updates = Revision.objects.filter(seq__gt=known)
    return {
        *words.values_list("record", flat=True),
        *names.values_list("commitment", flat=True),
        *updates.values_list("update__commitment", flat=True),
    }


def _occurring_then(wanted: Sequence[Term], keys: Sequence[int], viewpoint: Viewpoint) -> set[int]:
    """Return the keys whose text of that time contains every term; quotations are read last."""
    few = Commitment.objects.filter(pk__in=keys).order_by()
    columns = ["title", "reference", "summary"]
    names: dict[int, list[str]] = {}
    others: dict[int, list[str]] = {}
    for key, title, reference, summary in values_then(few, columns, viewpoint.known):
        names[key], others[key] = [title, reference], [summary]
    aliases = public_aliases(viewpoint).filter(commitment__in=keys).order_by()
    for key, name in aliases.values_list("commitment", "name"):
        names[key].append(name)
    matches = {key for key in keys if _occurs(wanted, names[key], others[key])}
    left = [key for key in keys if key not in matches]
    updates = public_updates(viewpoint)
    cited = public_citations(viewpoint).filter(
        update__in=updates.filter(commitment__in=left).order_by().values("pk")
    )
    quoted = cited.exclude(quotation="").order_by().values_list("update__commitment", "quotation")
    for key, quotation in quoted:
        others[key].append(quotation)
    return matches | {key for key in left if _occurs(wanted, names[key], others[key])}


def _occurs(wanted: Sequence[Term], names: Iterable[str], others: Iterable[str]) -> bool:
    folded_names, text = searched_texts(names=names, others=others)
    return bool(wanted) and all(
        any(form in (text if _is_indexed(term) else folded_names) for form in term)
        for term in wanted
    )
