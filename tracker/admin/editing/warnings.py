"""Warnings of acts: quotations missing from a source, words that anticipate the outcome, and
commitments that were never a promise."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tracker.lib.later_words import warn_of_later_words
from tracker.lib.quotations import QuotableText
from tracker.models import Citation, Commitment, Source, StatusUpdate
from tracker.models.positions import is_delivered


def quotation_warnings(updates: Iterable[StatusUpdate]) -> list[str]:
    """Return a sentence for each quotation that is missing from the stored text of its source."""
    keys = [update.pk for update in updates]
    cited = list(
        Citation.objects.filter(update__in=keys)
        .exclude(quotation="")
        .exclude(source__text="")
        .select_related("update__commitment", "source")
        .defer("source__text")
        .order_by("update__commitment__reference", "pk")
    )
    sources = {citation.source_id for citation in cited}
    texts = {
        pk: QuotableText(text)
        for pk, text in Source.objects.filter(pk__in=sources).values_list("pk", "text")
    }
    return [
        _("“%(quotation)s” does not stand in the text of “%(source)s” (%(reference)s).")
        % {
            "quotation": citation.quotation,
            "source": citation.source.title,
            "reference": citation.update.commitment.reference,
        }
        for citation in cited
        if texts[citation.source_id].find(citation.quotation) is None
    ]


def commitment_warnings(commitments: Iterable[Commitment]) -> list[str]:
    """Return a sentence for each commitment that begins as delivered, and for each later word.

    A commitment is first stated at its first meeting, or else at its earliest update or draft; a
    word of its title or summary is later if it anticipates what followed.
    """
    commitments = list(commitments)
    first: dict[int, StatusUpdate] = {}
    for update in StatusUpdate.objects.filter(commitment__in=commitments).chronological():
        first.setdefault(update.commitment_id, update)
    sentences = []
    for commitment in commitments:
        earliest = first.get(commitment.pk)
        if earliest is not None and is_delivered(earliest.stage, earliest.assessment):
            sentence = _(
                "%(reference)s begins as delivered, so it would count as kept without having been "
                "promised. Record the earlier promise first; what nobody promised belongs in a "
                "note on the meeting."
            )
            sentences.append(sentence % {"reference": commitment.reference})
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
