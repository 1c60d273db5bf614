"""The orders in which commitments can be listed."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, OrderBy, SmallIntegerField, Value, When
from django.utils.translation import gettext_lazy as _

from tracker.models import Assessment, Commitment, Stage
from tracker.queries.former_values import column_then, last_changed_then
from tracker.queries.viewpoint import Viewpoint

SORTS: dict[str, tuple[Any, str, bool]] = {
    # parameter: (label, column, whether it belongs to the position)
    "reference": (_("Reference"), "reference", False),
    "title": (_("Title"), "title", False),
    "instrument": (_("Instrument"), "instrument", False),
    "stage": (_("Stage"), "stage", True),
    "assessment": (_("Assessment"), "assessment", True),
    "target": (_("Target"), "target_last_day", True),
    "happened": (_("Last update"), "last_update_day", True),
    "updated": (_("Last change in the register"), "last_changed_at", False),
}


def sort_choices() -> list[tuple[str, Any]]:
    return [(sign + name, sort[0]) for name, sort in SORTS.items() for sign in ("", "-")]


def order_at(viewpoint: Viewpoint, sort: str) -> list[str | OrderBy]:
    """Return the order of `?sort=`, with unknown values last and equal ones by reference."""
    _label, column, is_of_position = SORTS[sort.lstrip("-")]
    if is_of_position:
        path = _sortable(viewpoint.column(column))
    elif column == "last_changed_at":
        path = last_changed_then(viewpoint.known)
    elif column == "reference":
        path = F(column)  # permanent, so that an index has the order of the past, too
    else:
        path = column_then(Commitment, column, viewpoint.known)
    first = path.desc(nulls_last=True) if sort[0] == "-" else path.asc(nulls_last=True)
    return [first] if column == "reference" else [first, "reference"]


def _sortable(path: str) -> Any:
    """Sort stages and assessments by their order in the vocabulary, not alphabetically."""
    for name, choices in (("stage", Stage), ("assessment", Assessment)):
        if path.endswith(name):
            ranks = [When(**{path: value}, then=Value(i)) for i, value in enumerate(choices.values)]
            return Case(*ranks, output_field=SmallIntegerField())
    return F(path)
