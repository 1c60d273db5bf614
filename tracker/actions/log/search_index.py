"""Index the folded text of public commitments, and of other records with names, for search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from tracker.lib.folded_fields import folded_text
from tracker.lib.row_writing import insert_values, write_values
from tracker.models import (
    Alias,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Party,
    SearchDocument,
    Source,
    Topic,
)
from tracker.queries.lists.search import searched_texts


def index(commitments: Collection[Commitment]) -> None:
    """Write the search documents of published commitments.

    A retracted commitment keeps its document, since subscribers to a search that matches it must
    learn of the retraction. Lists exclude it by their own visibility rules.
    """
    rows = ((pk, *texts) for pk, texts in _documents(commitments).items())
    insert_values(SearchDocument, ("commitment", "names", "text"), rows, or_update=True)


def index_anew(commitment: Commitment) -> bool:
    """Index a commitment if its stored document differs; return whether it did."""
    stored = SearchDocument.objects.filter(commitment=commitment).values_list("names", "text")
    differs = stored.first() != _documents([commitment])[commitment.pk]
    if differs:
        index([commitment])
    return differs


def _documents(commitments: Collection[Commitment]) -> dict[int, tuple[str, str]]:
    """Map each commitment to the folded texts searched for short words and for other words."""
    keys = [commitment.pk for commitment in commitments]
    aliases: dict[int, list[str]] = defaultdict(list)
    named = Alias.objects.public().filter(commitment__in=keys)
    for pk, name in named.values_list("commitment", "name"):
        aliases[pk].append(name)
    quotations: dict[int, list[str]] = defaultdict(list)
    cited = Citation.objects.filter(
        update__commitment__in=keys,
        update__published_seq__isnull=False,
        update__revision__isnull=True,
    )
    for pk, quotation in cited.values_list("update__commitment", "quotation"):
        quotations[pk].append(quotation)
    return {
        commitment.pk: searched_texts(
            names=[commitment.title, commitment.reference, *aliases[commitment.pk]],
            others=[commitment.summary, *quotations[commitment.pk]],
        )
        for commitment in commitments
    }


def rebuild_folded_names() -> list[str]:
    """Rebuild the folded names of records that a search links to; return what differed."""
    differed = False
    for model in (Forum, Meeting, Party, Source, Topic):
        field = model._meta.get_field("folded_text")
        rows = model._base_manager.values_list("pk", "folded_text", *field.of)
        folded = ((folded_text(parts), stored, pk) for pk, stored, *parts in rows.iterator())
        wrong = [(text, pk) for text, stored, pk in folded if text != stored]
        write_values(model, ["folded_text"], wrong)
        differed = differed or bool(wrong)
    return ["folded names"] if differed else []
