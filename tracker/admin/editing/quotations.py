"""Warnings about quotations that do not occur in their source."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tracker.lib.quotations import QuotableText
from tracker.models import Citation, Source, StatusUpdate


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
