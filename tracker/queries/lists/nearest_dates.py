"""Which dates a calendar holds: all of them if they are few, otherwise those nearest to a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet

from tracker.lib.bit_sets import as_bytes, has, keys
from tracker.models import Commitment, Meeting, Standing
from tracker.queries.former_values import keys_q
from tracker.queries.visibility import public_commitments

# As many as a calendar program shows well, and as are written within a quarter of a second.
MOST_EVENTS = 500
# Of so few commitments with a target, all are read and sorted. Of more, an index is walked.
_FEW = 5_000

# The days between a date and the day asked for, what it is a date of, and the name that decides
# between equals; then the key.
_Found = tuple[int, str, str, int]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The keys of the commitments and meetings to show, and whether any were left out."""

    commitments: list[int]
    meetings: list[int]
    is_cut: bool


def nearest(
    matching: int,
    *,
    with_target: int,
    retracted: QuerySet[Commitment],
    meetings: QuerySet[Meeting],
    day: dt.date,
) -> Chosen:
    """Return the records whose dates are nearest to a day, `MOST_EVENTS` in all.

    `matching` are public commitments and `with_target` those that have a target now, as bitsets;
    `retracted` are others. Commitments without a target now are left out first.
    """
    due, taken_back, held = matching & with_target, _ever_dated(retracted), _dated(meetings)
    if due.bit_count() <= MOST_EVENTS:
        given_up = _ever_dated(Commitment.objects.filter(keys_q(keys(matching & ~due))))
        commitments = [*keys(due), *_some_keys(given_up), *_some_keys(taken_back)]
        gatherings = _some_keys(held)
        if len(commitments) + len(gatherings) <= MOST_EVENTS:
            return Chosen(commitments, gatherings, is_cut=False)
    chosen = sorted(
        [
            *_nearest_due(due, with_target, day),
            *_nearest_of(taken_back, ("target_last_day", "reference"), day),
            *_nearest_of(held, ("last_day", "slug"), day),
        ]
    )[:MOST_EVENTS]
    return Chosen(
        [key for _days, kind, _name, key in chosen if kind == Commitment.__name__],
        [key for _days, kind, _name, key in chosen if kind == Meeting.__name__],
        is_cut=True,
    )


def _ever_dated(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    dated = Standing.objects.filter(commitment=OuterRef("pk"), target_last_day__isnull=False)
    return commitments.filter(Exists(dated))


def _dated(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return meetings.filter(first_day__isnull=False)


def _some_keys(records: QuerySet[Commitment] | QuerySet[Meeting]) -> list[int]:
    """Return the keys, or one more than there is room for."""
    return [*records.order_by().values_list("pk", flat=True)[: MOST_EVENTS + 1]]


def _nearest_due(due: int, with_target: int, day: dt.date) -> Iterator[_Found]:
    """Yield what may be nearest of public commitments with a target."""
    columns = ("target_last_day", "reference")
    if due.bit_count() <= _FEW or due == with_target:
        some = public_commitments()
        if due != with_target:
            some = some.filter(keys_q(keys(due)))
        yield from _nearest_of(some, columns, day)
        return
    wanted = as_bytes(due)
    for side in _sides(public_commitments(), columns, day):
        rows = side.values_list(*columns, "pk").iterator(chunk_size=MOST_EVENTS)
        matches = (row for row in rows if has(wanted, row[2]))
        for other, name, key in islice(matches, MOST_EVENTS):
            yield abs((other - day).days), Commitment.__name__, name, key


def _nearest_of(
    records: QuerySet[Commitment] | QuerySet[Meeting], columns: tuple[str, str], day: dt.date
) -> Iterator[_Found]:
    """Yield the nearest before a day and from it on, by two columns: a day and a name."""
    for side in _sides(records, columns, day):
        for other, name, key in side.values_list(*columns, "pk")[:MOST_EVENTS]:
            yield abs((other - day).days), records.model.__name__, name, key


def _sides(
    records: QuerySet[Commitment] | QuerySet[Meeting], columns: tuple[str, str], day: dt.date
) -> Iterator[QuerySet[Commitment] | QuerySet[Meeting]]:
    column, name = columns
    yield records.filter(**{f"{column}__gte": day}).order_by(column, name)
    yield records.filter(**{f"{column}__lt": day}).order_by(f"-{column}", name)
