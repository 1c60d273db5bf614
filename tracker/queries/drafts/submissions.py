"""The canonical form of what a draft makes public, whose digest an approval names.

It contains the draft's payload with citations and names, and each record that it uses and that is
not public yet. The payloads are those of publication, so no public field is missing. It contains
unpublished data and must never be used for a public page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from tracker.lib.canonical_json import sha256_hex
from tracker.models import (
    REVIEWED,
    Alias,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Note,
    Party,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.models.records import PublicRecord
from tracker.schema import payloads
from tracker.schema.payloads import Payload

# The records that are published by an action of their own.
Draft = Meeting | Commitment | StatusUpdate | Note

# The payload of each record by its key ("update:12", "source:3").
Content = dict[str, Payload]

# The fields of a citation that belong to its source. They are left out, since a public source is
# amended in public, and a draft source is part of the form itself.
_OF_THE_SOURCE = {"source_title", "publisher", "published_on", "url"}


def key_of(record: PublicRecord | StatusUpdate) -> str:
    """Return the key of a record, which does not depend on its content."""
    return f"{REVIEWED[type(record)]}:{record.pk}"


def digest_of(content: Content) -> str:
    """Return the SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return sha256_hex(content)


@dataclass(frozen=True, slots=True)
class Submission:
    """The present payloads of a draft and the records it uses; `public` are the public keys."""

    parts: Content
    public: frozenset[str]

    @property
    def content(self) -> Content:
        """The payloads that would become public with the draft, or must before it."""
        return {key: payload for key, payload in self.parts.items() if key not in self.public}

    def beside(self, content: Content) -> Content:
        """Return the present payloads of the unpublished records and of those in `content`.

        A record that was a draft then, such as a source that several drafts cite, may have become
        public with another one since. That alone is no difference.
        """
        return {
            key: payload
            for key, payload in self.parts.items()
            if key not in self.public or key in content
        }

    def agrees(self, content: Content) -> bool:
        """Whether nothing has changed since the draft was submitted or shown."""
        return digest_of(self.beside(content)) == digest_of(content)


def submissions(drafts: Iterable[Draft]) -> dict[Draft, Submission]:
    """Return the present form of each draft that still exists.

    The number of queries is constant.
    """
    result: dict[Draft, Submission] = {}
    some = list(drafts)
    for model, read in _READERS.items():
        mine = {draft.pk: draft for draft in some if type(draft) is model}
        if mine:
            result |= {mine[row.pk]: _submission(row) for row in read().filter(pk__in=list(mine))}
    return result


def submission_of(draft: Draft) -> Submission | None:
    """Return the form of one draft, or None if it no longer exists."""
    return submissions([draft]).get(draft)


def _submission(draft: Draft) -> Submission:
    rests_on = [record for record in _rests_on(draft) if record is not None]
    parts = {key_of(record): payload_of(record) for record in (draft, *rests_on)}
    return Submission(parts, frozenset(key_of(one) for one in rests_on if one.is_published))


# -- Payloads -----------------------------------------------------------------------------------


def _is_named(record: PublicRecord) -> bool:
    """Whether a payload names a record once everything submitted with it is public."""
    if isinstance(record, Alias) and not record.is_published:
        return record.update_id is None
    return not record.is_retracted


def payload_of(record: PublicRecord | StatusUpdate) -> Payload:
    """Return the payload of a record once everything submitted with it is public."""
    return _PAYLOADS[type(record)](record)


def _source(record: Source) -> Payload:
    return payloads.logged_source(record, named=_is_named)


def _meeting(record: Meeting) -> Payload:
    payload = payloads.meeting(record, named=_is_named)
    # Set later, by an action of its own.
    del payload["is_fully_recorded"]
    return payload


def _commitment(record: Commitment) -> Payload:
    return payloads.commitment(record, named=_is_named)


def _update(record: StatusUpdate) -> Payload:
    payload = payloads.update(record)
    # Assigned on publication.
    del payload["id"], payload["number"]
    names = sorted(record.names.all(), key=lambda name: (name.name, name.language))
    return {
        "commitment": record.commitment.reference,
        **payload,
        "citations": [
            {name: value for name, value in cited.items() if name not in _OF_THE_SOURCE}
            for cited in payload["citations"]
        ],
        "significance": str(record.significance),
        "names": [payloads.alias(name) for name in names],
    }


_PAYLOADS: dict[type[Any], Callable[[Any], Payload]] = {
    Party: payloads.party,
    Topic: payloads.topic,
    Forum: payloads.forum,
    Source: _source,
    Meeting: _meeting,
    Commitment: _commitment,
    StatusUpdate: _update,
    Note: payloads.note,
}


def forum_with_parties(forum: Forum | None) -> list[Forum | Party]:
    """Return a forum and its parties, which become public together."""
    return [] if forum is None else [forum, *forum.parties.all()]


def _rests_on(draft: Draft) -> Sequence[PublicRecord | None]:
    """Return the records that become public with a draft, or must be public before it."""
    match draft:
        case Meeting():
            return [
                *forum_with_parties(draft.forum),
                *draft.parties.all(),
                *draft.sources.all(),
            ]
        case Commitment():
            return [
                draft.first_stated_at,
                *forum_with_parties(draft.series),
                *draft.parties.all(),
                *draft.topics.all(),
            ]
        case StatusUpdate():
            cited = [citation.source for citation in draft.citations.all()]
            return [draft.meeting, draft.party, *cited]
    return [draft.meeting, draft.source]


# -- Reading -------------------------------------------------------------------------------------


def _sources() -> QuerySet[Source]:
    # The full text is large and not needed.
    return Source.objects.defer("text").prefetch_related("passages_left_out")


def _of_meeting(path: str) -> list[str | Prefetch[Any]]:
    """Return the prefetches that the payload of a meeting needs, for one at a path."""
    return [f"{path}parties", Prefetch(f"{path}sources", _sources())]


def _meetings() -> QuerySet[Any]:
    return Meeting.objects.select_related("forum").prefetch_related(
        "forum__parties", *_of_meeting("")
    )


def _commitments() -> QuerySet[Any]:
    return Commitment.objects.select_related(
        "first_stated_at__forum", "part_of", "supersedes", "series"
    ).prefetch_related(
        *("topics", "parties", "related", "aliases", "series__parties"),
        *_of_meeting("first_stated_at__"),
    )


def _updates() -> QuerySet[Any]:
    cited = Citation.objects.select_related("source").defer("source__text")
    return StatusUpdate.objects.select_related(
        "commitment", "meeting__forum", "party", "corrects"
    ).prefetch_related(
        Prefetch("citations", cited.prefetch_related("source__passages_left_out")),
        "names",
        *_of_meeting("meeting__"),
    )


def _notes() -> QuerySet[Any]:
    return (
        Note.objects.select_related("meeting__forum", "commitment", "source")
        .defer("source__text")
        .prefetch_related("source__passages_left_out", *_of_meeting("meeting__"))
    )


_READERS: dict[type[Any], Callable[[], QuerySet[Any]]] = {
    Meeting: _meetings,
    Commitment: _commitments,
    StatusUpdate: _updates,
    Note: _notes,
}
