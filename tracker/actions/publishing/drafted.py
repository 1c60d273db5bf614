"""What is to be published: a commitment with its updates, and with what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from tracker.models import Alias, Citation, Commitment, Party, StatusUpdate, Topic


@dataclass(frozen=True, slots=True)
class DraftedUpdate:
    """A draft of an update with its citations, whose sources are saved."""

    update: StatusUpdate
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A commitment and what becomes public with it.

    `commitment` becomes public with the first of `updates`; or it is public already, and gets
    further updates: then the other fields stay empty. What these refer to (parties, topics,
    sources, meetings) is saved; what a commitment is part of, supersedes or is related to is
    public or comes earlier. `updates` are numbered in the order given.
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
