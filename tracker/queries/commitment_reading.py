"""All that the page of one commitment tells of, as the database gives it.

Each thing is read by a statement that is composed once, and those that few commitments have only
where the row says that there are some. What is made of it, and whether it needs to be made at all,
is not said here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from tracker.lib.composed import Answer, Composed, prefetched
from tracker.models import Alias, Change, Commitment, Note, Party, StatusUpdate, Topic
from tracker.queries.as_published import find, linked_q
from tracker.queries.by_then import notes_by, parts_of, successors_of
from tracker.queries.change_lines import read_newest
from tracker.queries.flags import with_silence
from tracker.queries.history import ReadHistory, read_history
from tracker.queries.long_history import (
    Elsewhere,
    LongHistory,
    Part,
    ReadPart,
    as_part,
    long_history,
)
from tracker.queries.moments import Moment
from tracker.queries.visibility import (
    as_known,
    hide_what_was_not_there,
    known_seq,
    public_aliases,
    public_commitments,
    public_parties,
    public_topics,
)

# What hardly any commitment has: the model, and the column that leads to the commitment.
_RARE: dict[str, tuple[Any, str]] = {
    "aliases": (Alias, "commitment"),
    "related": (Commitment, "related"),
    "parts": (Commitment, "part_of"),
    "superseded_by": (Commitment, "supersedes"),
    "notes": (Note, "commitment"),
}
_MODELS: dict[str, Any] = {
    "topics": Topic,
    "parties": Party,
    **{name: model for name, (model, _column) in _RARE.items()},
}


def _rare(name: str) -> Composed[Any]:
    model, column = _RARE[name]

    def public(*, commitment: int) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.public().filter(**{column: commitment})
        return found.select_related("source") if model is Note else found

    return Composed(public)


_READ_RARELY = {name: _rare(name) for name in _RARE}
_TOPICS: Composed[Topic] = Composed(
    lambda *, commitment: public_topics().filter(commitments=commitment)
)
_PARTIES: Composed[Party] = Composed(
    lambda *, commitment: public_parties().filter(commitments=commitment)
)


def _described(commitments: QuerySet[Commitment], moment: Moment) -> QuerySet[Commitment]:
    """Load what `read_commitment` and `flags_of` need to know of a row."""
    there = {
        f"has_{name}": Exists(model.objects.filter(**{column: OuterRef("pk")}).order_by())
        for name, (model, column) in _RARE.items()
    }
    numbered = StatusUpdate.objects.filter(commitment=OuterRef("pk"), number__isnull=False)
    last_number = Subquery(numbered.order_by("-number").values("number")[:1])
    related = ("first_stated_at", "series", "part_of", "supersedes")
    described = with_silence(commitments, moment).annotate(**there, last_number=last_number)
    return described.select_related(*related)


_TODAY: Composed[Commitment] = Composed(
    lambda *, slug, day: _described(
        Commitment.objects.filter(slug=slug, published_seq__isnull=False), Moment(day)
    )
)


@dataclass(frozen=True, slots=True)
class Row:
    """A commitment's own row at a moment; `rows` is how it came, None where it was looked back."""

    record: Commitment
    rows: Any


def row_today(slug: str, moment: Moment) -> Row | None:
    """The commitment as it stands on a moment's day, be it retracted; None where none is public."""
    read = _TODAY.ask(slug=slug, day=moment.today)
    return next((Row(record, read.rows) for record in read.records()), None)


def row_then(slug: str, moment: Moment) -> Row | None:
    """The commitment as it stood at a moment in the past; None where none was public."""
    public = public_commitments(as_of=moment.as_of, known_at=moment.known_at)
    record = find(_described(public, moment), slug, known_seq(moment.known_at))
    if record is None:
        return None
    as_known([record], moment)
    hide_what_was_not_there([record], moment)
    return Row(record, None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a commitment at a moment."""

    row: Row
    moment: Moment
    around: Mapping[str, Answer[Any] | Sequence[Any]]
    history: ReadHistory | ReadPart
    lines: Answer[Change]

    @property
    def rows(self) -> tuple[Any, ...] | None:
        """All that was read, to compare readings of the present by; None for a look back."""
        if self.row.rows is None:
            return None
        around = tuple(
            (name, answer.rows)
            for name, answer in self.around.items()
            if isinstance(answer, Answer)
        )
        return (self.row.rows, around, self.history.rows, self.lines.rows)

    @property
    def known(self) -> int | None:
        """The last line of the log that is taken into account; None for all."""
        history = self.history
        return history.read.known if isinstance(history, ReadPart) else history.known

    @property
    def part(self) -> Part:
        """What of the history is told."""
        return self.history.told() if isinstance(self.history, ReadPart) else as_part(self.history)

    @property
    def elsewhere(self) -> list[Elsewhere]:
        """What other pages tell of the history."""
        return self.history.elsewhere if isinstance(self.history, ReadPart) else []

    def surrounded(self) -> Commitment:
        """The record with its topics, parties and relations where templates look for them."""
        for name, model in _MODELS.items():
            around = self.around.get(name, [])
            rows = around.records() if isinstance(around, Answer) else list(around)
            prefetched(self.row.record, name, rows, model=model)
        return self.row.record


def read_long_history(row: Row, moment: Moment) -> LongHistory | None:
    """The names of a row's updates where they are too many to be told on one page."""
    last_number: int | None = getattr(row.record, "last_number")  # noqa: B009 - an annotation
    if last_number is None or last_number <= settings.HISTORY_PER_PAGE:
        return None
    known = known_seq(moment.known_at)
    return long_history(row.record, as_of=moment.as_of, known=known)


def _around_today(record: Commitment) -> dict[str, Answer[Any] | Sequence[Any]]:
    around: dict[str, Answer[Any] | Sequence[Any]] = {
        "topics": _TOPICS.ask(commitment=record.pk),
        "parties": _PARTIES.ask(commitment=record.pk),
    }
    for name, composed in _READ_RARELY.items():
        if getattr(record, f"has_{name}"):
            around[name] = composed.ask(commitment=record.pk)
    return around


def _around_then(record: Commitment, moment: Moment) -> dict[str, Answer[Any] | Sequence[Any]]:
    """The same as it was said to be by then, one query for each and one for former words."""
    known = known_seq(moment.known_at)
    public = public_commitments(as_of=moment.as_of, known_at=moment.known_at)
    found: dict[str, QuerySet[Any]] = {
        "topics": public_topics(known_at=moment.known_at).filter(linked_q(record, "topics", known)),
        "parties": public_parties(known_at=moment.known_at).filter(
            linked_q(record, "parties", known)
        ),
        "aliases": public_aliases(as_of=moment.as_of, known_at=moment.known_at).filter(
            commitment=record
        ),
        "related": public.filter(linked_q(record, "related", known)).order_by("reference"),
        "parts": parts_of(record, moment).order_by("reference"),
        "superseded_by": successors_of(record, moment).order_by("reference"),
        "notes": notes_by(moment).filter(commitment=record).select_related("source"),
    }
    around = {name: list(rows) for name, rows in found.items()}
    as_known((each for rows in around.values() for each in rows), moment)
    return dict(around)


def read_commitment(row: Row, moment: Moment, *, part: ReadPart | None = None) -> Reading:
    """Read what stands around a row and what was published about it; or `part` of that."""
    record, known = row.record, known_seq(moment.known_at)
    return Reading(
        row=row,
        moment=moment,
        around=_around_then(record, moment) if moment.is_past else _around_today(record),
        history=part or read_history(record, as_of=moment.as_of, known=known),
        lines=read_newest(record.pk, as_of=moment.as_of, known=known, most=settings.FEED_ENTRIES),
    )
