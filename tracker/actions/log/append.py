"""Append to the log of changes; only this module assigns its numbers and hashes.

Appending locks the head of the log until the transaction ends. So numbers have no gaps and follow
the order of commits, and a reader who has seen number n has seen every earlier one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, Unpack

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
    """Raised when the clock contradicts the times in the log; nothing may be written."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The records that a change is about, at most one of each kind."""

    commitment: Commitment | None = None
    update: StatusUpdate | None = None
    meeting: Meeting | None = None
    source: Source | None = None
    note: Note | None = None


@dataclass(slots=True)
class OpenLog:
    """The log within one transaction, with its head locked."""

    head: LogHead
    now: dt.datetime
    by: AbstractBaseUser | None = None
    is_backfill: bool = False

    @property
    def next_seq(self) -> int:
        """The number that the next line will take."""
        return self.head.seq + 1

    @property
    def recorded_at(self) -> dt.datetime:
        """The time of the next line, never before the previous one unless an operator allowed it.

        Raise ClockError when the clock contradicts the log.
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
        """Build the next line and advance the head in memory; write lines in the order built.

        A tuple, not a `Change`: building thousands of instances takes as long as writing them.
        """
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
        about = (subject.commitment, subject.update, subject.meeting, subject.source, subject.note)
        keys = (record and record.pk for record in about)
        return (*line, head.hash, *keys, self.by and self.by.pk)

    def write(self, lines: Iterable[Line]) -> None:
        """Write lines in the order in which they were built, then the head."""
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


def change_of(line: Line) -> Change:
    """Return a written line as a `Change`, without loading its related records."""
    change = Change(**dict(zip(_COLUMNS, line, strict=True)))
    change._state.adding = False
    return change


class Stamp(TypedDict):
    """The keyword arguments of every action that writes to the log.

    `by` is empty for what a command does; subscribers are not notified of back-fill.
    """

    now: dt.datetime
    by: NotRequired[AbstractBaseUser | None]
    is_backfill: NotRequired[bool]


class ByStaff(TypedDict):
    """`Stamp` of what only a member of staff does."""

    now: dt.datetime
    by: AbstractBaseUser


@contextmanager
def open_log(**stamp: Unpack[Stamp]) -> Iterator[OpenLog]:
    """Begin a transaction and lock the head of the log until it ends.

    Actions check their conditions inside it, so that two people who publish the same draft run one
    after the other. May be nested: the inner one joins the outer transaction.
    """
    with transaction.atomic():
        head = next(iter(LogHead.objects.select_for_update().filter(pk=1)), None)
        if head is None:
            LogHead.objects.get_or_create(pk=1)
            head = LogHead.objects.select_for_update().get(pk=1)
        yield OpenLog(head, **stamp)


def accept_clock(*, now: dt.datetime) -> dt.datetime | None:
    """Trust the clock even if it is behind the last line; return the time of that line.

    The next line is dated after `now`, even if the last one was written when the clock was years
    ahead. Only for operators who have checked the clock.
    """
    with open_log(now=now) as log:
        last = log.head.recorded_at
        log.head.clock_accepted_at = now
        write_each([log.head], ("clock_accepted_at",))
        return last
