"""The public register as files in the documented format, which `load_register` can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from tracker.models import (
    Alias,
    Change,
    ChangeKind,
    Citation,
    Commitment,
    StatusUpdate,
)
from tracker.models.records import PublicRecord
from tracker.queries.visibility import (
    public_forums,
    public_meetings,
    public_notes,
    public_parties,
    public_sources,
    public_topics,
)
from tracker.register_format.files import FORMAT, LISTS, REGISTER
from tracker.register_format.writing import plain, to_yaml
from tracker.schema.commitments import COMMITMENT
from tracker.schema.fields import FILE, Noun
from tracker.schema.meetings import MEETING
from tracker.schema.payloads import values


def _is_named(record: PublicRecord) -> bool:
    """Whether the files include a record; retracted commitments are included, marked as such."""
    return record.is_published if isinstance(record, Commitment) else record.is_public


def _plain(record: Any, noun: Noun) -> dict[str, Any]:
    return plain(values(noun, FILE, record, named=_is_named), noun)


def _commitments() -> Iterator[Commitment]:
    updates = (
        StatusUpdate.objects.published()
        .select_related("meeting", "party", "corrects", "revision")
        .prefetch_related(Prefetch("citations", Citation.objects.select_related("source")))
        .order_by("number")
    )
    published = Commitment.objects.filter(published_seq__isnull=False).order_by("reference")
    yield from (
        published.select_related("first_stated_at", "series", "part_of", "supersedes")
        .prefetch_related(
            "topics",
            "parties",
            "related",
            Prefetch("aliases", Alias.objects.select_related("update")),
            Prefetch("updates", updates),
            Prefetch("notes", public_notes().select_related("source")),
        )
        .iterator(chunk_size=200)
    )


def _used(records: QuerySet[Any], *relations: str) -> QuerySet[Any]:
    """Leave out records that nothing published uses: loading them could not make them public."""
    condition = Q()
    for relation in relations:
        condition |= Q(**{f"{relation}__published_seq__isnull": False})
    return records.filter(condition).distinct()


def register_files() -> Iterator[tuple[str, str]]:
    """Yield each file's path and text. Retracted commitments are included, marked as such."""
    yield "register.yaml", to_yaml(plain({"format": FORMAT}, REGISTER))
    lists: dict[str, QuerySet[Any]] = {
        "parties.yaml": _used(
            public_parties(), "forums__meetings", "meetings", "commitments", "steps"
        ),
        "topics.yaml": _used(public_topics(), "commitments"),
        "forums.yaml": _used(public_forums(), "meetings").prefetch_related("parties"),
        "sources.yaml": _used(
            public_sources(), "citations__update", "meetings", "notes"
        ).prefetch_related("passages_left_out"),
    }
    for name, noun in LISTS.items():
        yield name, to_yaml([_plain(record, noun) for record in lists[name].order_by(noun.key)])
    meetings = public_meetings().select_related("forum").order_by("slug")
    for meeting in meetings.prefetch_related("parties", "sources", "notes__source"):
        yield f"meetings/{meeting.slug}.yaml", to_yaml(_plain(meeting, MEETING))
    retractions = dict(
        Change.objects.filter(
            kind=ChangeKind.RETRACTION, update=None, note=None, commitment__isnull=False
        ).values_list("commitment_id", "payload__reason")
    )
    for commitment in _commitments():
        commitment.retracted_because = retractions.get(commitment.pk, "")
        path = f"commitments/{commitment.reference}.yaml"
        yield path, to_yaml(_plain(commitment, COMMITMENT))
