"""What a draft makes public, in one canonical form whose digest an approval names.

That is all that its own payload says, citations and names included, and each record that it rests
on and that is not public yet. The payloads are those of publishing, so no public field is left
out. Drafts are in it: nothing of this is for a public page.
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

# What an act of its own publishes.
Draft = Meeting | Commitment | StatusUpdate | Note

# What each record says, under the key of the record ("update:12", "source:3").
Content = dict[str, Payload]

# Of a citation, what is said of its source: a public source is amended in the open, and a draft
# stands in the form by itself.
_OF_THE_SOURCE = {"source_title", "publisher", "published_on", "url"}


def key_of(record: PublicRecord | StatusUpdate) -> str:
    """The key of a record in a form, which stays whatever is changed in the record."""
    return f"{REVIEWED[type(record)]}:{record.pk}"


def digest_of(content: Content) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return sha256_hex(content)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a draft and all that it rests on say now; `public` are the keys of what is public."""

    parts: Content
    public: frozenset[str]

    @property
    def content(self) -> Content:
        """What would become public with the draft, or must before it."""
        return {key: said for key, said in self.parts.items() if key not in self.public}

    def beside(self, content: Content) -> Content:
        """The same as `content` says it, had nothing but its publicity changed since.

        What was a draft then, such as a source that several drafts cite, may have become public
        with another one meanwhile. That is no difference, as long as it says the same.
        """
        return {
            key: said
            for key, said in self.parts.items()
            if key not in self.public or key in content
        }

    def agrees(self, content: Content) -> bool:
        """Whether it still says what it said when it was sent, or shown."""
        return digest_of(self.beside(content)) == digest_of(content)


def submissions(drafts: Iterable[Draft]) -> dict[Draft, Submission]:
    """The form of each draft as the database holds it now; none of one that is not there.

    A constant number of queries, however many drafts.
    """
    found: dict[Draft, Submission] = {}
    some = list(drafts)
    for model, read in _READERS.items():
        mine = {draft.pk: draft for draft in some if type(draft) is model}
        if mine:
            found |= {mine[row.pk]: _submission(row) for row in read().filter(pk__in=list(mine))}
    return found


def submission_of(draft: Draft) -> Submission | None:
    """The form of one draft; None when it is not there any more."""
    return submissions([draft]).get(draft)


def _submission(draft: Draft) -> Submission:
    rests_on = [record for record in _rests_on(draft) if record is not None]
    parts = {key_of(record): payload_of(record) for record in (draft, *rests_on)}
    return Submission(parts, frozenset(key_of(one) for one in rests_on if one.is_published))


# -- What each noun says -------------------------------------------------------------------------


def _is_named(record: PublicRecord) -> bool:
    """Whether a payload names a record once all is public that is sent with it."""
    if isinstance(record, Alias) and not record.is_published:
        return record.update_id is None
    return not record.is_retracted


def payload_of(record: PublicRecord | StatusUpdate) -> Payload:
    """What a record says, in public once all is public that is sent with it."""
    return _SAID[type(record)](record)


def _source(record: Source) -> Payload:
    return payloads.logged_source(record, named=_is_named)


def _meeting(record: Meeting) -> Payload:
    said = payloads.meeting(record, named=_is_named)
    # That everything is recorded is said later, by an act of its own.
    del said["is_fully_recorded"]
    return said


def _commitment(record: Commitment) -> Payload:
    return payloads.commitment(record, named=_is_named)


def _update(record: StatusUpdate) -> Payload:
    said = payloads.update(record)
    # Publication gives these.
    del said["id"], said["number"]
    names = sorted(record.names.all(), key=lambda name: (name.name, name.language))
    return {
        "commitment": record.commitment.reference,
        **said,
        "citations": [
            {name: value for name, value in cited.items() if name not in _OF_THE_SOURCE}
            for cited in said["citations"]
        ],
        "significance": str(record.significance),
        "names": [payloads.alias(name) for name in names],
    }


_SAID: dict[type[Any], Callable[[Any], Payload]] = {
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
    """What becomes public together: a forum names its parties."""
    return [] if forum is None else [forum, *forum.parties.all()]


def _rests_on(draft: Draft) -> Sequence[PublicRecord | None]:
    """What becomes public with a draft, or must be public before it."""
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
    # Whole documents are not needed, and are what is large.
    return Source.objects.defer("text").prefetch_related("passages_left_out")


def _of_meeting(path: str) -> list[str | Prefetch[Any]]:
    """What the payload of a meeting names, for the meeting at a path."""
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
