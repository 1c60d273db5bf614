"""Keep the drafts of an imported file, send them for review, or publish them.

New updates are published in bulk, batch by batch; everything else one by one at the end of the
file, in the order of events. All of it is back-fill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, Unpack

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy

from tracker.actions.log.append import ByStaff, OpenLog, Stamp, open_log
from tracker.actions.publishing.chunk import Chunk
from tracker.actions.publishing.drafted import Drafted, DraftedUpdate, RefusedDraftError
from tracker.actions.publishing.drafts import drafted_names
from tracker.actions.publishing.publish import publish_commitment
from tracker.actions.review.publish import publish_draft
from tracker.actions.review.states import close, send
from tracker.models import (
    Alias,
    Citation,
    Commitment,
    Meeting,
    Review,
    ReviewState,
    StatusUpdate,
)
from tracker.spreadsheets.report import Report, Staged

_T = TypeVar("_T")
_LOT = 500


class DraftDisposition(models.TextChoices):
    """What to do with the drafts that a file created or refers to."""

    KEEP = "keep", gettext_lazy("Keep them as drafts")
    REVIEW = "review", gettext_lazy("Send them for review")
    PUBLISH = "publish", gettext_lazy("Publish them as back-fill, of which nobody is notified")


def in_lots(items: list[_T]) -> Iterator[list[_T]]:
    """Yield a list in batches of a few hundred items."""
    for start in range(0, len(items), _LOT):
        yield items[start : start + _LOT]


class Publisher:
    """Collects the drafts of a file as they are written; refusals go into the report."""

    def __init__(
        self,
        model: type[models.Model],
        report: Report,
        *,
        disposition: DraftDisposition,
        **stamp: Unpack[ByStaff],
    ) -> None:
        self.model, self.report, self.disposition = model, report, disposition
        self.stamp = stamp
        self.backfill: Stamp = {"now": stamp["now"], "by": stamp["by"], "is_backfill": True}
        self.drafts: list[int] = []

    def remember(self, records: Iterable[Any]) -> None:
        """Remember the drafts among the records of a batch until the end of the file."""
        if self.disposition is not DraftDisposition.KEEP:
            self.drafts += [record.pk for record in records if record.published_seq is None]

    # -- New updates ----------------------------------------------------------------------------

    def publish_new(
        self, rows: list[Staged], citations_of: Callable[[Staged], list[Citation]]
    ) -> None:
        """Publish the new updates of a batch, except corrections."""
        is_due = self.disposition is DraftDisposition.PUBLISH and self.model is StatusUpdate
        ready = [row for row in rows if is_due and row.record.corrects is None]
        if not ready:
            return
        by_commitment: dict[int, list[Staged]] = {}
        for row in sorted(ready, key=_place):
            by_commitment.setdefault(row.record.commitment_id, []).append(row)
        first = [
            some.pop(0)
            for some in by_commitment.values()
            if not some[0].record.commitment.is_published
        ]
        self._publish_first(first, citations_of)
        drafted: list[Drafted] = []
        for some in filter(None, by_commitment.values()):
            commitment: Commitment = some[0].record.commitment
            # Further updates of a refused commitment cannot be published.
            if commitment.is_published:
                updates = [DraftedUpdate(row.record, citations_of(row)) for row in some]
                drafted.append(Drafted(commitment, updates))
        try:
            with open_log(**self.backfill) as log:
                Chunk(log, drafted).publish()
        except RefusedDraftError as error:
            refused = error.drafted.updates[error.update or 0].update
            [number] = [row.number for row in ready if row.record is refused]
            self.report.add_problem(number, "", " ".join(error.messages))
        reviews = Review.objects.filter(update__in=[row.record for row in ready])
        reviews.update(
            state=ReviewState.PUBLISHED,
            reviewed_by=self.stamp["by"].pk,
            reviewed_at=self.stamp["now"],
        )

    def _publish_first(
        self, rows: list[Staged], citations_of: Callable[[Staged], list[Citation]]
    ) -> None:
        """Publish draft commitments, each with the first of its updates in this batch."""
        commitments: list[Commitment] = [row.record.commitment for row in rows]
        firsts = [DraftedUpdate(row.record, citations_of(row)) for row in rows]
        try:
            with open_log(**self.backfill) as log:
                public = _publish_commitments(log, firsts)
        except RefusedDraftError:
            for commitment, row in zip(commitments, rows, strict=True):
                self._publish_one_first(commitment, row)  # to report all that are refused
            return
        for commitment in commitments:
            # The other rows of the batch refer to the same instance.
            commitment.published_seq = public[commitment.pk].published_seq
            close(commitment, **self.stamp)

    def _publish_one_first(self, commitment: Commitment, row: Staged) -> None:
        try:
            publish_commitment(commitment, first_update=row.record, **self.backfill)
        except ValidationError as error:
            self.report.add_problem(row.number, "", " ".join(error.messages))

    # -- At the end -----------------------------------------------------------------------------

    def finish(self) -> None:
        """Send or publish the remaining drafts."""
        match self.disposition:
            case DraftDisposition.REVIEW:
                self._send()
            case DraftDisposition.PUBLISH:
                self._publish()

    def _send(self) -> None:
        """Send drafts not yet in review; a commitment together with the drafts of its updates."""
        for keys in in_lots(self.drafts):
            drafts: list[Any] = list(self.model._base_manager.filter(pk__in=keys))
            if self.model is Commitment:
                drafts += StatusUpdate.objects.draft().filter(commitment__in=keys)
            send(drafts, **self.stamp)

    def _publish(self) -> None:
        """Publish in the order of events, so that each update follows the earlier ones."""
        ordered: list[tuple[Any, int]] = []
        for keys in in_lots(self.drafts):
            day = "first_day" if self.model is Meeting else "happened_first_day"
            drafts = self.model._base_manager.filter(pk__in=keys)
            ordered += drafts.values_list(day, "pk")
        for _day, pk in sorted(ordered):
            record: Any = self.model._base_manager.get(pk=pk)
            try:
                self._publish_one(record)
            except ValidationError as error:
                self.report.add_problem(0, "", f"{record}: {' '.join(error.messages)}")

    def _publish_one(self, record: Meeting | StatusUpdate) -> None:
        if isinstance(record, StatusUpdate) and not record.commitment.is_published:
            publish_draft(record.commitment, first_update=record, **self.backfill)
            close(record.commitment, **self.stamp)
        else:
            publish_draft(record, **self.backfill)
        close(record, **self.stamp)


def _publish_commitments(log: OpenLog, firsts: Sequence[DraftedUpdate]) -> dict[int, Commitment]:
    """Publish many draft commitments with their first updates; return them by primary key.

    The lines are those of `publish_commitment`, one after the other. Raise RefusedDraftError for
    the first that is refused.
    """
    keys = [first.update.commitment_id for first in firsts]
    drafts = Commitment.objects.draft().select_for_update().filter(pk__in=keys)
    found = {it.pk: it for it in drafts.prefetch_related("parties", "topics", "related")}
    named = set(Alias.objects.filter(commitment__in=keys).values_list("commitment_id", flat=True))
    drafted = [
        Drafted(
            commitment := found[first.update.commitment_id],
            [first],
            parties=list(commitment.parties.all()),
            topics=list(commitment.topics.all()),
            related=list(commitment.related.all()),
            aliases=drafted_names(commitment, first.update) if commitment.pk in named else (),
        )
        for first in firsts
    ]
    Chunk(log, drafted, new=drafted).publish()
    return found


def _place(row: Staged) -> tuple[Any, Any, int]:
    return row.record.happened_first_day, row.record.happened_last_day, row.number
