"""Payloads of many commitments and updates, in chunks.

One chunk is in memory at a time, and each takes the same number of queries. The payloads are those
of `schema.payloads`, with the line of the log at which the record was published or last changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

from tracker.models import Commitment
from tracker.queries.history import Step
from tracker.queries.lists.commitment_values import CommitmentValues, values_of
from tracker.queries.lists.update_values import named, update_values
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_updates
from tracker.schema import payloads
from tracker.schema.payloads import Fields, Payload, as_payloads, day

CHUNK = 500
# Commitments whose updates are read together, some ten of each.
COMMITMENTS_PER_CHUNK = 50

T = TypeVar("T")


def commitment_chunks(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> Iterator[list[Payload]]:
    """Yield payloads of `public_commitments` in their order, with position and flags."""
    return map(as_payloads, commitment_fields(commitments, viewpoint))


def commitment_fields(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> Iterator[Fields]:
    """Yield the same as columns: for each field, the values of one chunk."""
    values = CommitmentValues(viewpoint)
    for rows in _cut(values_of(commitments, viewpoint), CHUNK):
        yield values.fields(rows)


def update_chunks(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> Iterator[list[Payload]]:
    """Yield payloads of the effective updates, by commitment in order, then chronologically."""
    return map(as_payloads, update_fields(commitments, viewpoint))


def update_fields(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> Iterator[Fields]:
    """Yield the same as columns: for each field, the values of one chunk."""
    for some in _cut(named(commitments), COMMITMENTS_PER_CHUNK):
        fields = update_values(some, viewpoint)
        if fields:
            yield fields


def commitment_count(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> int:
    return commitments.count()


def update_count(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> int:
    effective = public_updates(viewpoint)
    return effective.filter(commitment__in=commitments.order_by().values("pk")).count()


def _cut(rows: QuerySet[Any, T], size: int) -> Iterator[list[T]]:
    """Split the rows of a server-side cursor into lists, prefetching for each list."""
    waiting = rows.iterator(chunk_size=size)
    while chunk := list(islice(waiting, size)):
        yield chunk


def step_payload(step: Step) -> Payload:
    """Return the payload of an effective update with its movements."""
    update = step.update
    return {
        "commitment": payloads.commitment_name(update.commitment),
        **payloads.update(update),
        "happened_last_day": day(update.happened_last_day),
        "target_last_day": day(update.target_last_day),
        "movement": [str(movement) for movement in step.movements],
        "change": payloads.recorded(update.published_seq, update.published_at),
    }
