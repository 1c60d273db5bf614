"""One chunk of `publish_in_bulk`: saved as drafts, told in the log, and projected.

Drafts first, since the database refuses an update that is not; then the lines and where each
commitment stands, in memory; then all of it in a few statements.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.actions import publication_rules as rules
from tracker.actions.bulk_drafts import Drafted, DraftedUpdate, RefusedDraftError
from tracker.actions.bulk_saving import save_drafts
from tracker.actions.drafts import introduce
from tracker.actions.log import OpenLog, Subject
from tracker.actions.projection import (
    PROJECTION,
    insert_standings,
    replay_of,
    series_of,
    set_position,
    write,
)
from tracker.actions.search_index import index_commitment, texts
from tracker.actions.timeline import Replay
from tracker.lib.row_writing import insert_values, write_each
from tracker.models import (
    ChangeKind,
    Commitment,
    Forum,
    Meeting,
    Party,
    SearchDocument,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.queries.submissions import forum_with_parties
from tracker.schema import payloads

_Record = TypeVar("_Record", bound=models.Model)


@dataclass(slots=True)
class _Story:
    """A commitment of the chunk, as far as it is told."""

    drafted: Drafted
    commitment: Commitment
    is_new: bool
    replay: Replay
    last_number: int = 0


@dataclass(slots=True)
class BulkChunk:
    """Commitments, each named once, that `publish` saves and publishes in the open log."""

    log: OpenLog
    drafts: Sequence[Drafted]
    _parties: dict[int, Party] = field(default_factory=dict)
    _topics: dict[int, Topic] = field(default_factory=dict)
    _sources: dict[int, Source] = field(default_factory=dict)
    _meetings: dict[int, Meeting] = field(default_factory=dict)
    _forums: dict[int, Forum] = field(default_factory=dict)
    _commitments: dict[int, Commitment] = field(default_factory=dict)
    _today: dt.date = dt.date.min

    def publish(self) -> None:
        self._today = timezone.localdate(self.log.recorded_at)
        new = save_drafts(self.drafts)
        self._read_what_is_referred_to()
        stories = self._stories({id(drafted) for drafted in new})
        for story in stories:
            if story.is_new:
                self._tell_commitment(story)
            for number, given in enumerate(story.drafted.updates):
                self._tell_update(story, number, given)
        self.log.write_told()
        self._write(stories)

    def _given(self) -> Iterable[tuple[Drafted, DraftedUpdate]]:
        return ((drafted, given) for drafted in self.drafts for given in drafted.updates)

    # -- What they refer to ---------------------------------------------------------------------

    def _read_what_is_referred_to(self) -> None:
        """Read each row once as it is under the lock, whatever the caller has in hand."""
        given = [given.update for _, given in self._given()]
        parties = {p.pk for drafted in self.drafts for p in drafted.parties}
        parties |= {update.party_id for update in given if update.party_id}
        topics = {t.pk for drafted in self.drafts for t in drafted.topics}
        # In the order in which a commitment names them.
        self._parties = {p.pk: p for p in Party.objects.filter(pk__in=parties)}
        self._topics = {t.pk: t for t in Topic.objects.filter(pk__in=topics)}
        # Texts of whole documents are not needed here, and are what is large.
        self._sources = Source.objects.defer("text").in_bulk(
            {c.source_id for _, given in self._given() for c in given.citations}
        )
        commitments = [drafted.commitment for drafted in self.drafts]
        self._meetings = Meeting.objects.select_related("forum").in_bulk(
            {m for c in commitments if (m := c.first_stated_at_id)}
            | {m for update in given if (m := update.meeting_id)}
        )
        forums = Forum.objects.prefetch_related("parties")
        self._forums = forums.in_bulk({f for c in commitments if (f := c.series_id)})
        mine = {c.pk: c for c in commitments}
        named = {pk for c in commitments for pk in (c.part_of_id, c.supersedes_id) if pk}
        named |= {other.pk for drafted in self.drafts for other in drafted.related}
        self._commitments = {**Commitment.objects.in_bulk(named - mine.keys()), **mine}

    def _stories(self, new: set[int]) -> list[_Story]:
        public = Commitment.objects.select_for_update().in_bulk(
            [d.commitment.pk for d in self.drafts if id(d) not in new]
        )
        stories = []
        for drafted in self.drafts:
            commitment = public.get(drafted.commitment.pk, drafted.commitment)
            if id(drafted) in new:
                commitment.series = self._forums.get(commitment.series_id or 0)
                stories.append(_Story(drafted, commitment, True, Replay(series_of(commitment))))
                continue
            if not commitment.is_public:
                why = ValidationError(
                    _("Publish the commitment “%(commitment)s” first."),
                    params={"commitment": commitment.title},
                )
                raise RefusedDraftError(why, drafted)
            published = StatusUpdate.objects.filter(commitment=commitment)
            last: int = published.aggregate(number=Max("number"))["number"]
            stories.append(_Story(drafted, commitment, False, replay_of(commitment), last))
        _name_aliases(story.commitment for story in stories if story.is_new)
        return stories

    # -- The lines ------------------------------------------------------------------------------

    def _tell_commitment(self, story: _Story) -> None:
        commitment, drafted, seq = story.commitment, story.drafted, self.log.next_seq
        commitment.first_stated_at = self._meetings.get(commitment.first_stated_at_id or 0)
        commitment.part_of = self._commitments.get(commitment.part_of_id or 0)
        commitment.supersedes = self._commitments.get(commitment.supersedes_id or 0)
        parties = _in_order(self._parties, drafted.parties)
        topics = _in_order(self._topics, drafted.topics)
        related = [self._commitments[other.pk] for other in drafted.related]
        try:
            rules.require_context(commitment, parties)
        except ValidationError as why:
            raise RefusedDraftError(why, drafted) from why
        series = forum_with_parties(commitment.series)
        introduced = self._introduce([*parties, *topics, *series], seq)
        for alias in commitment.aliases.all():
            alias.published_seq = seq
        commitment.published_seq = seq
        with _holding(commitment, parties=parties, topics=topics, related=related):
            payload = payloads.commitment(commitment)
        self.log.tell(
            ChangeKind.COMMITMENT_PUBLISHED,
            {"commitment": payload, **introduced},
            Subject(commitment=commitment),
            significance=drafted.updates[0].update.significance,
        )

    def _tell_update(self, story: _Story, place: int, given: DraftedUpdate) -> None:
        commitment, update, seq = story.commitment, given.update, self.log.next_seq
        if not story.is_new:
            update.commitment = commitment
        if update.meeting_id is not None:
            update.meeting = self._meetings[update.meeting_id]
        if update.party_id is not None:
            update.party = self._parties[update.party_id]
        for citation in given.citations:
            citation.source = self._sources[citation.source_id]
        sources = [citation.source for citation in given.citations]
        try:
            rules.require_evidence(update, sources, today=self._today)
        except ValidationError as why:
            raise RefusedDraftError(why, story.drafted, place) from why
        introduced = self._introduce([*([update.party] if update.party else []), *sources], seq)
        story.last_number += 1
        update.number = story.last_number
        update.published_seq, update.published_at = seq, self.log.recorded_at
        with _holding(update, citations=given.citations):
            kind, payload = rules.told(commitment, update, story.replay.state_before(update))
        self.log.tell(
            kind,
            {**payload, **introduced},
            Subject(commitment=commitment, update=update, meeting=update.meeting),
            significance=update.significance,
        )
        story.replay.add(update, seq=seq)
        commitment.last_change_seq, commitment.last_changed_at = seq, update.published_at

    def _introduce(
        self, records: Iterable[Party | Topic | Forum | Source], seq: int
    ) -> payloads.Payload:
        drafts = [record for record in records if not record.is_published]
        return introduce(drafts, seq=seq) if drafts else {}

    # -- Writing --------------------------------------------------------------------------------

    def _write(self, stories: Sequence[_Story]) -> None:
        write_each((given.update for _, given in self._given()), rules.PUBLICATION)
        for story in stories:
            set_position(story.commitment, story.replay.last)
        write_each((story.commitment for story in stories), PROJECTION)
        new = [story for story in stories if story.is_new]
        aliases = [alias for story in new for alias in story.commitment.aliases.all()]
        write_each(aliases, ["published_seq"])
        insert_standings((story.commitment, row) for story in new for row in story.replay.rows)
        insert_values(
            SearchDocument, ("commitment", "names", "text"), (_document(story) for story in new)
        )
        for story in stories:
            if not story.is_new:
                write(story.commitment, story.replay.rows)
                index_commitment(story.commitment)


def _document(story: _Story) -> tuple[int, str, str]:
    names, text = texts(
        story.commitment,
        aliases=[alias.name for alias in story.commitment.aliases.all()],
        quotations=[c.quotation for given in story.drafted.updates for c in given.citations],
    )
    return story.commitment.pk, names, text


def _in_order(rows: dict[int, _Record], wanted: Iterable[_Record]) -> list[_Record]:
    keys = {record.pk for record in wanted}
    return [row for pk, row in rows.items() if pk in keys]


def _name_aliases(commitments: Iterable[Commitment]) -> None:
    """Read other names in the order in which the database tells them."""
    prefetch_related_objects(list(commitments), "aliases")


@contextmanager
def _holding(record: models.Model, **related: Sequence[models.Model]) -> Iterator[None]:
    """Let `record.NAME.all()` answer with these rows meanwhile, as after a prefetch.

    Not for longer: rows that hold each other are not forgotten with the chunk.
    """
    held = record.__dict__.setdefault("_prefetched_objects_cache", {})
    held.update(related)
    try:
        yield
    finally:
        for name in related:
            del held[name]
