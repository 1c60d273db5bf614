"""Derive the position of each commitment from its updates, and store it.

An action changes a `Projection` and saves it in its own transaction; `rebuild` derives everything
from the published updates again, and must produce the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from tracker.actions.log.timeline import Row, Span, Timeline
from tracker.lib.row_writing import insert_values, write_each, write_values
from tracker.models import NO_END, ChangeKind, Commitment, Standing, StatusUpdate

# The fields of a span that the commitment's own row repeats.
_POSITION = tuple(
    name for name in Span._fields if name not in {"update_id", "valid_from", "valid_to"}
)
_EDGES = ("target_first_day", "target_last_day")
_POSITION_FIELDS = (*_POSITION, *_EDGES)
_LAST_CHANGE = ("last_change_seq", "last_changed_at")
# The columns of a row: those of its span, and the changes between which it was known.
_ROW = (*Span._fields, "known_from", "known_to")


def _edges(span: Span) -> tuple[dt.date | None, dt.date | None]:
    return (span.target.first_day, span.target.last_day) if span.target else (None, None)


def _stored(rows: QuerySet[Standing]) -> tuple[dict[Row, int], list[int]]:
    """Return the valid rows, and the keys of duplicate or inconsistent ones."""
    sound: dict[Row, int] = {}
    broken = []
    for pk, first, last, *values in rows.values_list("pk", *_EDGES, *_ROW):
        *said, known_from, known_to = values
        row = Row(Span(*said), known_from, known_to)
        if row in sound or (first, last) != _edges(row.span):
            broken.append(pk)
        else:
            sound[row] = pk
    return sound, broken


@dataclass(slots=True)
class Projection:
    """The unsaved position of a commitment while its updates are published or revised."""

    commitment: Commitment
    timeline: Timeline
    # The number of the last update that was ever published.
    last_number: int = 0
    _stored: dict[Row, int] = field(default_factory=dict)
    _broken: Collection[int] = ()

    @classmethod
    def of_new(cls, commitment: Commitment) -> Projection:
        """Return the projection of a commitment with no published update."""
        return cls(commitment, Timeline(commitment.series))

    @classmethod
    def read(cls, commitment: Commitment) -> Projection:
        """Replay all published updates, change by change, in two queries."""
        rows = StatusUpdate.objects.filter(commitment=commitment).published()
        updates = rows.select_related("meeting__forum", "revision")
        added = {update.published_seq or 0: update for update in updates}
        removed = {u.revision.seq: u.pk for u in updates if hasattr(u, "revision")}
        timeline = Timeline(commitment.series)
        for seq in sorted({*added, *removed}):
            timeline.change(seq, added=added.get(seq), removed=removed.get(seq))
        last_number = max((update.number or 0 for update in updates), default=0)
        return cls(commitment, timeline, last_number, *_stored(commitment.standings.all()))

    @property
    def is_as_stored(self) -> bool:
        return not self._broken and self._stored.keys() == set(self.timeline.rows)

    def change(
        self,
        seq: int,
        at: dt.datetime,
        *,
        added: StatusUpdate | None = None,
        removed: int | None = None,
    ) -> None:
        """Apply a line of the log; see `Timeline.change`."""
        self.timeline.change(seq, added=added, removed=removed)
        self.commitment.last_change_seq, self.commitment.last_changed_at = seq, at


def save(projections: Collection[Projection], *, also: Collection[str] = ()) -> None:
    """Write the standings and the commitments' own rows, including the fields `also`."""
    begun: list[tuple[Any, ...]] = []
    ended: list[tuple[int, int]] = []
    gone: list[int] = []
    for each in projections:
        current = each.timeline.last
        # Setting the target sets its days, too.
        for name in _POSITION if current is not None else ():
            setattr(each.commitment, name, getattr(current, name))
        rows = each.timeline.rows
        lost = each._stored.copy()
        missing = [row for row in rows if lost.pop(row, None) is None]
        for row in missing:
            # Most rows that go were known until now: they are ended instead of deleted.
            key = lost.pop(row._replace(known_to=NO_END), None)
            if key is None:
                begun.append(
                    (each.commitment.pk, *_edges(row.span), *row.span, row.known_from, row.known_to)
                )
            else:
                ended.append((row.known_to, key))
        gone += [*each._broken, *lost.values()]
    write_values(Standing, ("known_to",), ended)
    if gone:
        Standing.objects.filter(pk__in=gone).delete()
    insert_values(Standing, ("commitment", *_EDGES, *_ROW), begun)
    fields = (*_POSITION_FIELDS, *_LAST_CHANGE, *also)
    write_each((each.commitment for each in projections), fields)


def project_anew(commitments: QuerySet[Commitment]) -> None:
    """Project public commitments again after their series, or a forum's cadence, was amended.

    The current cadence applies to every viewpoint, as the current topics and parties do.
    """
    for commitment in commitments.filter(published_seq__isnull=False).select_related("series"):
        save([Projection.read(commitment)])


def rebuild_commitment(commitment: Commitment) -> bool:
    """Rebuild one commitment's projection; return whether anything differed."""
    names = (*_POSITION_FIELDS, *_LAST_CHANGE)
    row = Commitment.objects.values(*names).filter(pk=commitment.pk)
    with transaction.atomic():
        before, rebuilt = row.get(), Projection.read(commitment)
        # Flags that time raises are lines of the log, but do not change the commitment.
        change = commitment.changes.exclude(kind=ChangeKind.FLAG).order_by("-seq").first()
        if change is not None:
            commitment.last_change_seq = change.seq
            commitment.last_changed_at = change.recorded_at
        differed = not rebuilt.is_as_stored
        save([rebuilt])
        return differed or row.get() != before
