"""The rows of commitment lists, with position and flags, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from tracker.models import Commitment, Party, Position, Topic
from tracker.queries.as_published import as_published
from tracker.queries.flags import flags_of, with_silence
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import position_of
from tracker.schema.vocabulary import Flag

# The relations that a row may include.
RELATED = ("topics", "parties")


@dataclass(frozen=True, slots=True)
class Row:
    """One commitment in a list, at the requested viewpoint."""

    commitment: Commitment
    position: Position
    title: str
    flags: tuple[Flag, ...]
    has_no_information: bool
    topics: Sequence[Topic]
    parties: Sequence[Party]


def rows(
    page: QuerySet[Commitment], viewpoint: Viewpoint, *, related: Container[str] = RELATED
) -> list[Row]:
    """Return the rows of a sliced queryset of `public_commitments`.

    Only the relations in `related` are read; the others stay empty.
    """
    known = viewpoint.known
    public = {
        "topics": Topic.objects.public(known=known),
        "parties": Party.objects.public(known=known),
    }
    wanted = [Prefetch(name, queryset) for name, queryset in public.items() if name in related]
    commitments = as_published(with_silence(page, viewpoint).prefetch_related(*wanted), known)
    return [
        Row(
            commitment=commitment,
            position=position_of(commitment),
            title=commitment.title,
            flags=tuple(flags_of(commitment, viewpoint)),
            has_no_information=position_of(commitment).has_no_information(viewpoint.day),
            topics=list(commitment.topics.all()) if "topics" in related else (),
            parties=list(commitment.parties.all()) if "parties" in related else (),
        )
        for commitment in commitments
    ]
