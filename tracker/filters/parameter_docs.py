"""The values that each filter parameter accepts, for pages that document them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.models import Assessment, ChangeKind, Firmness, Instrument, Significance, Stage
from tracker.schema.vocabulary import Flag

_ADDRESS = _("The last part of the address of its page.")
_PARTIAL_DATE = _("2028, 2026-03 or 2026-02-25.")
_DAY = _("A day that has come, such as 2025-11-01.")

# In the order in which the filters are declared.
MEANINGS: dict[str, str | Promise] = {
    "q": _(
        "Words that all occur in a commitment’s names, reference, summary or quotations; a phrase "
        "in quotation marks."
    ),
    "stage": ", ".join(Stage.values),
    "assessment": ", ".join(Assessment.values),
    "flag": ", ".join(Flag.values),
    "instrument": ", ".join(Instrument.values),
    "topic": _ADDRESS,
    "party": _("The last part of the address of its page, or its code, such as CAN."),
    "forum": _ADDRESS,
    "meeting": _ADDRESS,
    "firmness": ", ".join(Firmness.values),
    "target_after": _PARTIAL_DATE,
    "target_before": _PARTIAL_DATE,
    "updated_since": _DAY,
    "commitment": _("Its reference, such as CAN-KOR-2025-004, or the last part of its address."),
    "as_of": _("What had happened by the end of that day, as known now."),
    "known_at": _("What this register had published by the end of that day."),
    "sort": _(
        "reference, title, instrument, stage, assessment, target, happened or updated; with a "
        "minus before it, the other way round. Updates follow their commitment, in order of date."
    ),
    "kind": ", ".join(ChangeKind.values),
    "significance": ", ".join(Significance.values),
}
