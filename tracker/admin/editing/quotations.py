"""What is told of quotations before they are published: which do not stand in their source."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tracker.lib.quotations import QuotableText
from tracker.models import Citation, Source, StatusUpdate


def told_of_quotations(updates: Iterable[StatusUpdate]) -> list[str]:
    """A sentence for each quotation that does not occur in the text held of its source."""
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
    held = {
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
        if held[citation.source_id].find(citation.quotation) is None
    ]
