"""What stands around a commitment's history on its page: its names, its parties, its relations.

Each is read by a statement that is composed once, and those that few commitments have only where
the row says that there are some.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tracker.lib.composed import Composed, prefetched
from tracker.models import Alias, Commitment, Note, Party, Topic
from tracker.queries.flags import with_silence
from tracker.queries.moments import Moment
from tracker.queries.visibility import public_commitments, public_parties, public_topics

# What hardly any commitment has: the model, and the column that leads to the commitment.
_RARE: dict[str, tuple[Any, str]] = {
    "aliases": (Alias, "commitment"),
    "related": (Commitment, "related"),
    "parts": (Commitment, "part_of"),
    "superseded_by": (Commitment, "supersedes"),
    "notes": (Note, "commitment"),
}


def _rare(name: str) -> Composed[Any]:
    model, column = _RARE[name]

    def public(*, commitment: int, known: int | None) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.public(known=known).filter(**{column: commitment})
        return found.select_related("source") if model is Note else found

    return Composed(public)


_READ_RARELY = {name: _rare(name) for name in _RARE}
_TOPICS: Composed[Topic] = Composed(
    lambda *, commitment: public_topics().filter(commitments=commitment)
)
_PARTIES: Composed[Party] = Composed(
    lambda *, commitment: public_parties().filter(commitments=commitment)
)


def described(commitments: QuerySet[Commitment], moment: Moment) -> QuerySet[Commitment]:
    """Load what `surround` and `flags_of` need to know of a row."""
    there = {
        f"has_{name}": Exists(model.objects.filter(**{column: OuterRef("pk")}).order_by())
        for name, (model, column) in _RARE.items()
    }
    return with_silence(commitments, moment).annotate(**there).select_related("first_stated_at")


_TODAY: Composed[Commitment] = Composed(
    lambda *, slug, day: described(
        Commitment.objects.filter(slug=slug, published_seq__isnull=False), Moment(day)
    )
)


def published_today(slug: str, moment: Moment) -> Commitment | None:
    """The commitment as it stands on a moment's day, be it retracted; None where none is public."""
    return next(iter(_TODAY(slug=slug, day=moment.today)), None)


def published_then(slug: str, moment: Moment) -> Commitment | None:
    """The commitment as it stood at a moment in the past; None where none was public."""
    found = public_commitments(as_of=moment.as_of, known_at=moment.known_at).filter(slug=slug)
    return described(found, moment).first()


def surround(record: Commitment, *, known: int | None) -> None:
    """Put around a record of `published_today` or `published_then` what is public, as known."""
    prefetched(record, "topics", _TOPICS(commitment=record.pk), model=Topic)
    prefetched(record, "parties", _PARTIES(commitment=record.pk), model=Party)
    for name, (model, _column) in _RARE.items():
        is_there = getattr(record, f"has_{name}")
        rows = _READ_RARELY[name](commitment=record.pk, known=known) if is_there else []
        prefetched(record, name, rows, model=model)
