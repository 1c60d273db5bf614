"""Commitments and updates in full, in their public shapes, one chunk after another.

However many there are, one chunk of them is in memory, and each chunk takes the same number of
queries. The shapes are those of `payloads`, with where the record stands in the log.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Max, Model, Prefetch, QuerySet

from tracker import payloads
from tracker.models import Change, ChangeKind, Commitment, Party, StatusUpdate, Topic
from tracker.payload_shapes import Fields, Payload, as_fields, as_payloads
from tracker.payloads import day
from tracker.queries.commitment_values import CommitmentValues, commitment_record, values_of
from tracker.queries.flags import flags_of, has_no_information, with_silence
from tracker.queries.history import Step, steps
from tracker.queries.moments import Moment
from tracker.queries.rows import titles_known
from tracker.queries.update_values import named, update_record, update_values
from tracker.queries.visibility import (
    known_seq,
    position_of,
    public_aliases,
    public_updates,
    with_evidence,
)

CHUNK = 500
# Commitments of which the updates are told at once: some ten of each.
STORIES = 50
# Model objects with their relations take ten times the memory of what is told of them.
PLAIN_CHUNK = 100

T = TypeVar("T")

# What the log tells of a commitment as it was described; its relations are read from the rows.
_DESCRIBED = (
    *("title", "summary", "instrument", "topics", "parties", "first_stated_at", "aliases"),
    *("series", "last_checked_on"),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A commitment's last line in the log, and how the log described it by then."""

    seq: int
    recorded_at: dt.datetime
    described: Payload


def commitment_chunks(commitments: QuerySet[Commitment], moment: Moment) -> Iterator[list[Payload]]:
    """Commitments of `public_commitments` in their order, each with position and flags."""
    return map(as_payloads, commitment_fields(commitments, moment))


def commitment_fields(commitments: QuerySet[Commitment], moment: Moment) -> Iterator[Fields]:
    """The same, those of a chunk side by side."""
    if moment.known_at is not None:
        yield from map(as_fields, plain_commitment_chunks(commitments, moment))
        return
    values = CommitmentValues()
    for rows in _cut(values_of(commitments, moment), CHUNK):
        yield values.fields(rows)


def plain_commitment_chunks(
    commitments: QuerySet[Commitment], moment: Moment
) -> Iterator[list[Payload]]:
    """The same from model objects: for `known_at`, and to compare the other way with.

    With `known_at` they are described as the log described them by then; parents, predecessors and
    related commitments are those of today that were public by then.
    """
    known = known_seq(moment.known_at)
    listed = (
        with_silence(commitments, moment)
        .select_related("first_stated_at", "series", "part_of", "supersedes")
        .prefetch_related(
            Prefetch("topics", Topic.objects.public()),
            Prefetch("parties", Party.objects.public()),
            Prefetch("aliases", public_aliases(known_at=moment.known_at)),
            Prefetch("related", Commitment.objects.public(known=known)),
        )
    )
    for chunk in _cut(listed, PLAIN_CHUNK):
        lines = {} if known is None else _lines_known(chunk, known)
        yield [_commitment(record, moment, known, lines.get(record.pk)) for record in chunk]
        _release(chunk)


def update_chunks(commitments: QuerySet[Commitment], moment: Moment) -> Iterator[list[Payload]]:
    """The updates that count of these commitments, in their order and then as things happened."""
    return map(as_payloads, update_fields(commitments, moment))


def update_fields(commitments: QuerySet[Commitment], moment: Moment) -> Iterator[Fields]:
    """The same, those of a chunk side by side."""
    if moment.known_at is not None:
        yield from map(as_fields, filter(None, plain_update_chunks(commitments, moment)))
        return
    for some in _cut(named(commitments), STORIES):
        told = update_values(some, moment)
        if told:
            yield told


def plain_update_chunks(
    commitments: QuerySet[Commitment], moment: Moment
) -> Iterator[list[Payload]]:
    """The same from model objects, as `plain_commitment_chunks`."""
    known = known_seq(moment.known_at)
    counting = public_updates(as_of=moment.as_of, known_at=moment.known_at)
    told = with_evidence(counting, known_at=moment.known_at).chronological()
    for chunk in _cut(commitments, PLAIN_CHUNK):
        titles = {} if known is None else titles_known(chunk, known)
        updates: dict[int, list[StatusUpdate]] = defaultdict(list)
        listed = told.filter(commitment__in=[record.pk for record in chunk])
        for update in listed:
            updates[update.commitment_id].append(update)
        yield [
            told_step(step, title=titles.get(record.pk, record.title))
            for record in chunk
            for step in steps(updates[record.pk])
        ]
        _release(listed)
        _release(chunk)


def commitment_count(commitments: QuerySet[Commitment], moment: Moment) -> int:
    return commitments.count()


def update_count(commitments: QuerySet[Commitment], moment: Moment) -> int:
    counting = public_updates(as_of=moment.as_of, known_at=moment.known_at)
    return counting.filter(commitment__in=commitments.order_by().values("pk")).count()


def _cut(rows: QuerySet[Any, T], size: int) -> Iterator[list[T]]:
    """Cut what a server-side cursor gives into lists, prefetching for each on its own."""
    waiting = rows.iterator(chunk_size=size)
    while chunk := list(islice(waiting, size)):
        yield chunk


def _release(records: Iterable[Model]) -> None:
    """Forget what was prefetched: it points back at its record, and only the garbage collector
    would free the two, after many more chunks."""
    for record in records:
        record.__dict__.get("_prefetched_objects_cache", {}).clear()


def _lines_known(commitments: Sequence[Commitment], known: int) -> dict[int, _Line]:
    """The last line of each by change number `known`, by primary key."""
    log = Change.objects.filter(commitment__in=[c.pk for c in commitments], seq__lte=known)
    told = log.filter(
        kind__in=(ChangeKind.COMMITMENT_PUBLISHED, ChangeKind.RENAMED, ChangeKind.AMENDED)
    ).order_by("seq")
    described: Mapping[int | None, Payload] = dict(
        told.values_list("commitment", "payload__commitment")
    )
    last = log.order_by().values_list("commitment").annotate(Max("seq"), Max("recorded_at"))
    return {key: _Line(seq, recorded_at, described.get(key, {})) for key, seq, recorded_at in last}


def _described(record: Commitment, known: int | None, line: _Line | None) -> Payload:
    described = payloads.commitment(record)
    if known is None or line is None:
        return described
    described["series"] = None  # unless said: lines of before there was such a field do not
    described |= {name: line.described[name] for name in _DESCRIBED if name in line.described}
    for name, other in (("part_of", record.part_of), ("supersedes", record.supersedes)):
        if other is not None and other.published_seq is not None and other.published_seq > known:
            described[name] = None
    return described


def _commitment(
    record: Commitment, moment: Moment, known: int | None, line: _Line | None
) -> Payload:
    position = position_of(record)
    seq, recorded_at = record.last_change_seq, record.last_changed_at
    if line is not None:
        seq, recorded_at = line.seq, line.recorded_at
    return commitment_record(
        _described(record, known, line),
        payloads.position(position),
        target_last_day=day(position.target_last_day),
        flags=[str(flag) for flag in flags_of(record, moment)],
        no_information=has_no_information(position, moment.day),
        last_update_day=day(position.last_update_day),
        last_change=payloads.recorded(seq, recorded_at),
    )


def told_step(step: Step, *, title: str) -> Payload:
    """An update that counts with what it did; `title` is its commitment's, as known."""
    update = step.update
    return update_record(
        {**payloads.commitment_name(update.commitment), "title": title},
        payloads.update(update),
        happened_last_day=day(update.happened_last_day),
        target_last_day=day(update.target_last_day),
        movement=[str(movement) for movement in step.movements],
        change=payloads.recorded(update.published_seq, update.published_at),
    )
