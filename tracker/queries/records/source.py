"""What rests on a source, in the order of its text."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.lib.folding import fold
from tracker.lib.locators import LocatorKey, locator_key
from tracker.models import Citation, PassageLeftOut, Source
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_citations,
    public_passages,
    public_updates,
)


def _place(locator: str, quotation: str, text: str) -> tuple[bool, int, LocatorKey]:
    """Where the words stand in the folded full text, if it is held; else what the locator says."""
    position = text.find(fold(quotation)) if text and quotation else -1
    return bool(text) and position < 0, position, locator_key(locator)


def resting_on(source: Source, moment: Viewpoint) -> list[int]:
    """The primary keys of the citations of a source that count, as a reader meets their places.

    The order of places is not the alphabet's, so all are sorted here: keys, places and quotations
    only, as many as one text is cited. Without the full text, sections that are cited by name and
    not by number come in the order of their names.
    """
    counting = public_updates(as_of=moment.as_of, known=moment.known)
    cited = public_citations(known=moment.known).select_related(None)
    places = cited.filter(source=source, update__in=counting)
    places = places.order_by("update__commitment__reference", "update__number", "pk")
    text = fold(source.text)
    rows = places.values_list("pk", "locator", "quotation")
    found = [(_place(locator, quotation, text), pk) for pk, locator, quotation in rows]
    return [pk for _key, pk in sorted(found, key=lambda place: place[0])]


def with_what_rests(keys: Sequence[int], moment: Viewpoint) -> list[Citation]:
    """The citations with their updates, in the order of the keys given."""
    loaded = Citation.objects.select_related("update__commitment", "update__meeting").in_bulk(keys)
    return as_known((loaded[key] for key in keys), moment)


def left_out_of(source: Source, moment: Viewpoint) -> list[PassageLeftOut]:
    """What was read in a source and left out, as a reader meets the places."""
    passages = public_passages(known=moment.known).filter(source=source)
    return sorted(passages, key=lambda passage: locator_key(passage.locator))
