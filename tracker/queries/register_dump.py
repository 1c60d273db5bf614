"""The public register as the files of the documented format: what `load_register` reads again."""

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
    Meeting,
    Note,
    StatusUpdate,
)
from tracker.queries.visibility import (
    public_forums,
    public_meetings,
    public_notes,
    public_parties,
    public_sources,
    public_topics,
)
from tracker.register_format import schema
from tracker.register_format.writing import plain, to_yaml
from tracker.schema.payloads import level_name


def _copy(record: Any, noun: schema.Noun, **special: Any) -> dict[str, Any]:
    """A record's values by the names of the format; `special` gives those that differ."""
    names = {spec.name for spec in noun.fields} - special.keys()
    return {name: getattr(record, name) for name in names} | special


def _note(note: Note) -> dict[str, Any]:
    return _copy(note, schema.NOTE, source=note.source.slug if note.source else "")


def _meeting(meeting: Meeting) -> dict[str, Any]:
    return _copy(
        meeting,
        schema.MEETING,
        forum=meeting.forum.slug if meeting.forum else "",
        level=level_name(meeting.level),
        parties=sorted(p.code for p in meeting.parties.all()),
        fully_recorded=meeting.is_fully_recorded,
        sources=sorted(s.slug for s in meeting.sources.all() if s.is_public),
        notes=[_note(note) for note in meeting.notes.all() if note.is_public],
    )


def _update(update: StatusUpdate) -> dict[str, Any]:
    revision = getattr(update, "revision", None)
    return _copy(
        update,
        schema.UPDATE,
        meeting=update.meeting.slug if update.meeting else "",
        party=update.party.code if update.party else "",
        corrects=update.corrects.number if update.corrects else None,
        retracted=revision.reason if revision is not None and revision.is_retraction else "",
        citations=[
            _copy(citation, schema.CITATION, source=citation.source.slug)
            for citation in update.citations.all()
        ],
    )


def _commitment(commitment: Commitment, retraction: str) -> dict[str, Any]:
    def reference(other: Commitment | None) -> str:
        return other.reference if other is not None and other.is_published else ""

    return _copy(
        commitment,
        schema.COMMITMENT,
        topics=sorted(t.slug for t in commitment.topics.all() if t.is_public),
        parties=sorted(p.code for p in commitment.parties.all()),
        first_stated=commitment.first_stated_at.slug if commitment.first_stated_at else "",
        series=commitment.series.slug if commitment.series else "",
        part_of=reference(commitment.part_of),
        supersedes=reference(commitment.supersedes),
        related=sorted(c.reference for c in commitment.related.all() if c.is_published),
        checked=commitment.last_checked_on,
        retracted=retraction,
        aliases=[
            _copy(alias, schema.ALIAS, update=alias.update.number if alias.update else None)
            for alias in commitment.aliases.all()
            if alias.is_public
        ],
        updates=[_update(update) for update in commitment.updates.all()],
        notes=[_note(note) for note in commitment.notes.all() if note.is_public],
    )


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
    """Leave out what nothing public rests on any more: loading could not make it public."""
    condition = Q()
    for relation in relations:
        condition |= Q(**{f"{relation}__published_seq__isnull": False})
    return records.filter(condition).distinct()


def register_files() -> Iterator[tuple[str, str]]:
    """Yield each file's path and text. Retracted commitments are included, marked as such."""
    yield "register.yaml", to_yaml(plain({"format": schema.FORMAT}, schema.REGISTER))
    lists: dict[str, list[dict[str, Any]]] = {
        "parties.yaml": [
            _copy(p, schema.PARTY)
            for p in _used(
                public_parties(), "forums__meetings", "meetings", "commitments", "steps"
            ).order_by("code")
        ],
        "topics.yaml": [
            _copy(t, schema.TOPIC) for t in _used(public_topics(), "commitments").order_by("slug")
        ],
        "forums.yaml": [
            _copy(
                forum,
                schema.FORUM,
                level=level_name(forum.level),
                parties=sorted(p.code for p in forum.parties.all()),
            )
            for forum in _used(public_forums(), "meetings")
            .prefetch_related("parties")
            .order_by("slug")
        ],
        "sources.yaml": [
            _copy(
                source,
                schema.SOURCE,
                published=source.published_on,
                retrieved=source.retrieved_on,
                left_out=[
                    _copy(passage, schema.PASSAGE)
                    for passage in source.passages_left_out.all()
                    if passage.is_public
                ],
            )
            for source in _used(public_sources(), "citations__update", "meetings", "notes")
            .prefetch_related("passages_left_out")
            .order_by("slug")
        ],
    }
    for name, noun in schema.LISTS.items():
        yield name, to_yaml([plain(values, noun) for values in lists[name]])
    meetings = public_meetings().select_related("forum").order_by("slug")
    for meeting in meetings.prefetch_related("parties", "sources", "notes__source"):
        yield f"meetings/{meeting.slug}.yaml", to_yaml(plain(_meeting(meeting), schema.MEETING))
    retractions = dict(
        Change.objects.filter(
            kind=ChangeKind.RETRACTION, update=None, note=None, commitment__isnull=False
        ).values_list("commitment_id", "payload__reason")
    )
    for commitment in _commitments():
        values = _commitment(commitment, retractions.get(commitment.pk, ""))
        path = f"commitments/{commitment.reference}.yaml"
        yield path, to_yaml(plain(values, schema.COMMITMENT))
