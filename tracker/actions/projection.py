"""Where each commitment stands, derived from its updates: the writer of `Position`s.

An action calls `project` in its own transaction; `rebuild` makes everything anew from what was
published, and must come to the same rows.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

from django.db import transaction

from tracker.actions import publication_rules as rules
from tracker.lib.partial_dates import PartialDate
from tracker.models import LAST_DAY, NO_END, ChangeKind, Commitment, Standing, StatusUpdate
from tracker.queries.history import Wording, is_revised


@dataclass(frozen=True, slots=True)
class Span:
    """One row of `Standing`, without its commitment."""

    update_id: int
    valid_from: dt.date
    stage: str
    assessment: str
    firmness: str
    target: PartialDate | None
    has_slipped: bool
    last_update_day: dt.date
    mention_level: int | None
    mention_parties_key: str
    valid_to: dt.date = LAST_DAY
    known_from: int = 0
    known_to: int = NO_END

    @property
    def content(self) -> Span:
        """The row without the time at which it was known."""
        return replace(self, known_from=0, known_to=NO_END)


_SPAN = tuple(f.name for f in fields(Span))
_TIMES = {"valid_from", "valid_to", "known_from", "known_to"}
_POSITION = tuple(name for name in _SPAN if name not in {"update_id", *_TIMES})


@dataclass(slots=True)
class Telling:
    """The positions that effective updates lead to, as they are told in chronological order."""

    spans: list[Span] = field(default_factory=list)
    state: Wording | None = None
    _earliest_target: dt.date | None = None
    _level: int | None = None
    _parties_key: str = ""
    _last_day: dt.date = dt.date.min

    def tell(self, update: StatusUpdate) -> None:
        state = Wording.of(update) if self.state is None else self.state.followed_by(update)
        self.state = state
        target_day = state.target.last_day if state.target else None
        if target_day is not None:
            self._earliest_target = min(self._earliest_target or target_day, target_day)
        if update.meeting is not None:
            self._level, self._parties_key = update.meeting.level, update.meeting.parties_key
        first, last = update.happened.first_day, update.happened.last_day
        self._last_day = max(self._last_day, last)
        span = Span(
            update_id=update.pk,
            valid_from=first,
            stage=state.stage,
            assessment=state.assessment,
            firmness=state.firmness,
            target=state.target,
            has_slipped=target_day is not None
            and target_day > (self._earliest_target or target_day),
            last_update_day=self._last_day,
            mention_level=self._level,
            mention_parties_key=self._parties_key,
        )
        if self.spans and self.spans[-1].valid_from == first:
            self.spans.pop()
        elif self.spans:
            self.spans[-1] = replace(self.spans[-1], valid_to=first)
        self.spans.append(span)


def timeline(updates: Iterable[StatusUpdate]) -> list[Span]:
    """The positions that effective updates, given in chronological order, lead to."""
    told = Telling()
    for update in updates:
        told.tell(update)
    return told.spans


def advance(rows: Sequence[Span], new: Sequence[Span], seq: int) -> list[Span]:
    """What is known after change `seq`: rows that no longer hold end there, new ones begin."""
    current = {row.content for row in rows if row.known_to == NO_END}
    wanted = set(new)
    kept = [
        row if row.known_to != NO_END or row.content in wanted else replace(row, known_to=seq)
        for row in rows
    ]
    begun = [replace(span, known_from=seq) for span in new if span not in current]
    # A row that would begin and end with the same change was never known.
    return [row for row in kept if row.known_from < row.known_to] + begun


_EDGES = ("target_first_day", "target_last_day")
# What `set_position` sets on a commitment's row.
POSITION_FIELDS = (*_POSITION, *_EDGES)


def _stored(commitment: Commitment) -> tuple[dict[Span, int], list[int]]:
    """The sound rows by content, and the keys of rows that repeat one or contradict themselves."""
    sound: dict[Span, int] = {}
    broken = []
    for row in commitment.standings.values("pk", *_SPAN, *_EDGES):
        span = Span(**{name: row[name] for name in _SPAN})
        days = (span.target.first_day, span.target.last_day) if span.target else (None, None)
        if span in sound or tuple(row[name] for name in _EDGES) != days:
            broken.append(row["pk"])
        else:
            sound[span] = row["pk"]
    return sound, broken


def standing(commitment: Commitment, span: Span) -> Standing:
    """The row, unsaved, that keeps a span."""
    return Standing(commitment=commitment, **{name: getattr(span, name) for name in _SPAN})


def write(commitment: Commitment, wanted: Iterable[Span]) -> bool:
    """Make the stored rows equal to the wanted ones; return whether anything had to change."""
    return _write_over(commitment, *_stored(commitment), wanted)


def _write_over(
    commitment: Commitment, stored: dict[Span, int], broken: list[int], wanted: Iterable[Span]
) -> bool:
    goal = set(wanted)
    gone = broken + [pk for span, pk in stored.items() if span not in goal]
    missing = [span for span in goal if span not in stored]
    if gone:
        Standing.objects.filter(pk__in=gone).delete()
    Standing.objects.bulk_create(
        standing(commitment, span)
        for span in sorted(missing, key=lambda s: (s.known_from, s.valid_from))
    )
    return bool(gone or missing)


def set_position(commitment: Commitment, current: Span | None) -> None:
    """Copy a position to the commitment's row, unsaved: the fields in `POSITION_FIELDS`."""
    if current is not None:
        for name in _POSITION:
            setattr(commitment, name, getattr(current, name))


def effective(commitment: Commitment) -> list[StatusUpdate]:
    """The updates that count, in chronological order, with their meetings."""
    updates = StatusUpdate.objects.filter(commitment=commitment).effective()
    return list(updates.select_related("meeting").chronological())


def project(
    commitment: Commitment,
    *,
    seq: int,
    now: dt.datetime,
    updates: Sequence[StatusUpdate] | None = None,
) -> None:
    """Bring the commitment's position and standings up to date with change number `seq`.

    `updates` are its `effective` ones, where the caller has them.
    """
    spans = timeline(effective(commitment) if updates is None else updates)
    stored, broken = _stored(commitment)
    _write_over(commitment, stored, broken, advance(list(stored), spans, seq))
    set_position(commitment, spans[-1] if spans else None)
    commitment.last_change_seq, commitment.last_changed_at = seq, now
    commitment.save(
        update_fields=[*POSITION_FIELDS, "last_change_seq", "last_changed_at", "published_seq"]
    )


@dataclass(slots=True)
class Replay:
    """Standings as one update after another is published, none of them a correction.

    Comes to the rows that `project` comes to after each, without reading them back in between.
    """

    _updates: list[StatusUpdate] = field(default_factory=list)
    _telling: Telling = field(default_factory=Telling)
    _ended: list[Span] = field(default_factory=list)
    _current: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, commitment: Commitment) -> Replay:
        """Go on from what is stored."""
        replay = cls(effective(commitment))
        for update in replay._updates:
            replay._telling.tell(update)
        replay._sort(_stored(commitment)[0])
        return replay

    def _sort(self, rows: Iterable[Span]) -> None:
        for row in rows:
            (self._current if row.known_to == NO_END else self._ended).append(row)
        self._current.sort(key=lambda row: row.valid_from)

    def _is_last(self, update: StatusUpdate) -> bool:
        return not self._updates or rules.place(self._updates[-1]) <= rules.place(update)

    def state_before(self, update: StatusUpdate) -> Wording | None:
        """Where the commitment stood before an update that is still to be added."""
        if self._is_last(update):
            return self._telling.state
        return rules.state_before(update, self._updates)

    def add(self, update: StatusUpdate, *, seq: int) -> None:
        """Take account of an update, numbered higher than all before, published by `seq`."""
        # Only what happened last leaves all positions but the last as they were.
        kept = len(self._current) - 1 if self._is_last(update) else 0
        kept = max(kept, 0)
        if self._is_last(update):
            self._updates.append(update)
            self._telling.tell(update)
        else:
            bisect.insort(self._updates, update, key=rules.place)
            self._telling = Telling()
            for other in self._updates:
                self._telling.tell(other)
        rows = advance(self._current[kept:], self._telling.spans[kept:], seq)
        del self._current[kept:]
        self._sort(rows)

    @property
    def rows(self) -> list[Span]:
        return sorted(
            (*self._ended, *self._current), key=lambda row: (row.known_from, row.valid_from)
        )

    @property
    def last(self) -> Span | None:
        """Where the commitment stands now."""
        return self._telling.spans[-1] if self._telling.spans else None


def replayed(commitment: Commitment) -> list[Span]:
    """Every standing that the published updates lead to, change by change."""
    updates = list(
        StatusUpdate.objects.filter(commitment=commitment)
        .published()
        .select_related("meeting", "revision")
        .chronological()
    )
    numbers = {u.published_seq for u in updates if u.published_seq is not None}
    numbers |= {u.revision.seq for u in updates if is_revised(u)}
    rows: list[Span] = []
    for seq in sorted(numbers):
        effective = [
            u
            for u in updates
            if u.published_seq is not None
            and u.published_seq <= seq
            and not is_revised(u, known=seq)
        ]
        rows = advance(rows, timeline(effective), seq)
    return rows


def _row(commitment: Commitment) -> dict[str, object]:
    """What the database holds of a commitment's projection."""
    names = (*POSITION_FIELDS, "last_change_seq", "last_changed_at")
    row: dict[str, object] = Commitment.objects.values(*names).get(pk=commitment.pk)
    return row


def rebuild_commitment(commitment: Commitment) -> bool:
    """Make one commitment's projection anew; return whether anything was different."""
    with transaction.atomic():
        before, wanted = _row(commitment), replayed(commitment)
        differed = write(commitment, wanted)
        current = [span for span in wanted if span.known_to == NO_END]
        last = max(current, key=lambda span: span.valid_from, default=None)
        set_position(commitment, last)
        # What time does is told in the log, and is no change of the commitment.
        change = commitment.changes.exclude(kind=ChangeKind.FLAG).order_by("-seq").first()
        if change is not None:
            commitment.last_change_seq = change.seq
            commitment.last_changed_at = change.recorded_at
        commitment.save(update_fields=[*POSITION_FIELDS, "last_change_seq", "last_changed_at"])
        return differed or _row(commitment) != before
