"""Store a version of a record with each edit, of drafts and public records alike.

Code that edits a record calls `remember_before` first and `remember` afterwards, in one
transaction; for drafts, `actions.review.states.note_edit` calls the latter. Publishing, loading and
rebuilding change no field and store no version.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, Unpack

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, Q, QuerySet

from tracker.actions.log.append import Stamp
from tracker.lib.field_history import CHANGED, CREATED, FieldHistory
from tracker.models import Alias, Commitment, Source, StatusUpdate

_M = TypeVar("_M", bound=Model)

# The relation whose rows are edited in a record's own form.
ROWS_BESIDE: dict[type[Model], str] = {
    StatusUpdate: "citations",
    Commitment: "aliases",
    Source: "passages_left_out",
}


def rows_in_form(rows: QuerySet[_M]) -> QuerySet[_M]:
    """Filter rows to those that are edited in their record's form.

    A name that was drafted with an update is edited with that update instead.
    """
    if rows.model is Alias:
        return rows.filter(Q(update=None) | Q(published_seq__isnull=False))
    return rows


def remember_before(record: Model, *, now: dt.datetime) -> None:
    """Store the version before a record's first edit, without an author, for comparison.

    `record` is as stored. Does nothing when the record has a version already.
    """
    for some in ([record], _rows_beside(record)):
        for history, one, last in _with_last(some):
            if last is None:
                history.store(one, now=now, by=None, kind=CREATED)


def remember(
    record: Model, *, within: dt.timedelta = dt.timedelta(), **stamp: Unpack[Stamp]
) -> None:
    """Store the new version of a record and of its inline rows, if they have changed.

    `record` is as just saved. Autosaving passes `within`: a version that the same person made more
    recently than that is replaced.
    """
    now, by = stamp["now"], stamp.get("by")
    for some in ([record], _rows_beside(record)):
        for history, one, last in _with_last(some):
            if last is not None and not history.differs(one, last):
                continue
            if last is not None and _continues(history, last, now=now, by=by, within=within):
                last.delete()
            history.store(one, now=now, by=by, kind=CREATED if last is None else CHANGED)
            if isinstance(one, Commitment) and last is not None:
                before = {key for _version, key in history.related_keys("related", [last])}
                _remember_related(one, before, **stamp)


def _continues(
    history: FieldHistory,
    last: Any,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None,
    within: dt.timedelta,
) -> bool:
    """Whether a change continues the last one; never where versions have relations, too."""
    return (
        not history.relations
        and by is not None
        and (last.history_type, last.history_user_id) == (CHANGED, by.pk)
        and now - last.history_date < within
    )


def _with_last(records: Sequence[Model]) -> Iterator[tuple[FieldHistory, Model, Any]]:
    """Yield each of some records of one model with its history and its last version."""
    if not records:
        return
    history = FieldHistory.of[type(records[0])]
    last = history.last(records)
    for record in records:
        yield history, record, last.get(record.pk)


def _rows_beside(record: Model) -> list[Model]:
    name = ROWS_BESIDE.get(type(record))
    rows: Any = getattr(record, name).all() if name else ()
    return list(rows)


def _remember_related(commitment: Commitment, before: set[Any], **stamp: Unpack[Stamp]) -> None:
    """Store versions of the commitments at the other end of a changed relation."""
    keys = before ^ set(commitment.related.values_list("pk", flat=True))
    for _history, other, last in _with_last(list(Commitment.objects.filter(pk__in=keys))):
        if last is not None:
            remember(other, **stamp)
