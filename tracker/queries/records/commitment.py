"""One commitment with its related records, for its page."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from tracker.lib.prefetching import prefetched
from tracker.models import Alias, Commitment, Note, Party, StatusUpdate, Topic
from tracker.queries.flags import with_silence
from tracker.queries.former_values import linked_q
from tracker.queries.reference_data import notes_by, parts_of, successors_of
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    hide_what_was_not_there,
    public_aliases,
    public_commitments,
    public_parties,
    public_topics,
    record_at,
)

# Relations that few commitments have: the model, and its path to the commitment.
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


def _described(commitments: QuerySet[Commitment], viewpoint: Viewpoint) -> QuerySet[Commitment]:
    """Load and annotate what `read_around` and `flags_of` need."""
    there = {
        f"has_{name}": Exists(model.objects.filter(**{column: OuterRef("pk")}).order_by())
        for name, (model, column) in _RARE.items()
    }
    numbered = StatusUpdate.objects.filter(commitment=OuterRef("pk"), number__isnull=False)
    last_number = Subquery(numbered.order_by("-number").values("number")[:1])
    related = ("first_stated_at", "series", "part_of", "supersedes")
    described = with_silence(commitments, viewpoint).annotate(**there, last_number=last_number)
    return described.select_related(*related)


def commitment_today(slug: str, viewpoint: Viewpoint) -> Commitment | None:
    """Return today's commitment, even if retracted; None if none was published."""
    published = Commitment.objects.filter(slug=slug, published_seq__isnull=False)
    return next(iter(_described(published, viewpoint)), None)


def commitment_then(slug: str, viewpoint: Viewpoint) -> Commitment | None:
    """Return the commitment at a past viewpoint; None if it was not public then."""
    public = public_commitments(viewpoint)
    record = record_at(_described(public, viewpoint), slug, viewpoint)
    if record is None:
        return None
    hide_what_was_not_there([record], viewpoint)
    return record


def read_around(record: Commitment, viewpoint: Viewpoint) -> None:
    """Prefetch topics, parties and relations for the template; one query for each."""
    around = _around_then(record, viewpoint) if viewpoint.is_past else _around_today(record)
    read = {name: list(queryset) for name, queryset in around.items()}
    if viewpoint.is_past:
        as_known((each for rows in read.values() for each in rows), viewpoint)
    for name, model in _MODELS.items():
        prefetched(record, name, read.get(name, []), model=model)


def _around_today(record: Commitment) -> dict[str, QuerySet[Any]]:
    """Return the querysets of today; rare relations only where the row says there are some."""
    around: dict[str, QuerySet[Any]] = {
        "topics": public_topics().filter(commitments=record),
        "parties": public_parties().filter(commitments=record),
    }
    for name, (model, column) in _RARE.items():
        if getattr(record, f"has_{name}"):
            around[name] = model.objects.public().filter(**{column: record})
    if "notes" in around:
        around["notes"] = around["notes"].select_related("source")
    return around


def _around_then(record: Commitment, viewpoint: Viewpoint) -> dict[str, QuerySet[Any]]:
    """Return the querysets at a past viewpoint."""
    known = viewpoint.known
    public = public_commitments(viewpoint)
    return {
        "topics": public_topics(viewpoint).filter(linked_q(record, "topics", known)),
        "parties": public_parties(viewpoint).filter(linked_q(record, "parties", known)),
        "aliases": public_aliases(viewpoint).filter(commitment=record),
        "related": public.filter(linked_q(record, "related", known)).order_by("reference"),
        "parts": parts_of(record, viewpoint).order_by("reference"),
        "superseded_by": successors_of(record, viewpoint).order_by("reference"),
        "notes": notes_by(viewpoint).filter(commitment=record).select_related("source"),
    }
