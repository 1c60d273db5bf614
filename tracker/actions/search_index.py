"""What can be found: the folded text of each public commitment, and of what is named by words."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.actions.publication_rules import Event
from tracker.lib.folded_fields import folded_text
from tracker.lib.row_writing import write_values
from tracker.models import (
    Citation,
    Commitment,
    Forum,
    Meeting,
    Party,
    SearchDocument,
    Source,
    StatusUpdate,
    Topic,
)
from tracker.queries.search import searched_texts


def texts(
    commitment: Commitment, *, aliases: Iterable[str], quotations: Iterable[str]
) -> tuple[str, str]:
    """What one- and two-letter words are looked for in, and what longer ones are; both folded."""
    names = [commitment.title, commitment.reference, *aliases]
    return searched_texts(names=names, others=(commitment.summary, *quotations))


def _texts(commitment: Commitment) -> tuple[str, str]:
    effective = StatusUpdate.objects.filter(commitment=commitment).effective()
    return texts(
        commitment,
        aliases=commitment.aliases.public().values_list("name", flat=True),
        quotations=Citation.objects.filter(update__in=effective).values_list(
            "quotation", flat=True
        ),
    )


def write_document(commitment: Commitment, *, updates: Iterable[Event]) -> None:
    """Write what a search finds a published commitment by; `updates` are its effective ones.

    Comes to what `index_commitment` comes to, which reads them, and the document to compare.
    """
    counting = {update.pk for update in updates}
    cited = Citation.objects.filter(update__commitment=commitment)
    names, text = texts(
        commitment,
        aliases=commitment.aliases.public().values_list("name", flat=True),
        quotations=[
            quotation
            for update, quotation in cited.values_list("update_id", "quotation")
            if update in counting
        ],
    )
    if not SearchDocument.objects.filter(commitment=commitment).update(names=names, text=text):
        SearchDocument.objects.create(commitment=commitment, names=names, text=text)


def index_commitment(commitment: Commitment) -> bool:
    """Write what a search finds the commitment by; return whether it differed from before.

    A retracted commitment keeps its document: the log still holds its lines, and who follows
    them by a search must learn of the retraction. Lists leave it out by their own visibility.
    """
    if not commitment.is_published:
        return bool(SearchDocument.objects.filter(commitment=commitment).delete()[0])
    names, text = _texts(commitment)
    stored = SearchDocument.objects.filter(commitment=commitment)
    before = stored.values_list("names", "text").first()
    if before == (names, text):
        return False
    if before is None:
        SearchDocument.objects.create(commitment=commitment, names=names, text=text)
    else:
        stored.update(names=names, text=text)
    return True


def rebuild_folded_names() -> list[str]:
    """Fold anew the names of what a search leads on to; return what differed."""
    differed = False
    for model in (Forum, Meeting, Party, Source, Topic):
        field = model._meta.get_field("folded_text")
        rows = model._base_manager.values_list("pk", "folded_text", *field.of)
        folded = ((folded_text(parts), stored, pk) for pk, stored, *parts in rows.iterator())
        wrong = [(text, pk) for text, stored, pk in folded if text != stored]
        write_values(model, ["folded_text"], wrong)
        differed = differed or bool(wrong)
    return ["folded names"] if differed else []
