"""Publish commitments and updates, one or thousands; one update is a chunk of one.

The drafts are already saved, since the database refuses to publish other updates. Log lines and
positions are built in memory, then written in a few statements.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.actions.log.append import Line, OpenLog, Subject
from tracker.actions.log.projection import Projection, save
from tracker.actions.log.search_index import index
from tracker.actions.publishing import rules
from tracker.actions.publishing.drafted import Drafted, DraftedUpdate, RefusedDraftError
from tracker.actions.publishing.drafts import introduce
from tracker.lib.row_writing import write_each
from tracker.models import (
    Alias,
    ChangeKind,
    Commitment,
    Forum,
    Meeting,
    Party,
    Revision,
    Source,
    Topic,
)
from tracker.queries.drafts.submissions import forum_with_parties
from tracker.schema import payloads
from tracker.schema.payloads import Payload

_Record = TypeVar("_Record", bound=models.Model)


@dataclass(slots=True)
class Chunk:
    """Distinct commitments that `publish` makes public with their updates.

    `new` are those not public yet. Rows that others may have changed since the caller read them
    are read again under the lock of the log.
    """

    log: OpenLog
    drafts: Sequence[Drafted]
    new: Collection[Drafted] = ()
    # Sources that the caller has already read under the lock.
    sources: dict[int, Source] = field(default_factory=dict)
    _lines: list[Line] = field(default_factory=list)
    _published_aliases: list[Alias] = field(default_factory=list)
    _revisions: list[Revision] = field(default_factory=list)
    _parties: dict[int, Party] = field(default_factory=dict)
    _topics: dict[int, Topic] = field(default_factory=dict)
    _meetings: dict[int, Meeting] = field(default_factory=dict)
    _forums: dict[int, Forum] = field(default_factory=dict)
    _commitments: dict[int, Commitment] = field(default_factory=dict)
    _aliases: dict[int, list[Alias]] = field(default_factory=lambda: defaultdict(list))
    _today: dt.date = dt.date.min

    def publish(self) -> list[Line]:
        """Publish all and return the lines, or raise `RefusedDraftError` for the first refused."""
        self._today = timezone.localdate(self.log.recorded_at)
        self._read_references()
        self._read_new()
        new = {id(drafted) for drafted in self.new}
        projections = []
        for drafted, projection in zip(self.drafts, self._projections(new), strict=True):
            projections.append(projection)
            if id(drafted) in new:
                self._publish_commitment(drafted)
            for number, given in enumerate(drafted.updates):
                try:
                    self._publish_update(projection, given)
                except ValidationError as why:
                    raise RefusedDraftError(why, drafted, number) from why
        self._write(projections)
        return self._lines

    def _given(self) -> Iterable[DraftedUpdate]:
        return (given for drafted in self.drafts for given in drafted.updates)

    # -- Reading --------------------------------------------------------------------------------

    def _read_references(self) -> None:
        parties = {party for given in self._given() if (party := given.update.party_id)}
        parties |= {party.pk for drafted in self.new for party in drafted.parties}
        # In the order in which a commitment lists them.
        self._parties = {party.pk: party for party in Party.objects.filter(pk__in=parties)}
        # The full texts of documents are large, and are not needed here.
        cited = {citation.source_id for given in self._given() for citation in given.citations}
        self.sources |= Source.objects.defer("text").in_bulk(cited - self.sources.keys())
        first_stated_at = {drafted.commitment.first_stated_at_id for drafted in self.new}
        meetings = first_stated_at | {given.update.meeting_id for given in self._given()}
        self._meetings = Meeting.objects.select_related("forum").in_bulk(meetings - {None})

    def _read_new(self) -> None:
        new = {drafted.commitment.pk: drafted.commitment for drafted in self.new}
        if not new:
            return
        topics = {topic.pk for drafted in self.new for topic in drafted.topics}
        self._topics = {topic.pk: topic for topic in Topic.objects.filter(pk__in=topics)}
        series = {commitment.series_id for commitment in new.values()} - {None}
        self._forums = Forum.objects.prefetch_related("parties").in_bulk(series)
        named = {pk for c in new.values() for pk in (c.part_of_id, c.supersedes_id) if pk}
        named |= {other.pk for drafted in self.new for other in drafted.related}
        mine = {drafted.commitment.pk: drafted.commitment for drafted in self.drafts}
        self._commitments = {**Commitment.objects.in_bulk(named - mine.keys()), **mine}
        for alias in Alias.objects.filter(commitment__in=new):
            self._aliases[alias.commitment_id].append(alias)

    def _projections(self, new: Collection[int]) -> Iterator[Projection]:
        """Yield the projection of each commitment before publication, in order."""
        public = Commitment.objects.select_for_update().in_bulk(
            [drafted.commitment.pk for drafted in self.drafts if id(drafted) not in new]
        )
        for drafted in self.drafts:
            if id(drafted) in new:
                drafted.commitment.series = self._forums.get(drafted.commitment.series_id or 0)
                yield Projection.of_new(drafted.commitment)
                continue
            commitment = public[drafted.commitment.pk]
            if not commitment.is_public:
                why = ValidationError(
                    _("Publish the commitment “%(commitment)s” first."),
                    params={"commitment": commitment.title},
                )
                raise RefusedDraftError(why, drafted)
            yield Projection.read(commitment)

    # -- The lines ------------------------------------------------------------------------------

    def _publish_commitment(self, drafted: Drafted) -> None:
        commitment, seq = drafted.commitment, self.log.next_seq
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
        introduced = self._introduce([*parties, *topics, *forum_with_parties(commitment.series)])
        aliases = self._aliases[commitment.pk]
        for alias in _in_order({alias.pk: alias for alias in aliases}, drafted.aliases):
            alias.published_seq = seq
            self._published_aliases.append(alias)
        # Saved with the position from its first update: a public commitment must have a stage.
        commitment.published_seq = seq
        with _caching(commitment, parties=parties, topics=topics, related=related, aliases=aliases):
            payload = payloads.commitment(commitment)
        self._lines.append(
            self.log.line(
                ChangeKind.COMMITMENT_PUBLISHED,
                {"commitment": payload, **introduced},
                Subject(commitment=commitment),
                significance=drafted.updates[0].update.significance,
            )
        )

    def _publish_update(self, projection: Projection, given: DraftedUpdate) -> None:
        update, seq = given.update, self.log.next_seq
        commitment = update.commitment = projection.commitment
        if update.meeting_id is not None:
            update.meeting = self._meetings[update.meeting_id]
        if update.party_id is not None:
            update.party = self._parties[update.party_id]
        for citation in given.citations:
            citation.source = self.sources[citation.source_id]
        sources = [citation.source for citation in given.citations]
        rules.require_evidence(update, sources, today=self._today)
        introduced = self._introduce([*([update.party] if update.party else []), *sources])
        projection.last_number += 1
        update.number = projection.last_number
        update.published_seq, update.published_at = seq, self.log.recorded_at
        before = projection.timeline.state_before(update)
        with _caching(update, citations=given.citations):
            kind, payload = rules.line_of(commitment, update, before)
        self._lines.append(
            self.log.line(
                kind,
                {**payload, **introduced},
                Subject(commitment=commitment, update=update, meeting=update.meeting),
                significance=update.significance,
            )
        )
        if update.corrects is not None:
            self._revisions.append(
                Revision(
                    update=update.corrects,
                    replacement=update,
                    reason=update.reason.strip(),
                    seq=seq,
                )
            )
        projection.change(seq, update.published_at, added=update, removed=update.corrects_id)

    def _introduce(self, records: Iterable[Party | Topic | Forum | Source]) -> Payload:
        # Read under the lock, and a public record never becomes a draft again.
        drafts = [record for record in records if not record.is_published]
        return introduce(drafts, seq=self.log.next_seq) if drafts else {}

    # -- Writing --------------------------------------------------------------------------------

    def _write(self, projections: Collection[Projection]) -> None:
        self.log.write(self._lines)
        write_each((given.update for given in self._given()), rules.PUBLICATION)
        Revision.objects.bulk_create(self._revisions)
        write_each(self._published_aliases, ["published_seq"])
        save(projections, also=["published_seq"])
        index([projection.commitment for projection in projections])


def _in_order(rows: dict[int, _Record], wanted: Iterable[_Record]) -> list[_Record]:
    keys = {record.pk for record in wanted}
    return [row for pk, row in rows.items() if pk in keys]


@contextmanager
def _caching(record: models.Model, **related: Sequence[models.Model]) -> Iterator[None]:
    """Make `record.NAME.all()` return these rows inside the block, as after a prefetch.

    They are removed afterwards: rows that refer to each other would outlive the chunk in memory.
    """
    cache = record.__dict__.setdefault("_prefetched_objects_cache", {})
    cache.update(related)
    try:
        yield
    finally:
        for name in related:
            del cache[name]
