"""Fill an empty register with made-up commitments, for measuring.

What it makes can be made again. So on SQLite it does not wait for the disk, and undoes from memory:
if the machine stops meanwhile, throw the file away. Before it ends all is on disk as ever.
"""

from __future__ import annotations

import datetime as dt
import gc
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from tests.bench.made_up.promises import promises
from tests.bench.made_up.surroundings import LAST_DAY, Surroundings, surroundings
from tests.bulk import publish_in_bulk
from tracker.actions.publishing.drafted import Drafted, DraftedUpdate
from tracker.actions.publishing.publish import mark_fully_recorded, publish_meeting
from tracker.models import Commitment, Forum, Meeting, Party, Source, Topic
from tracker.queries.visibility import log_head

# The log tells of meetings first and then of commitments, a thousand at a time.
_BEGINNING = dt.datetime.combine(LAST_DAY, dt.time(12), dt.UTC) + dt.timedelta(days=1)
_AT_ONCE = 1_000


class MakeRegister(BaseCommand):
    help = (
        "Fill an empty register with invented commitments: the same ones, to the hash of the log, "
        "for the same numbers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--commitments", type=int, default=10_000)
        parser.add_argument("--updates-per", type=int, default=10, help="updates each, on average")
        parser.add_argument("--seed", type=int, default=1)

    def handle(
        self, *args: Any, commitments: int, updates_per: int, seed: int, **options: Any
    ) -> None:
        if commitments < 1 or updates_per < 1:
            raise CommandError("Give at least one commitment with at least one update.")
        if log_head().seq or any(m._base_manager.exists() for m in (Party, Commitment, Source)):
            raise CommandError(
                "The register is not empty, and made-up commitments would mix with what is in it. "
                "Name another database by DATABASE_URL, and migrate it first."
            )
        with _without_waiting_for_the_disk(), _without_searching_for_cycles():
            self._make(Random(seed), commitments, updates_per)  # noqa: S311 - nothing secret
        # The planner chooses indices by what it knows of the tables.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(f"Made: the log has {log_head().seq} lines.")

    def _make(self, random: Random, commitments: int, updates_per: int) -> None:
        around = surroundings(random, meetings=max(60, commitments // 50))
        self._publish_meetings(around, random)
        gc.freeze()
        drafts = (
            Drafted(
                promise.commitment,
                [DraftedUpdate(update, citations) for update, citations in promise.updates],
                parties=promise.parties,
                topics=promise.topics,
                aliases=promise.aliases,
            )
            for promise in promises(
                random, around, commitments=commitments, updates_per=updates_per
            )
        )
        done, now = 0, _BEGINNING
        for some in _batches(drafts):
            now += dt.timedelta(hours=1)
            publish_in_bulk(some, now=now)
            done += len(some)
            some.clear()
            gc.collect()
            self.stdout.write(f"{done} of {commitments} commitments")

    def _publish_meetings(self, around: Surroundings, random: Random) -> None:
        _save(around)
        for at in around.relationships:
            for meeting, _sources in at.meetings:
                publish_meeting(meeting, now=_BEGINNING, is_backfill=True)
                if random.random() < 0.4:
                    mark_fully_recorded(meeting, now=_BEGINNING, is_backfill=True)


def _save(around: Surroundings) -> None:
    """Insert everything but the promises, as drafts."""
    held = [(at, told) for at in around.relationships for told in at.meetings]
    meetings = [meeting for _at, (meeting, _sources) in held]
    Party.objects.bulk_create(around.parties)
    Topic.objects.bulk_create(around.topics)
    Source.objects.bulk_create(
        [*around.sources, *(source for _at, (_meeting, told) in held for source in told)]
    )
    Forum.objects.bulk_create([forum for at in around.relationships for forum in at.forums])
    for meeting in meetings:
        meeting.forum = meeting.forum
    Meeting.objects.bulk_create(meetings)
    Forum.parties.through._base_manager.bulk_create(
        Forum.parties.through(forum=forum, party=party)
        for at in around.relationships
        for forum in at.forums
        for party in at.parties
    )
    Meeting.parties.through._base_manager.bulk_create(
        Meeting.parties.through(meeting=meeting, party=party)
        for at, (meeting, _sources) in held
        for party in at.parties
    )
    Meeting.sources.through._base_manager.bulk_create(
        Meeting.sources.through(meeting=meeting, source=source)
        for _at, (meeting, told) in held
        for source in told
    )


def _batches(drafts: Iterator[Drafted]) -> Iterator[list[Drafted]]:
    while some := list(islice(drafts, _AT_ONCE)):
        yield some


@contextmanager
def _without_searching_for_cycles() -> Iterator[None]:
    """A fifth of the time would go into that; it is done once for each batch instead."""
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()


def _pragma(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {statement}")
        told = cursor.fetchall()
    return told[0][0] if told else None


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """On SQLite; inside a transaction, where it cannot be had, it is left as it is."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    journal_mode, synchronous = _pragma("journal_mode"), _pragma("synchronous")
    _pragma("synchronous = OFF")
    # Half of the writing would be into the write-ahead log and from there into the tables. It
    # cannot be left while somebody else has the file open, and need not.
    with suppress(OperationalError):
        _pragma("journal_mode = MEMORY")
    try:
        yield
    finally:
        _pragma(f"synchronous = {synchronous}")
        _pragma(f"journal_mode = {journal_mode}")
