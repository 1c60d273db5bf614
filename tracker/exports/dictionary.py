"""What the page about the files says: formats, columns, parameters and an example of the JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.exports.extract import TABLES
from tracker.filters import CommitmentFilter
from tracker.models import Assessment, Firmness, Instrument, Stage
from tracker.queries.flags import Flag

_ADDRESS = _("The last part of the address of its page.")
_PARTIAL_DATE = _("2028, 2026-03 or 2026-02-25.")
_DAY = _("A day that has come, such as 2025-11-01.")
# What may follow each parameter of the filter.
VALUES: dict[str, str | Promise] = {
    "q": _("Words that all occur in names, summary or quotations; a phrase in quotation marks."),
    "stage": ", ".join(Stage.values),
    "assessment": ", ".join(Assessment.values),
    "flag": ", ".join(Flag.values),
    "instrument": ", ".join(Instrument.values),
    "topic": _("As in the column “topics”."),
    "party": _ADDRESS,
    "forum": _("As in the filter of the dashboard."),
    "meeting": _ADDRESS,
    "firmness": ", ".join(Firmness.values),
    "target_after": _PARTIAL_DATE,
    "target_before": _PARTIAL_DATE,
    "updated_since": _DAY,
    "as_of": _("What had happened by the end of that day, as known now."),
    "known_at": _("What this register had published by the end of that day."),
    "sort": _(
        "reference, title, instrument, stage, assessment, target, happened or updated; with a "
        "minus before it, the other way round. Updates follow their commitment, in order of date."
    ),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    label: str
    values: str | Promise


def dictionary() -> dict[str, Any]:
    """The context of the page; it says nothing about any record."""
    return {
        "tables": TABLES,
        "parameters": [
            Parameter(name, str(CommitmentFilter.base_filters[name].label), values)
            for name, values in VALUES.items()
        ],
    }
