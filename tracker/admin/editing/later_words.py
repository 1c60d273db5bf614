"""What is told of titles and summaries that say what became of a commitment: a warning only."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.lib.later_words import warn_of_later_words
from tracker.models import Commitment, StatusUpdate


def told_of_later_words(commitments: Iterable[Commitment]) -> list[str]:
    """A sentence for each word that could not be said when the commitment was first stated.

    That is at its first meeting, or where none is named at its earliest update, be it a draft.
    """
    listed = list(commitments)
    first: dict[int, StatusUpdate] = {}
    for update in StatusUpdate.objects.filter(commitment__in=listed).chronological():
        first.setdefault(update.commitment_id, update)
    sentences = []
    for commitment in listed:
        earliest = first.get(commitment.pk)
        said = earliest.happened if earliest is not None else None
        if commitment.first_stated_at is not None:
            said = commitment.first_stated_at.date
        targets = [earliest.target] if earliest is not None and earliest.target else []
        for name in ("title", "summary"):
            label = str(commitment._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for sentence in warn_of_later_words(
                getattr(commitment, name), said=said, targets=targets
            ):
                sentences.append(f"{commitment.reference}, {label}: {sentence}")
    return sentences
