"""What must hold of the register after anything that was done to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from tests.log_chain import first_break
from tests.stored import stored_rows
from tracker.actions.log.rebuild import rebuild
from tracker.models import (
    Change,
    Commitment,
    LogHead,
    Position,
    SearchDocument,
    Standing,
    StatusUpdate,
)
from tracker.queries import visibility
from tracker.queries.as_published import as_published
from tracker.queries.flags import flags_of, with_silence
from tracker.queries.history import history
from tracker.queries.viewpoint import Viewpoint

# What drafts in these tests are full of.
DRAFT_WORD = "zyzzyva"
POSITION = [field.attname for field in Position._meta.get_fields()]


def check_everything(now: dt.datetime) -> None:
    check_log()
    check_projection(now)
    check_positions(now.date())
    check_drafts_are_hidden()


def check_log() -> None:
    """Numbers 1 to n, every hash in its place, and updates numbered within their commitment."""
    head = visibility.log_head()
    assert list(Change.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, head.seq + 1)
    )
    assert first_break() is None
    numbers: dict[int, list[int | None]] = {}
    for pk, number in (
        StatusUpdate.objects.published().order_by("number").values_list("commitment", "number")
    ):
        numbers.setdefault(pk, []).append(number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def check_projection(now: dt.datetime) -> None:
    """A rebuild comes to the same rows and says so."""
    before = stored_rows()
    assert rebuild(now=now) == []
    after = stored_rows()
    # The first rebuild of an empty register makes the head of the log.
    before[LogHead] = after[LogHead] if not before[LogHead] else before[LogHead]
    assert after == before


def check_positions(today: dt.date) -> None:
    """The row, the standing of today and the standing as known today are one."""
    rows = positions(visibility.public_commitments())
    assert positions(visibility.public_commitments(Viewpoint(today, today))) == rows
    assert positions(visibility.public_commitments(Viewpoint(today, known_at=today))) == rows
    assert positions(visibility.public_commitments(Viewpoint(today, today, today))) == rows


def positions(commitments: QuerySet[Commitment]) -> list[tuple[Any, ...]]:
    """Each commitment and where it stands; one that came twice would stand here twice."""
    found = []
    for commitment in commitments.order_by("reference"):
        position = visibility.position_of(commitment)
        values = (getattr(position, name) for name in POSITION)
        found.append((commitment.reference, *values))
    return found


def answer(day: dt.date) -> dict[str, Any]:
    """What the register answers when asked what it knew on a day, about then and about before."""
    moment = Viewpoint(today=day, known_at=day)
    commitments = visibility.public_commitments(moment)
    return {
        "now": positions(commitments),
        "before": positions(
            visibility.public_commitments(Viewpoint(day, day - dt.timedelta(days=200), day))
        ),
        "updates": [str(u) for u in visibility.public_updates(moment).order_by("pk")],
        "flags": {
            # In the words of then: a flag rests on the instrument, which may be amended.
            c.reference: flags_of(c, moment)
            for c in as_published(with_silence(commitments, moment), moment.known)
        },
        "history": {c.reference: story(c, day) for c in commitments},
        "meetings": [m.slug for m in visibility.public_meetings(moment)],
        "sources": {s.slug for s in visibility.public_sources(moment)},
        "notes": {n.key for n in visibility.public_notes(moment)},
        "names": {a.name for a in visibility.public_aliases(moment)},
    }


def story(commitment: Commitment, day: dt.date) -> list[Any]:
    told = history(commitment, Viewpoint(day, known_at=day))
    return [
        *[
            (s.update.number, s.movements, s.before, s.after, s.update.citations.all().count())
            for s in told.steps
        ],
        [u.number for u in told.revised],
    ]


def check_drafts_are_hidden() -> None:
    for records in (
        visibility.public_commitments(),
        visibility.public_aliases(),
        visibility.public_meetings(),
        visibility.public_forums(),
        visibility.public_sources(),
        visibility.public_parties(),
        visibility.public_topics(),
        visibility.public_notes(),
    ):
        rows = list(records.values())
        assert all(row["published_seq"] and row["retracted_seq"] is None for row in rows)
        assert DRAFT_WORD not in str(rows)
    updates = visibility.public_updates()
    assert not updates.filter(published_seq=None).exists()
    assert not updates.filter(citations__quotation=DRAFT_WORD).exists()
    # What was retracted keeps its document, since the log is searched by it, too.
    published = Commitment.objects.filter(published_seq__isnull=False)
    assert set(SearchDocument.objects.values_list("pk", flat=True)) == set(
        published.values_list("pk", flat=True)
    )
    assert not SearchDocument.objects.filter(text__contains=DRAFT_WORD).exists()
    assert DRAFT_WORD not in str(list(Change.objects.values_list("payload", flat=True)))
    assert not Standing.objects.filter(commitment__published_seq=None).exists()
    assert not Standing.objects.filter(update__published_seq=None).exists()
