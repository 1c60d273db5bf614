"""Payloads of many commitments and updates, in chunks.

One chunk is in memory at a time, and each takes the same number of queries. The payloads are those
of `schema.payloads`, with the line of the log at which the record was published or last changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet

from tracker.models import Commitment, Party, StatusUpdate, Topic
from tracker.queries.flags import flags_of, with_silence
from tracker.queries.history import Step, steps
from tracker.queries.lists.commitment_values import CommitmentValues, values_of
from tracker.queries.lists.update_values import named, update_values
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    hide_what_was_not_there,
    position_of,
    public_aliases,
    public_commitments,
    public_updates,
    with_evidence,
)
from tracker.schema import payloads
from tracker.schema.payloads import Fields, Payload, as_fields, as_payloads, day

CHUNK = 500
# Commitments whose updates are read together, some ten of each.
COMMITMENTS_PER_CHUNK = 50
# Model objects with their relations take ten times the memory of their payloads.
PLAIN_CHUNK = 100

T = TypeVar("T")


def commitment_chunks(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> Iterator[list[Payload]]:
    """Yield payloads of `public_commitments` in their order, with position and flags."""
    return map(as_payloads, commitment_fields(commitments, viewpoint))


def commitment_fields(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> Iterator[Fields]:
    """Yield the same as columns: for each field, the values of one chunk."""
    if viewpoint.known_at is not None:
        yield from map(as_fields, plain_commitment_chunks(commitments, viewpoint))
        return
    values = CommitmentValues(viewpoint)
    for rows in _cut(values_of(commitments, viewpoint), CHUNK):
        yield values.fields(rows)


def plain_commitment_chunks(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> Iterator[list[Payload]]:
    """Yield the same from model objects, for `known_at` and to test the faster path against.

    With `known_at` the records are as published by then.
    """
    known = viewpoint.known
    aliases = public_aliases(viewpoint)
    listed = (
        with_silence(commitments, viewpoint)
        .select_related("first_stated_at", "series", "part_of", "supersedes")
        .prefetch_related(
            Prefetch("topics", Topic.objects.public(known=known)),
            Prefetch("parties", Party.objects.public(known=known)),
            Prefetch("aliases", aliases),
            Prefetch("related", public_commitments(viewpoint)),
        )
    )
    for chunk in _cut(listed, PLAIN_CHUNK):
        records = as_known(chunk, viewpoint)
        hide_what_was_not_there(records, viewpoint)
        yield [_commitment(record, viewpoint) for record in records]
        _release(chunk)


def update_chunks(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> Iterator[list[Payload]]:
    """Yield payloads of the effective updates, by commitment in order, then chronologically."""
    return map(as_payloads, update_fields(commitments, viewpoint))


def update_fields(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> Iterator[Fields]:
    """Yield the same as columns: for each field, the values of one chunk."""
    if viewpoint.known_at is not None:
        yield from map(as_fields, filter(None, plain_update_chunks(commitments, viewpoint)))
        return
    for some in _cut(named(commitments), COMMITMENTS_PER_CHUNK):
        fields = update_values(some, viewpoint)
        if fields:
            yield fields


def plain_update_chunks(
    commitments: QuerySet[Commitment], viewpoint: Viewpoint
) -> Iterator[list[Payload]]:
    """Yield the same from model objects, see `plain_commitment_chunks`."""
    effective = public_updates(viewpoint)
    cited = with_evidence(effective, viewpoint).chronological()
    for chunk in _cut(commitments, PLAIN_CHUNK):
        updates: dict[int, list[StatusUpdate]] = defaultdict(list)
        listed = cited.filter(commitment__in=[record.pk for record in chunk])
        for update in as_known(listed, viewpoint):
            updates[update.commitment_id].append(update)
        yield [step_payload(step) for record in chunk for step in steps(updates[record.pk])]
        _release(listed)
        _release(chunk)


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


def _release(records: Iterable[Model]) -> None:
    """Clear prefetched records: they refer back to their record, and only the garbage collector
    would free such a cycle, many chunks later."""
    for record in records:
        record.__dict__.get("_prefetched_objects_cache", {}).clear()


def _commitment(record: Commitment, viewpoint: Viewpoint) -> Payload:
    position = position_of(record)
    return {
        **payloads.commitment(record),
        **payloads.position(position),
        "target_last_day": day(position.target_last_day),
        "flags": [str(flag) for flag in flags_of(record, viewpoint)],
        "no_information": position.has_no_information(viewpoint.day),
        "last_update_day": day(position.last_update_day),
        "last_change": payloads.recorded(record.last_change_seq, record.last_changed_at),
    }


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
