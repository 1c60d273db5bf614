"""Where each commitment stands, derived from its updates: the writer of `Position`s.

An action calls `project` in its own transaction; `rebuild` makes everything anew from what was
published, and must come to the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from django.db import transaction

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


_POSITION = tuple(
    f.name
    for f in fields(Span)
    if f.name not in {"update_id", "valid_from", "valid_to", "known_from", "known_to"}
)


def timeline(updates: Iterable[StatusUpdate]) -> list[Span]:
    """The positions that effective updates, given in chronological order, lead to."""
    spans: list[Span] = []
    state: Wording | None = None
    earliest_target: dt.date | None = None
    level: int | None = None
    parties_key = ""
    last_day = dt.date.min
    for update in updates:
        state = Wording.of(update) if state is None else state.followed_by(update)
        target_day = state.target.last_day if state.target else None
        if target_day is not None:
            earliest_target = min(earliest_target or target_day, target_day)
        if update.meeting is not None:
            level, parties_key = update.meeting.level, update.meeting.parties_key
        first, last = update.happened.first_day, update.happened.last_day
        last_day = max(last_day, last)
        span = Span(
            update_id=update.pk,
            valid_from=first,
            stage=state.stage,
            assessment=state.assessment,
            firmness=state.firmness,
            target=state.target,
            has_slipped=target_day is not None and target_day > (earliest_target or target_day),
            last_update_day=last_day,
            mention_level=level,
            mention_parties_key=parties_key,
        )
        if spans and spans[-1].valid_from == first:
            spans.pop()
        elif spans:
            spans[-1] = replace(spans[-1], valid_to=first)
        spans.append(span)
    return spans


def _advance(rows: Sequence[Span], new: Sequence[Span], seq: int) -> list[Span]:
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


def _stored(commitment: Commitment) -> tuple[dict[Span, int], list[int]]:
    """The sound rows by content, and the keys of rows that repeat one or contradict themselves."""
    names = [f.name for f in fields(Span)]
    sound: dict[Span, int] = {}
    broken = []
    for row in commitment.standings.values("pk", *names, *_EDGES):
        span = Span(**{name: row[name] for name in names})
        days = (span.target.first_day, span.target.last_day) if span.target else (None, None)
        if span in sound or tuple(row[name] for name in _EDGES) != days:
            broken.append(row["pk"])
        else:
            sound[span] = row["pk"]
    return sound, broken


def _write(commitment: Commitment, wanted: Iterable[Span]) -> bool:
    """Make the stored rows equal to the wanted ones; return whether anything had to change."""
    (stored, broken), goal = _stored(commitment), set(wanted)
    gone = broken + [pk for span, pk in stored.items() if span not in goal]
    missing = [span for span in goal if span not in stored]
    Standing.objects.filter(pk__in=gone).delete()
    Standing.objects.bulk_create(
        Standing(commitment=commitment, **{f.name: getattr(span, f.name) for f in fields(Span)})
        for span in sorted(missing, key=lambda s: (s.known_from, s.valid_from))
    )
    return bool(gone or missing)


def _set_position(commitment: Commitment, current: Span | None) -> list[str]:
    """Copy a position to the commitment's row, unsaved; return the fields that it touched."""
    touched = [*_POSITION, *_EDGES]
    if current is not None:
        for name in _POSITION:
            setattr(commitment, name, getattr(current, name))
    return touched


def _effective(commitment: Commitment) -> Sequence[StatusUpdate]:
    updates = StatusUpdate.objects.filter(commitment=commitment).effective()
    return list(updates.select_related("meeting").chronological())


def project(commitment: Commitment, *, seq: int, now: dt.datetime) -> None:
    """Bring the commitment's position and standings up to date with change number `seq`."""
    spans = timeline(_effective(commitment))
    _write(commitment, _advance(list(_stored(commitment)[0]), spans, seq))
    touched = _set_position(commitment, spans[-1] if spans else None)
    commitment.last_change_seq, commitment.last_changed_at = seq, now
    commitment.save(update_fields=[*touched, "last_change_seq", "last_changed_at", "published_seq"])


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
        rows = _advance(rows, timeline(effective), seq)
    return rows


def _row(commitment: Commitment) -> dict[str, object]:
    """What the database holds of a commitment's projection."""
    names = (*_POSITION, *_EDGES, "last_change_seq", "last_changed_at")
    row: dict[str, object] = Commitment.objects.values(*names).get(pk=commitment.pk)
    return row


def rebuild_commitment(commitment: Commitment) -> bool:
    """Make one commitment's projection anew; return whether anything was different."""
    with transaction.atomic():
        before, wanted = _row(commitment), replayed(commitment)
        differed = _write(commitment, wanted)
        current = [span for span in wanted if span.known_to == NO_END]
        last = max(current, key=lambda span: span.valid_from, default=None)
        touched = _set_position(commitment, last)
        # What time does is told in the log, and is no change of the commitment.
        change = commitment.changes.exclude(kind=ChangeKind.FLAG).order_by("-seq").first()
        if change is not None:
            commitment.last_change_seq = change.seq
            commitment.last_changed_at = change.recorded_at
        commitment.save(update_fields=[*touched, "last_change_seq", "last_changed_at"])
        return differed or _row(commitment) != before
