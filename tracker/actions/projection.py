"""Where each commitment stands, derived from its updates: the writer of `Position`s.

An action calls `project` in its own transaction; `rebuild` makes everything anew from what was
published, and must come to the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet

from tracker.actions.publication_rules import Event
from tracker.actions.timeline import (
    Mention,
    PublishedUpdate,
    Replay,
    Row,
    Series,
    Span,
    advance,
    timeline,
)
from tracker.lib.row_writing import insert_values, write_each, write_values
from tracker.models import NO_END, ChangeKind, Commitment, Standing, StatusUpdate

# What a commitment's row has of a span.
_POSITION = tuple(
    name for name in Span._fields if name not in {"update_id", "valid_from", "valid_to"}
)
_EDGES = ("target_first_day", "target_last_day")
# What `set_position` sets on a commitment's row.
POSITION_FIELDS = (*_POSITION, *_EDGES)
# What an update that is published may alter on its commitment's row.
PROJECTION = (*POSITION_FIELDS, "last_change_seq", "last_changed_at", "published_seq")


# The columns of a row: those of its span, and when it was known.
_ROW = (*Span._fields, "known_from", "known_to")


def _stored(rows: QuerySet[Standing]) -> tuple[dict[Row, int], list[int]]:
    """The sound rows, and the keys of those that repeat one or contradict themselves."""
    sound: dict[Row, int] = {}
    broken = []
    for pk, first, last, *values in rows.values_list("pk", *_EDGES, *_ROW):
        *said, known_from, known_to = values
        row = Row(Span(*said), known_from, known_to)
        target = row.span.target
        days = (target.first_day, target.last_day) if target else (None, None)
        if row in sound or (first, last) != days:
            broken.append(pk)
        else:
            sound[row] = pk
    return sound, broken


def insert_standings(rows: Iterable[tuple[Commitment, Row]]) -> None:
    """Write new rows, each with its commitment, in this order."""
    insert_values(
        Standing,
        ("commitment", *_EDGES, *_ROW),
        (
            (
                commitment.pk,
                span.target and span.target.first_day,
                span.target and span.target.last_day,
                *span,
                known_from,
                known_to,
            )
            for commitment, (span, known_from, known_to) in rows
        ),
    )


def write(commitment: Commitment, wanted: Iterable[Row]) -> bool:
    """Make the stored rows equal to the wanted ones; return whether anything had to change."""
    return _write_over(commitment, *_stored(commitment.standings.all()), wanted)


def _write_over(
    commitment: Commitment, stored: dict[Row, int], broken: list[int], wanted: Iterable[Row]
) -> bool:
    goal = set(wanted)
    gone = {row: pk for row, pk in stored.items() if row not in goal}
    missing = [row for row in goal if row not in stored]
    if not (gone or missing or broken):
        return False
    # Most of what goes was known until now, and stays with its end.
    ended = {
        row: gone.pop(row._replace(known_to=NO_END))
        for row in missing
        if row._replace(known_to=NO_END) in gone
    }
    write_values(Standing, ("known_to",), ((row.known_to, pk) for row, pk in ended.items()))
    if gone or broken:
        Standing.objects.filter(pk__in=[*broken, *gone.values()]).delete()
    begun = sorted(
        (row for row in missing if row not in ended),
        key=lambda row: (row.known_from, row.span.valid_from),
    )
    insert_standings((commitment, row) for row in begun)
    return True


def set_position(commitment: Commitment, current: Span | None) -> None:
    """Copy a position to the commitment's row, unsaved: the fields in `POSITION_FIELDS`."""
    if current is not None:
        for name in _POSITION:
            setattr(commitment, name, getattr(current, name))


def published(commitment: Commitment) -> list[PublishedUpdate]:
    """What was ever published, in chronological order, revised since or not."""
    rows = StatusUpdate.objects.filter(commitment=commitment).published().chronological()
    values = rows.values_list(
        *("pk", "number", "published_seq", "happened", "party_id"),
        *("stage", "assessment", "firmness", "target"),
        *("meeting__level", "meeting__parties_key", "meeting__forum"),
        *("meeting__forum__cadence_months", "revision__seq"),
    )
    return [
        PublishedUpdate._make(
            (*said, None if level is None else Mention(level, *meeting), revised_seq)
        )
        for *said, level, parties_key, forum, cadence, revised_seq in values
        for meeting in [(parties_key, forum, cadence)]
    ]


def series_of(commitment: Commitment) -> Series | None:
    """What a commitment promises to hold; a query where it does and the forum was not read."""
    forum = commitment.series
    return None if forum is None else Series(forum.pk, forum.cadence_months)


def counting(
    updates: Iterable[PublishedUpdate], *, known: int | None = None
) -> list[PublishedUpdate]:
    """Those that were neither corrected nor retracted, by change number `known` where given."""
    return [
        update
        for update in updates
        if update.revised_seq is None or (known is not None and update.revised_seq > known)
    ]


def effective(commitment: Commitment) -> list[PublishedUpdate]:
    """The updates that count, in chronological order."""
    return counting(published(commitment))


def project(
    commitment: Commitment,
    *,
    seq: int,
    now: dt.datetime,
    updates: Sequence[Event] | None = None,
) -> None:
    """Bring the commitment's position and standings up to date with change number `seq`.

    `updates` are its `effective` ones, where the caller has them.
    """
    told = effective(commitment) if updates is None else updates
    spans = timeline(told, series_of(commitment))
    # What is known no more stays as it is.
    stored, broken = _stored(commitment.standings.filter(known_to=NO_END))
    _write_over(commitment, stored, broken, advance(list(stored), spans, seq))
    set_position(commitment, spans[-1] if spans else None)
    commitment.last_change_seq, commitment.last_changed_at = seq, now
    write_each([commitment], PROJECTION)


def replay_of(commitment: Commitment) -> Replay:
    """Go on from what is stored."""
    replay = Replay(series_of(commitment))
    replay.begin(effective(commitment), _stored(commitment.standings.all())[0])
    return replay


def replayed(commitment: Commitment) -> list[Row]:
    """Every standing that the published updates lead to, change by change."""
    updates = published(commitment)
    numbers = {u.published_seq for u in updates}
    numbers |= {u.revised_seq for u in updates if u.revised_seq is not None}
    series, rows = series_of(commitment), list[Row]()
    for seq in sorted(numbers):
        known = (update for update in updates if update.published_seq <= seq)
        rows = advance(rows, timeline(counting(known, known=seq), series), seq)
    return rows


def _row(commitment: Commitment) -> dict[str, object]:
    """What the database holds of a commitment's projection."""
    names = (*POSITION_FIELDS, "last_change_seq", "last_changed_at")
    row: dict[str, object] = Commitment.objects.values(*names).get(pk=commitment.pk)
    return row


def _write_anew(commitment: Commitment) -> bool:
    """Write standings anew and set the position, unsaved; return whether a standing differed."""
    wanted = replayed(commitment)
    differed = write(commitment, wanted)
    current = [row.span for row in wanted if row.known_to == NO_END]
    set_position(commitment, max(current, key=lambda span: span.valid_from, default=None))
    return differed


def expect_anew(commitments: QuerySet[Commitment]) -> None:
    """Project public commitments anew after their series, or a forum's cadence, was amended.

    A cadence is that of today at any moment, as topics and parties are.
    """
    for commitment in commitments.filter(published_seq__isnull=False).select_related("series"):
        _write_anew(commitment)
        commitment.save(update_fields=POSITION_FIELDS)


def rebuild_commitment(commitment: Commitment) -> bool:
    """Make one commitment's projection anew; return whether anything was different."""
    with transaction.atomic():
        before = _row(commitment)
        differed = _write_anew(commitment)
        # What time does is told in the log, and is no change of the commitment.
        change = commitment.changes.exclude(kind=ChangeKind.FLAG).order_by("-seq").first()
        if change is not None:
            commitment.last_change_seq = change.seq
            commitment.last_changed_at = change.recorded_at
        commitment.save(update_fields=[*POSITION_FIELDS, "last_change_seq", "last_changed_at"])
        return differed or _row(commitment) != before
