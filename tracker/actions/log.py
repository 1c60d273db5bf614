"""Appending to the log of changes: the one place where its numbers and hashes are made.

Whoever appends holds a lock on the head of the log until its transaction ends. So numbers have no
gaps, they follow the order of commits, and a reader who has seen number n has seen all before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from tracker.lib.row_writing import insert_each
from tracker.models import (
    Change,
    ChangeKind,
    Commitment,
    LogHead,
    Meeting,
    Note,
    Significance,
    Source,
    StatusUpdate,
)
from tracker.payloads import Payload


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
        """The number that the next `append` will take."""
        return self.head.seq + 1

    @property
    def recorded_at(self) -> dt.datetime:
        """The time of the next line: never before the line before, whatever the clock says."""
        return max(self.now, self.head.recorded_at) if self.head.recorded_at else self.now

    def append(
        self,
        kind: ChangeKind,
        payload: Payload,
        subject: Subject,
        *,
        significance: str = Significance.MAJOR,
    ) -> Change:
        """Write the next line and move the head to it."""
        change = self.line(kind, payload, subject, significance=significance)
        change.save(force_insert=True)
        self.head.save(force_update=True)
        return change

    def line(
        self,
        kind: ChangeKind,
        payload: Payload,
        subject: Subject,
        *,
        significance: str = Significance.MAJOR,
    ) -> Change:
        """The next line, numbered and hashed but not written: for `write_all`, and soon."""
        change = Change(
            seq=self.next_seq,
            recorded_at=self.recorded_at,
            kind=kind,
            significance=significance,
            is_backfill=self.is_backfill,
            commitment=subject.commitment,
            update=subject.update,
            meeting=subject.meeting,
            source=subject.source,
            note=subject.note,
            payload=payload,
            previous_hash=self.head.hash,
            recorded_by_id=self.by.pk if self.by is not None else None,
        )
        change.hash = change.computed_hash()
        self.head.seq = change.seq
        self.head.hash = change.hash
        self.head.recorded_at = change.recorded_at
        return change

    def write_all(self, lines: list[Change]) -> None:
        """Write lines that `line` has made, in their order, and move the head to the last."""
        insert_each(Change, lines)
        self.head.save(force_update=True)


@contextmanager
def open_log(
    *, now: dt.datetime, by: AbstractBaseUser | None = None, is_backfill: bool = False
) -> Iterator[OpenLog]:
    """Begin a transaction and lock the head of the log until it ends.

    Whatever an action checks, it checks inside, so that two people who publish the same draft
    come one after the other. May be nested: the inner one joins the outer transaction.
    """
    with transaction.atomic():
        head = LogHead.objects.select_for_update().filter(pk=1).first()
        if head is None:
            LogHead.objects.get_or_create(pk=1)
            head = LogHead.objects.select_for_update().get(pk=1)
        yield OpenLog(head=head, now=now, by=by, is_backfill=is_backfill)
