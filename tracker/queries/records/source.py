"""The citations and omitted passages of a source, in the order of its text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from tracker.lib.folding import fold
from tracker.lib.locators import LocatorKey, locator_key
from tracker.models import Citation, PassageLeftOut, Source
from tracker.queries.reference_data import was_there
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_citations,
    public_passages,
    public_sources,
    public_update_q,
    record_at,
)


def _place(locator: str, quotation: str, text: str) -> tuple[bool, int, LocatorKey]:
    """Return a sort key: the place of the quotation in the full text, or else the locator."""
    position = text.find(fold(quotation)) if text and quotation else -1
    return bool(text) and position < 0, position, locator_key(locator)


def source_at(slug: str, viewpoint: Viewpoint) -> Source | None:
    """Return the source with this slug, if it was published or recorded by the viewpoint's day."""
    recorded = public_sources(replace(viewpoint, as_of=None))
    record = record_at(recorded, slug, viewpoint)
    return record if record is not None and was_there(record, viewpoint) else None


# More are listed by commitment: their places in the text would have to be read all for each page.
MOST_SORTED = 2_000


def resting_on(source: Source, viewpoint: Viewpoint) -> Sequence[int] | QuerySet[Citation, int]:
    """Return the keys of the effective citations of a source, in the order of its text.

    Locators do not sort alphabetically, so all are sorted here, reading only keys, locators and
    quotations. Without the full text, sections cited by name are sorted by name. Of more than
    `MOST_SORTED`, the keys are a queryset in the order of the commitments.
    """
    cited = public_citations(viewpoint).select_related(None)
    places = cited.filter(public_update_q(viewpoint, of="update__"), source=source)
    ordered = places.order_by("update__commitment__reference", "update__number", "pk")
    if len(places.order_by().values_list("pk")[: MOST_SORTED + 1]) > MOST_SORTED:
        return ordered.values_list("pk", flat=True)
    text = fold(source.text)
    rows = ordered.values_list("pk", "locator", "quotation")
    placed = [(_place(locator, quotation, text), pk) for pk, locator, quotation in rows]
    return [pk for _key, pk in sorted(placed, key=lambda place: place[0])]


def with_what_rests(keys: Iterable[int], viewpoint: Viewpoint) -> list[Citation]:
    """Return the citations with their updates, in the order of the keys."""
    keys = list(keys)
    loaded = Citation.objects.select_related("update__commitment", "update__meeting").in_bulk(keys)
    return as_known((loaded[key] for key in keys), viewpoint)


def left_out_of(source: Source, viewpoint: Viewpoint) -> list[PassageLeftOut]:
    """Return the passages of a source that were left out, in the order of its text."""
    passages = public_passages(viewpoint).filter(source=source)
    return sorted(passages, key=lambda passage: locator_key(passage.locator))
