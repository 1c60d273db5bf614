"""manage.py make_register: fill an empty register with made-up commitments, for measuring."""

from __future__ import annotations

import datetime as dt
import gc
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from tracker.actions.bulk_drafts import Drafted, DraftedUpdate
from tracker.actions.publish import mark_fully_recorded, publish_meeting
from tracker.actions.publish_in_bulk import publish_in_bulk
from tracker.models import Commitment, Forum, Party, Source, Topic
from tracker.queries.visibility import log_head
from tracker.synthetic.promises import promises
from tracker.synthetic.surroundings import LAST_DAY, Surroundings, surroundings

# The log tells of meetings first and then of commitments, a thousand at a time.
_BEGINNING = dt.datetime.combine(LAST_DAY, dt.time(12), dt.UTC) + dt.timedelta(days=1)
_AT_ONCE = 1_000


class Command(BaseCommand):
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
        # A fifth of the time would go into searching rows for cycles that they do not form.
        gc.disable()
        try:
            self._make(Random(seed), commitments, updates_per)  # noqa: S311 - nothing secret
        finally:
            gc.enable()
        # The planner chooses indices by what it knows of the tables.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(f"Made: the log has {log_head().seq} lines.")

    def _make(self, random: Random, commitments: int, updates_per: int) -> None:
        around = surroundings(random, meetings=max(60, commitments // 50))
        self._publish_meetings(around, random)
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
            self.stdout.write(f"{done} of {commitments} commitments")

    def _publish_meetings(self, around: Surroundings, random: Random) -> None:
        Party.objects.bulk_create(around.parties)
        Topic.objects.bulk_create(around.topics)
        Source.objects.bulk_create(around.sources)
        for at in around.relationships:
            Forum.objects.bulk_create(at.forums)
            for forum in at.forums:
                forum.parties.set(at.parties)
            for meeting, sources in at.meetings:
                Source.objects.bulk_create(sources)
                meeting.forum = meeting.forum
                meeting.save()
                meeting.parties.set(at.parties)
                meeting.sources.set(sources)
                publish_meeting(meeting, now=_BEGINNING, is_backfill=True)
                if random.random() < 0.4:
                    mark_fully_recorded(meeting, now=_BEGINNING, is_backfill=True)


def _batches(drafts: Iterator[Drafted]) -> Iterator[list[Drafted]]:
    while some := list(islice(drafts, _AT_ONCE)):
        yield some
