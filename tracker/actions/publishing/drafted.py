"""Drafts to publish: a commitment with its updates and related records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from tracker.models import Alias, Citation, Commitment, Party, StatusUpdate, Topic


@dataclass(frozen=True, slots=True)
class DraftedUpdate:
    """A draft update with its citations, whose sources are saved."""

    update: StatusUpdate
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A commitment and the records that become public with it.

    `commitment` becomes public with the first of `updates`, or is already public and gets more
    updates; then the other fields are empty. Parties, topics, sources and meetings are saved;
    commitments that it is part of, supersedes or is related to are public or come earlier.
    `updates` are numbered in the order given.
    """

    commitment: Commitment
    updates: Sequence[DraftedUpdate]
    parties: Sequence[Party] = ()
    topics: Sequence[Topic] = ()
    related: Sequence[Commitment] = ()
    aliases: Sequence[Alias] = ()


class RefusedDraftError(ValidationError):
    """Raised when one draft in a batch cannot be published; nothing is written."""

    def __init__(self, why: ValidationError, drafted: Drafted, update: int | None = None) -> None:
        super().__init__(why)
        self.drafted = drafted
        # The index in `drafted.updates`; None when the commitment itself was refused.
        self.update = update
