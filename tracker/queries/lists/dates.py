"""Dated records for calendars: targets of commitments, and meetings, with their last change.

Read in chunks: one is in memory at a time, and each takes the same number of queries. See
`nearest_dates` for which are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Count, Max, Model, OuterRef, Prefetch, Q, QuerySet, Subquery

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
)
from tracker.models.records import PublicRecord, public_q
from tracker.queries.former_values import keys_q
from tracker.queries.viewpoint import PRESENT
from tracker.queries.visibility import public_update_q

CHUNK = 250
_R = TypeVar("_R", bound=Model)

# What calendars need of a commitment, and no long text.
_COLUMNS = (
    *("reference", "slug", "title", "stage", "assessment", "target", "target_last_day"),
    *("published_seq", "retracted_seq"),
)
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
    topics: Sequence[str]
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


def due_chunks(keys: Collection[int]) -> Iterator[list[Due]]:
    """Yield the targets of these commitments, which have one or ever had one, by reference."""
    commitments = Commitment.objects.filter(keys_q(keys)).order_by("reference")
    for chunk in _chunks(commitments.only(*_COLUMNS)):
        recorded = _recorded("commitment", chunk, kinds=_ALTERING)
        quoted, stood = _last_quotations(chunk), _last_targets(chunk)
        titles, topics = _titles_of_retracted(chunk), _topics(chunk)
        yield [
            Due(
                commitment=record,
                title=titles.get(record.pk, record.title),
                target=record.target if record.target_last_day else stood[record.pk],
                is_given_up=not record.target_last_day,
                quotation=quoted.get(record.pk),
                topics=topics[record.pk],
                recorded=recorded[record.pk],
            )
            for record in chunk
        ]


def gathering_chunks(keys: Collection[int]) -> Iterator[list[Gathering]]:
    """Yield these meetings, of which at least the year is known, by slug."""
    public_parties = Prefetch("parties", Party.objects.public())
    meetings = Meeting.objects.filter(keys_q(keys)).order_by("slug")
    for chunk in _chunks(meetings.prefetch_related(public_parties)):
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
    quoted = Citation.objects.filter(
        public_update_q(PRESENT, of="update__"), update__commitment=OuterRef("pk")
    ).exclude(quotation="")
    newest = quoted.order_by(
        *("-update__happened_first_day", "-update__happened_last_day", "-update__number", "pk")
    )
    commitments = Commitment.objects.filter(pk__in=[record.pk for record in chunk]).order_by()
    cited = Citation.objects.filter(
        pk__in=commitments.annotate(citation=Subquery(newest.values("pk")[:1])).values("citation")
    ).order_by()
    rows = cited.values_list("update__commitment", "quotation", "source__title")
    return {key: Quotation(text, title) for key, text, title in rows}


def _topics(chunk: Sequence[Commitment]) -> dict[int, list[str]]:
    """Return the names of the public topics of each commitment."""
    pairs = Commitment.topics.through.objects.filter(
        public_q(of="topic__"), commitment__in=[record.pk for record in chunk]
    )
    names: dict[int, list[str]] = {record.pk: [] for record in chunk}
    for key, name in pairs.order_by("topic__name").values_list("commitment", "topic__name"):
        names[key].append(name)
    return names


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
