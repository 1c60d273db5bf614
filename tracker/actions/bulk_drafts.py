"""What `publish_in_bulk` takes: commitments and updates that are not saved yet, by the chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from tracker.models import Alias, Citation, Commitment, Party, StatusUpdate, Topic

# What a chunk holds at most, for some 100 MB of memory.
UPDATES_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class DraftedUpdate:
    """An unsaved update with its unsaved citations, whose sources are saved."""

    update: StatusUpdate
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A commitment and what becomes public with it.

    `commitment` is unsaved, and becomes public with the first of `updates`; or it is public
    already, and gets further updates: then the other fields stay empty. What these refer to
    (parties, topics, sources, meetings) is saved; what a commitment is part of, supersedes or is
    related to is public or comes earlier. `updates` are numbered in the order given; none of them
    corrects another.
    """

    commitment: Commitment
    updates: Sequence[DraftedUpdate]
    parties: Sequence[Party] = ()
    topics: Sequence[Topic] = ()
    related: Sequence[Commitment] = ()
    aliases: Sequence[Alias] = ()


class RefusedDraftError(ValidationError):
    """That one of many is not fit to be published, and which: nothing of them was written."""

    def __init__(self, why: ValidationError, drafted: Drafted, update: int | None = None) -> None:
        super().__init__(why)
        self.drafted = drafted
        # The place in `drafted.updates`, from 0; None when it is about the commitment.
        self.update = update


def chunks(drafts: Iterable[Drafted], *, at_once: int) -> Iterator[list[Drafted]]:
    """Lists of at most `at_once` commitments, each of them named once in its list."""
    chunk: list[Drafted] = []
    named: set[int] = set()
    updates = 0
    for drafted in drafts:
        key = drafted.commitment.pk or id(drafted.commitment)
        is_full = len(chunk) >= at_once or updates + len(drafted.updates) > UPDATES_AT_ONCE
        if chunk and (is_full or key in named):
            yield chunk
            chunk, named, updates = [], set(), 0
        chunk.append(drafted)
        named.add(key)
        updates += len(drafted.updates)
    if chunk:
        yield chunk
