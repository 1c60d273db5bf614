"""Dated records for calendars: targets of commitments, and meetings, with their last change.

Read in chunks: one is in memory at a time, and each takes the same number of queries. The caller
passes the filtered querysets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Count, Exists, Max, Model, OuterRef, Prefetch, Q, QuerySet

from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Change,
    ChangeKind,
    Citation,
    Commitment,
    Meeting,
    MeetingState,
    Party,
    Standing,
    Topic,
)
from tracker.models.records import PublicRecord
from tracker.queries.visibility import public_updates

CHUNK = 100
# A calendar program shows no more, and a larger file would take a minute to write.
MOST_EVENTS = 2_000
_R = TypeVar("_R", bound=Model)

# The kinds of line that can change a commitment's target, stage, assessment or title. Its first
# status is one of them, so each commitment has at least one.
_ALTERING = (
    *(ChangeKind.STATUS, ChangeKind.DEADLINE, ChangeKind.RENAMED, ChangeKind.AMENDED),
    *(ChangeKind.CORRECTION, ChangeKind.RETRACTION),
)
# The kinds of line whose payload has the title.
_NAMING = (ChangeKind.COMMITMENT_PUBLISHED, ChangeKind.RENAMED, ChangeKind.AMENDED)


@dataclass(frozen=True, slots=True)
class Recorded:
    """When the log published and last changed a record, and how many alterations it has."""

    published_hash: str
    published_at: dt.datetime
    changed_at: dt.datetime
    alterations: int


@dataclass(frozen=True, slots=True)
class Quotation:
    text: str
    source_title: str


@dataclass(frozen=True, slots=True)
class Due:
    """The target of a commitment: the present one, or the last one if it has none now."""

    commitment: Commitment
    title: str
    target: PartialDate
    is_given_up: bool
    quotation: Quotation | None
    topics: Sequence[Topic]
    recorded: Recorded

    @property
    def is_off(self) -> bool:
        """Whether it is no longer due, other than by delivery."""
        return self.is_given_up or self.commitment.is_retracted or self.commitment.has_ended


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting of which at least the year is known."""

    meeting: Meeting
    recorded: Recorded

    @property
    def is_off(self) -> bool:
        return self.meeting.is_retracted or self.meeting.state == MeetingState.CANCELLED


def nearest(
    commitments: QuerySet[Commitment], meetings: QuerySet[Meeting], day: dt.date
) -> tuple[QuerySet[Commitment], QuerySet[Meeting], bool]:
    """Return the commitments and meetings whose dates are nearest to a day, `MOST_EVENTS` in all.

    The third value is whether any were left out; first those without a target now.
    """
    due, held = _ever_dated(commitments), _dated(meetings)
    keys = [*due.order_by().values_list("pk")[: MOST_EVENTS + 1]]
    keys += held.order_by().values_list("pk")[: MOST_EVENTS + 1]
    if len(keys) <= MOST_EVENTS:
        return commitments, meetings, False
    found = [(distance, "due", key) for distance, key in _distances(due, "target_last_day", day)]
    found += [(distance, "held", key) for distance, key in _distances(held, "last_day", day)]
    chosen = sorted(found)[:MOST_EVENTS]
    return (
        commitments.filter(pk__in=[key for _distance, kind, key in chosen if kind == "due"]),
        meetings.filter(pk__in=[key for _distance, kind, key in chosen if kind == "held"]),
        True,
    )


def _distances(records: QuerySet[_R], column: str, day: dt.date) -> Iterator[tuple[int, int]]:
    """Yield the days between `day` and a column, with the key, of the nearest before and after."""
    after = records.filter(**{f"{column}__gte": day}).order_by(column, "pk")
    before = records.filter(**{f"{column}__lt": day}).order_by(f"-{column}", "pk")
    for side in (after, before):
        for key, other in side.values_list("pk", column)[:MOST_EVENTS]:
            yield abs((other - day).days), key


def _ever_dated(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    dated = Standing.objects.filter(commitment=OuterRef("pk"), target_last_day__isnull=False)
    return commitments.filter(Exists(dated), published_seq__isnull=False)


def _dated(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return meetings.filter(published_seq__isnull=False, first_day__isnull=False)


def due_chunks(commitments: QuerySet[Commitment]) -> Iterator[list[Due]]:
    """Yield the published commitments that ever had a dated target, including retracted ones."""
    topics = Prefetch("topics", Topic.objects.public())
    for chunk in _chunks(_ever_dated(commitments).prefetch_related(topics)):
        recorded = _recorded("commitment", chunk, kinds=_ALTERING)
        quoted, stood = _last_quotations(chunk), _last_targets(chunk)
        titles = _titles_of_retracted(chunk)
        yield [
            Due(
                commitment=record,
                title=titles.get(record.pk, record.title),
                target=record.target if record.target_last_day else stood[record.pk],
                is_given_up=not record.target_last_day,
                quotation=quoted.get(record.pk),
                topics=list(record.topics.all()),
                recorded=recorded[record.pk],
            )
            for record in chunk
        ]


def gathering_chunks(meetings: QuerySet[Meeting]) -> Iterator[list[Gathering]]:
    """Yield the published meetings whose year at least is known, including retracted ones."""
    public_parties = Prefetch("parties", Party.objects.public())
    for chunk in _chunks(_dated(meetings).prefetch_related(public_parties)):
        recorded = _recorded(
            "meeting",
            chunk,
            kinds=(ChangeKind.MEETING, ChangeKind.RETRACTION),
            # Only lines about the meeting itself, not about its effects or notes on it.
            commitment__isnull=True,
            note__isnull=True,
        )
        yield [Gathering(meeting=record, recorded=recorded[record.pk]) for record in chunk]


def _chunks(records: QuerySet[_R]) -> Iterator[list[_R]]:
    """Split the rows of a server-side cursor into lists, prefetching for each list."""
    waiting = records.iterator(chunk_size=CHUNK)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk
        for record in chunk:
            # Prefetched records refer back to theirs; only the garbage collector would free both.
            record.__dict__.get("_prefetched_objects_cache", {}).clear()


def _recorded(
    noun: str, chunk: Sequence[PublicRecord], *, kinds: Sequence[ChangeKind], **where: Any
) -> dict[int, Recorded]:
    """Return what the log says of each record, by primary key; two queries."""
    published = {
        seq: (line_hash, at)
        for seq, line_hash, at in Change.objects.filter(
            seq__in=[record.published_seq for record in chunk]
        ).values_list("seq", "hash", "recorded_at")
    }
    lines = Change.objects.filter(**{f"{noun}__in": [record.pk for record in chunk]}, **where)
    since = {
        key: (changed_at, count)
        for key, changed_at, count in lines.order_by()
        .values_list(noun)
        .annotate(last=Max("recorded_at"), count=Count("pk", filter=Q(kind__in=kinds)))
    }
    result = {}
    for record in chunk:
        line_hash, published_at = published[record.published_seq or 0]
        changed_at, count = since[record.pk]
        result[record.pk] = Recorded(line_hash, published_at, changed_at, alterations=count - 1)
    return result


def _last_quotations(chunk: Sequence[Commitment]) -> dict[int, Quotation]:
    """Return the first quotation of the newest effective update that has one, by commitment."""
    cited = (
        Citation.objects.filter(
            update__in=public_updates().filter(commitment__in=[record.pk for record in chunk])
        )
        .exclude(quotation="")
        # The dict keeps the last row: the first citation of the newest update.
        .order_by(
            *("update__happened_first_day", "update__happened_last_day", "update__number", "-pk")
        )
        .values_list("update__commitment", "quotation", "source__title")
    )
    return {key: Quotation(text, title) for key, text, title in cited}


def _titles_of_retracted(chunk: Sequence[Commitment]) -> dict[int, str]:
    """Return the last logged titles of retracted commitments, whose rows may have changed."""
    retracted = [record.pk for record in chunk if record.is_retracted]
    if not retracted:
        return {}
    lines = Change.objects.filter(commitment__in=retracted, kind__in=_NAMING).order_by("seq")
    return dict(lines.values_list("commitment", "payload__commitment__title"))


def _last_targets(chunk: Sequence[Commitment]) -> dict[int, PartialDate]:
    """Return the last dated target of the commitments that have none now."""
    without = [record.pk for record in chunk if record.target_last_day is None]
    if not without:
        return {}
    stood = Standing.objects.filter(commitment__in=without, target_last_day__isnull=False)
    # The dict keeps the last row: one still valid wins over one retracted or corrected.
    return dict(stood.order_by("known_to", "valid_from").values_list("commitment", "target"))
