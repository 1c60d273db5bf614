"""Appending to the log of changes: the one place where its numbers and hashes are made.

Whoever appends holds a lock on the head of the log until its transaction ends. So numbers have no
gaps, they follow the order of commits, and a reader who has seen number n has seen all before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from tracker.lib.row_writing import insert_values, write_each
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    LogHead,
    Meeting,
    Note,
    PublicLine,
    Significance,
    Source,
    StatusUpdate,
)
from tracker.queries.log.clock import clock_fault
from tracker.schema.payloads import Payload

# The values of a line, in the order of its columns.
Line = tuple[Any, ...]
_COLUMNS = (
    *(*PublicLine._fields, "hash"),
    *("commitment_id", "update_id", "meeting_id", "source_id", "note_id", "recorded_by_id"),
)


class ClockError(ValidationError):
    """The clock cannot be right by what the log says of the time; nothing may be written."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change is about; at most one of each noun."""

    commitment: Commitment | None = None
    update: StatusUpdate | None = None
    meeting: Meeting | None = None
    source: Source | None = None
    note: Note | None = None


@dataclass(slots=True)
class OpenLog:
    """The log inside one transaction, its head locked."""

    head: LogHead
    now: dt.datetime
    by: AbstractBaseUser | None
    is_backfill: bool

    @property
    def next_seq(self) -> int:
        """The number that the next line will take."""
        return self.head.seq + 1

    @property
    def recorded_at(self) -> dt.datetime:
        """The time of the next line: not before the line before, save where an operator said so.

        Raises ClockError for a clock that cannot be right.
        """
        if fault := clock_fault(self.head, now=self.now):
            raise ClockError(fault)
        after = self.head.next_after
        return max(self.now, after) if after else self.now

    def line(
        self,
        kind: ChangeKind,
        payload: Payload,
        subject: Subject,
        *,
        significance: str = Significance.MAJOR,
    ) -> Line:
        """Make the next line, to be written after those made before it, and move the head in hand.

        It is no `Change`: to make thousands of these takes as long as to write them.
        """
        public = self._next(kind, payload, significance)
        about = (subject.commitment, subject.update, subject.meeting, subject.source, subject.note)
        keys = (record and record.pk for record in about)
        return (*public, self.head.hash, *keys, self.by and self.by.pk)

    def write(self, lines: Iterable[Line]) -> None:
        """Write lines in the order in which they were made, and the head that the last one left."""
        insert_values(Change, _COLUMNS, lines)
        write_each([self.head], ("seq", "hash", "recorded_at", "clock_accepted_at"))

    def append(
        self,
        kind: ChangeKind,
        payload: Payload,
        subject: Subject,
        *,
        significance: str = Significance.MAJOR,
    ) -> Change:
        """Write the next line."""
        line = self.line(kind, payload, subject, significance=significance)
        self.write([line])
        return change_of(line)

    def _next(self, kind: ChangeKind, payload: Payload, significance: str) -> PublicLine:
        """Number and hash a line that follows the head, and move the head in hand to it."""
        head = self.head
        line = PublicLine(
            seq=self.next_seq,
            recorded_at=self.recorded_at,
            kind=kind,
            significance=significance,
            is_backfill=self.is_backfill,
            payload=payload,
            previous_hash=head.hash,
        )
        head.seq, head.hash, head.recorded_at = line.seq, line.computed_hash(), line.recorded_at
        head.clock_accepted_at = None
        return line


def change_of(line: Line) -> Change:
    """A line that was written, which names what it is about by keys alone."""
    change = Change(**dict(zip(_COLUMNS, line, strict=True)))
    change._state.adding = False
    return change


@contextmanager
def open_log(
    *, now: dt.datetime, by: AbstractBaseUser | None = None, is_backfill: bool = False
) -> Iterator[OpenLog]:
    """Begin a transaction and lock the head of the log until it ends.

    Whatever an action checks, it checks inside, so that two people who publish the same draft
    come one after the other. May be nested: the inner one joins the outer transaction.
    """
    with transaction.atomic():
        head = next(iter(LogHead.objects.select_for_update().filter(pk=1)), None)
        if head is None:
            LogHead.objects.get_or_create(pk=1)
            head = LogHead.objects.select_for_update().get(pk=1)
        yield OpenLog(head=head, now=now, by=by, is_backfill=is_backfill)


def accept_clock(*, now: dt.datetime) -> dt.datetime | None:
    """Believe the clock, whatever the last line says; return that line's time.

    The next line comes after `now`, even where the last one was written under a clock that was
    ahead by years. For operators only, who have looked at the clock.
    """
    with open_log(now=now) as log:
        last = log.head.recorded_at
        log.head.clock_accepted_at = now
        write_each([log.head], ("clock_accepted_at",))
        return last
