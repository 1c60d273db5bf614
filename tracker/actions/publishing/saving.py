"""Save the input of `publish_in_bulk` as drafts first, since the database requires it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from tracker.actions.publishing.drafted import Drafted, RefusedDraftError
from tracker.actions.publishing.rules import publish_first
from tracker.lib.row_writing import insert_each, insert_values, insert_with_keys
from tracker.models import Alias, Citation, Commitment, StatusUpdate


def save_drafts(drafts: Sequence[Drafted]) -> list[Drafted]:
    """Insert commitments, updates and their parts; return the drafts with a new commitment.

    Raise `RefusedDraftError` for the first that cannot be saved.
    """
    new = [drafted for drafted in drafts if drafted.commitment._state.adding]
    _refuse_invalid(drafts)
    _save_commitments(new)
    _save_updates(drafts)
    return new


def _refuse_invalid(drafts: Sequence[Drafted]) -> None:
    for drafted in drafts:
        if not drafted.updates:
            raise RefusedDraftError(
                ValidationError(
                    _("Give “%(commitment)s” an update: there is no status without a source."),
                    params={"commitment": drafted.commitment.title},
                ),
                drafted,
            )
        for index, given in enumerate(drafted.updates):
            if given.update.corrects_id is not None or given.update.corrects is not None:
                why = ValidationError(_("Publish a correction as a correction."))
                raise RefusedDraftError(why, drafted, index)


def _save_commitments(new: Sequence[Drafted]) -> None:
    """Insert the new commitments, each after those that it is part of or supersedes."""
    waiting = list(new)
    while waiting:
        ready = [d for d in waiting if not _unsaved(d.commitment)]
        if not ready:
            record = _unsaved(waiting[0].commitment)[0]
            raise RefusedDraftError(publish_first(record, waiting[0].commitment), waiting[0])
        insert_with_keys(Commitment, [drafted.commitment for drafted in ready])
        waiting = [drafted for drafted in waiting if drafted.commitment._state.adding]
    for drafted in new:
        for alias in drafted.aliases:
            alias.commitment = drafted.commitment
    insert_with_keys(Alias, [alias for drafted in new for alias in drafted.aliases])
    _link(Commitment.parties.through, "party", ((d.commitment, d.parties) for d in new))
    _link(Commitment.topics.through, "topic", ((d.commitment, d.topics) for d in new))
    _save_related(new)


def _save_related(new: Sequence[Drafted]) -> None:
    through = Commitment.related.through
    pairs = []
    for drafted in new:
        for other in drafted.related:
            if other._state.adding:
                raise RefusedDraftError(publish_first(other, drafted.commitment), drafted)
            pairs += [(drafted.commitment.pk, other.pk), (other.pk, drafted.commitment.pk)]
    through._default_manager.bulk_create(
        [through(from_commitment_id=a, to_commitment_id=b) for a, b in dict.fromkeys(pairs)],
        ignore_conflicts=True,
    )


def _save_updates(drafts: Sequence[Drafted]) -> None:
    for drafted in drafts:
        for given in drafted.updates:
            given.update.commitment = drafted.commitment
    every = [given for drafted in drafts for given in drafted.updates]
    insert_with_keys(StatusUpdate, [given.update for given in every])
    for given in every:
        for citation in given.citations:
            citation.update = given.update
    insert_each(Citation, (citation for given in every for citation in given.citations))


def _unsaved(commitment: Commitment) -> list[Commitment]:
    others = (commitment.part_of, commitment.supersedes)
    return [other for other in others if other is not None and other._state.adding]


def _link(
    through: Any, name: str, links: Iterable[tuple[Commitment, Sequence[models.Model]]]
) -> None:
    rows = (
        (commitment.pk, pk)
        for commitment, records in links
        for pk in dict.fromkeys(record.pk for record in records)
    )
    insert_values(through, ("commitment", name), rows)
