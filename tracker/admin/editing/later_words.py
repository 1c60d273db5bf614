"""Warnings about titles and summaries that say what became of a commitment later."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.lib.later_words import warn_of_later_words
from tracker.models import Commitment, StatusUpdate


def later_word_warnings(commitments: Iterable[Commitment]) -> list[str]:
    """Return a sentence for each word that anticipates what followed the first statement.

    A commitment is first stated at its first meeting, or else at its earliest update or draft.
    """
    commitments = list(commitments)
    first: dict[int, StatusUpdate] = {}
    for update in StatusUpdate.objects.filter(commitment__in=commitments).chronological():
        first.setdefault(update.commitment_id, update)
    sentences = []
    for commitment in commitments:
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
