"""The one public JSON shape of each noun, for the log, the feeds, the files and the API.

Only public things are named: whatever a payload refers to that is still a draft is left out.
Records are named by reference, slug or code, never by a database key. Values are those of
`lib.canonical_json`, so that a payload can be hashed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from operator import attrgetter

from tracker import payload_shapes as shapes
from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Alias,
    Change,
    Citation,
    Commitment,
    Forum,
    Level,
    Meeting,
    Note,
    Party,
    PassageLeftOut,
    Position,
    Revision,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.models.records import PublicRecord

Payload = shapes.Payload
# Which records a payload names. `queries.submissions` asks for those that are still to be public.
Named = Callable[[PublicRecord], bool]
_PUBLIC: Named = attrgetter("is_public")


def partial_date(value: PartialDate | None) -> Payload | None:
    """`date` in ISO 8601 to the precision known, `words` as the source put it; null for neither."""
    if value is None:
        return None
    return {"date": value.iso or None, "words": value.words, "precision": value.precision.value}


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def recorded(seq: int | None, recorded_at: dt.datetime | None) -> Payload:
    """A line of the log by its number, and when it was written, in UTC to the second."""
    if recorded_at is None:
        return shapes.recorded(seq, None)
    told = recorded_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return shapes.recorded(seq, told.replace("+00:00", "Z"))


def level_name(value: int) -> str:
    return Level(value).name.lower()


def party(record: Party) -> Payload:
    return {
        "code": record.code,
        "slug": record.slug,
        "name": record.name,
        "short_name": record.short_name,
        "kind": str(record.kind),
    }


def topic(record: Topic) -> Payload:
    return {"slug": record.slug, "name": record.name, "summary": record.summary}


def forum(record: Forum) -> Payload:
    return {
        "slug": record.slug,
        "name": record.name,
        "level": level_name(record.level),
        "parties": sorted(p.code for p in record.parties.all()),
        "cadence_months": record.cadence_months,
        "summary": record.summary,
    }


def source(record: Source) -> Payload:
    return {
        "slug": record.slug,
        "title": record.title,
        "kind": str(record.kind),
        "publisher": record.publisher,
        "identifier": record.identifier,
        "url": record.url,
        "archived_url": record.archived_url,
        "language": record.language,
        "published_on": partial_date(record.published_on),
        "retrieved_on": day(record.retrieved_on),
        "summary": record.summary,
        "text_sha256": record.text_sha256,
    }


def passage(record: PassageLeftOut) -> Payload:
    """A passage that is no commitment, and why."""
    return {
        "locator": record.locator,
        "quotation": record.quotation,
        "subject": record.subject,
        "reason": str(record.reason),
    }


def logged_source(record: Source, *, named: Named = _PUBLIC) -> Payload:
    """A source for the log, with what was read in it and left out where there is any."""
    left_out = [passage(p) for p in record.passages_left_out.all() if named(p)]
    return {**source(record), **({"left_out": left_out} if left_out else {})}


def meeting(record: Meeting, *, named: Named = _PUBLIC) -> Payload:
    return {
        "slug": record.slug,
        "title": record.title,
        "forum": record.forum.slug if record.forum else None,
        "level": level_name(record.level),
        "parties": sorted(p.code for p in record.parties.all()),
        "state": str(record.state),
        "date": partial_date(record.date),
        "place": record.place,
        "summary": record.summary,
        "sources": sorted(s.slug for s in record.sources.all() if named(s)),
        "is_fully_recorded": record.is_fully_recorded,
    }


def alias(record: Alias) -> Payload:
    return shapes.alias(name=record.name, language=record.language, note=record.note)


def commitment_name(record: Commitment) -> Payload:
    """Enough to name and link a commitment."""
    return shapes.commitment_name(record.reference, record.slug, record.title)


def commitment(record: Commitment, *, named: Named = _PUBLIC) -> Payload:
    """What a commitment is, without where it stands."""
    return shapes.commitment(
        reference=record.reference,
        slug=record.slug,
        title=record.title,
        summary=record.summary,
        instrument=str(record.instrument),
        topics=sorted(t.slug for t in record.topics.all() if named(t)),
        parties=sorted(p.code for p in record.parties.all()),
        first_stated_at=record.first_stated_at.slug if record.first_stated_at else None,
        series=record.series.slug if record.series else None,
        part_of=record.part_of.reference if record.part_of and named(record.part_of) else None,
        supersedes=record.supersedes.reference
        if record.supersedes and named(record.supersedes)
        else None,
        related=sorted(c.reference for c in record.related.all() if named(c)),
        aliases=[alias(a) for a in record.aliases.all() if named(a)],
        last_checked_on=day(record.last_checked_on),
    )


def position(record: Position) -> Payload:
    """Where a commitment stands."""
    return shapes.position(
        stage=str(record.stage),
        assessment=str(record.assessment),
        firmness=str(record.firmness) or None,
        target=partial_date(record.target),
    )


def citation(record: Citation) -> Payload:
    return shapes.citation(
        source=record.source.slug,
        source_title=record.source.title,
        publisher=record.source.publisher,
        published_on=partial_date(record.source.published_on),
        url=record.source.url,
        quotation=record.quotation,
        locator=record.locator,
        language=record.language,
    )


def cited(record: Citation) -> Payload:
    """What rests on a source at one place."""
    update = record.update
    return {
        "update": update_id(update),
        "commitment": commitment_name(update.commitment),
        "quotation": record.quotation,
        "locator": record.locator,
        "language": record.language,
    }


def update_id(record: StatusUpdate) -> str:
    """The permanent id of an update: its commitment's reference and its number."""
    return shapes.update_id(record.commitment.reference, record.number)


def update(record: StatusUpdate) -> Payload:
    """What a meeting or event did to a commitment, with its evidence."""
    return shapes.update(
        id=update_id(record),
        number=record.number,
        happened=partial_date(record.happened),
        meeting=record.meeting.slug if record.meeting else None,
        party=record.party.code if record.party else None,
        stage=str(record.stage),
        assessment=str(record.assessment),
        firmness=str(record.firmness) or None,
        target=partial_date(record.target),
        rationale=record.rationale,
        corrects=record.corrects.number if record.corrects else None,
        reason=record.reason,
        citations=[citation(c) for c in record.citations.all()],
    )


def revision(record: Revision) -> Payload:
    """That an update no longer counts: by which line of the log, and what stands in its place."""
    return {
        "change": record.seq,
        "replaced_by": record.replacement.number if record.replacement else None,
        "reason": record.reason,
    }


def note(record: Note) -> Payload:
    return {
        "key": record.key,
        "author": record.author,
        "source": record.source.slug if record.source else None,
        "language": record.language,
        "meeting": record.meeting.slug if record.meeting else None,
        "commitment": record.commitment.reference if record.commitment else None,
        "text": record.text,
    }


def change_id(record: Change) -> str:
    """The permanent id of a change: a UUID (RFC 9562, version 5) made of its hash, as a URN."""
    return uuid.uuid5(uuid.NAMESPACE_OID, record.hash).urn


def change(record: Change) -> Payload:
    """A line of the log: all that its hash covers, the hash, and the permanent id."""
    return {"id": change_id(record), **record.canonical(), "hash": record.hash}
