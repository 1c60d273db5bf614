"""Who changed what: a version of a record is kept with each edit, drafts and public records alike.

Whatever edits a record calls `remember_before` first and `remember` afterwards, in one transaction;
`actions.review.states.note_edit` does the latter for drafts. Publishing, loading and rebuilding
change no field and keep nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, Q, QuerySet

from tracker.lib.field_history import CHANGED, CREATED, FieldHistory
from tracker.models import Alias, Commitment, Source, StatusUpdate

_M = TypeVar("_M", bound=Model)

# The rows that stand in a record's own form, by the name of their relation.
ROWS_BESIDE: dict[type[Model], str] = {
    StatusUpdate: "citations",
    Commitment: "aliases",
    Source: "passages_left_out",
}


def rows_in_form(rows: QuerySet[_M]) -> QuerySet[_M]:
    """Those of some rows that stand in another record's form.

    A name that was drafted with an update is of that update's form.
    """
    if rows.model is Alias:
        return rows.filter(Q(update=None) | Q(published_seq__isnull=False))
    return rows


def remember_before(record: Model, *, now: dt.datetime) -> None:
    """Keep what a record says before its first edit, by nobody known, so that one can compare.

    `record` is as the database holds it. Nothing is kept when some version of it is already.
    """
    for some in ([record], _rows_beside(record)):
        for history, one, last in _with_last(some):
            if last is None:
                history.store(one, now=now, by=None, kind=CREATED)


def remember(
    record: Model,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None,
    within: dt.timedelta = dt.timedelta(),
) -> None:
    """Keep what a record and the rows beside it say by now, where that is something new.

    `record` is as it was just saved. What saves itself while somebody types gives `within`: a
    change that the same person made not longer ago than that is the same change, going on.
    """
    for some in ([record], _rows_beside(record)):
        for history, one, last in _with_last(some):
            if last is not None and not history.differs(one, last):
                continue
            if last is not None and _goes_on(history, last, now=now, by=by, within=within):
                last.delete()
            history.store(one, now=now, by=by, kind=CREATED if last is None else CHANGED)
            if isinstance(one, Commitment) and last is not None:
                before = {key for _version, key in history.related_keys("related", [last])}
                _remember_related(one, before, now=now, by=by)


def _goes_on(
    history: FieldHistory,
    last: Any,
    *,
    now: dt.datetime,
    by: AbstractBaseUser | None,
    within: dt.timedelta,
) -> bool:
    """Whether a change is the last one, going on. Where relations are kept, too, it never is."""
    return (
        not history.relations
        and by is not None
        and (last.history_type, last.history_user_id) == (CHANGED, by.pk)
        and now - last.history_date < within
    )


def _with_last(records: Sequence[Model]) -> Iterator[tuple[FieldHistory, Model, Any]]:
    """Each of some records of one kind, with its history and its last version."""
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


def _remember_related(
    commitment: Commitment, before: set[Any], *, now: dt.datetime, by: AbstractBaseUser | None
) -> None:
    """A relation is of both: the other commitment says so, too, from now on."""
    keys = before ^ set(commitment.related.values_list("pk", flat=True))
    for _history, other, last in _with_last(list(Commitment.objects.filter(pk__in=keys))):
        if last is not None:
            remember(other, now=now, by=by)
