"""Match the rows of a file to updates, which have no name of their own, and validate them.

A published update is identified by its number, a draft by its key. A row with neither is matched
by its event: commitment, date, meeting, party, and the update that it corrects. So a file that is
imported twice matches what it created the first time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tracker.lib.partial_dates import PartialDate
from tracker.models import Revision, StatusUpdate
from tracker.spreadsheets.columns import Values
from tracker.spreadsheets.report import Outcome, Staged

_Event = tuple[Any, ...]


def _event_of(record: StatusUpdate) -> _Event:
    return (
        record.commitment.reference,
        record.happened.iso if record.happened else "",
        record.meeting.slug if record.meeting else "",
        record.party.code if record.party else "",
        record.corrects.number if record.corrects else None,
    )


def _event(values: Values) -> _Event:
    return (
        values["commitment"],
        *(values.get(name) or "" for name in ("happened", "meeting", "party")),
        values.get("corrects"),
    )


@dataclass(slots=True)
class Found:
    """The updates that the rows of a batch may refer to."""

    by_number: dict[tuple[str, int], StatusUpdate] = field(default_factory=dict)
    drafts: dict[int, StatusUpdate] = field(default_factory=dict)
    by_event: dict[_Event, list[StatusUpdate]] = field(default_factory=dict)
    revised: set[int] = field(default_factory=set)


class UpdateRows:
    """The matching and validation that only a file of updates needs."""

    def __init__(self, blame: Callable[[int, str, str], None]) -> None:
        self.blame = blame
        self.lot = Found()

    def found(self, rows_of: QuerySet[StatusUpdate], rows: list[Values]) -> dict[str, Any]:
        """Read the updates that the rows of a batch may refer to or correct."""
        numbers = {v.get(name) for v in rows for name in ("number", "corrects")} - {None}
        days = {day for v in rows if (day := _first_day(v)) is not None}
        drafts = {v["draft"] for v in rows if v.get("draft")}
        of_these = Q(commitment__reference__in={v["commitment"] for v in rows})
        lot = Found()
        found = rows_of.filter(
            (of_these & (Q(number__in=numbers) | Q(happened_first_day__in=days)))
            | Q(pk__in=drafts, number=None)
        )
        for record in found:
            if record.number is None:
                lot.drafts[record.pk] = record
            else:
                lot.by_number[record.commitment.reference, record.number] = record
            lot.by_event.setdefault(_event_of(record), []).append(record)
        published = [record.pk for record in lot.by_number.values()]
        revisions = Revision.objects.filter(update__in=published)
        lot.revised = set(revisions.values_list("update_id", flat=True))
        self.lot = lot
        return {}

    def identified(self, number: int, values: Values, table: Any) -> tuple[str, Any]:
        """Return the name of a row's update, and the record, or None for a new one."""
        reference, given, draft = (values.get(n) for n in ("commitment", "number", "draft"))
        if given is not None:
            record = self.lot.by_number.get((str(reference), int(str(given))))
            if record is None:
                text = _("%(commitment)s has no update %(number)s: leave it empty for a new one.")
                self.blame(number, "number", text % {"commitment": reference, "number": given})
            return f"{reference}/{given}", record
        if draft is not None:
            record = self.lot.drafts.get(int(str(draft)))
            if record is None or record.commitment.reference != reference:
                text = _("%(commitment)s has no draft %(draft)s: leave it empty for a new one.")
                self.blame(number, "draft", text % {"commitment": reference, "draft": draft})
            return _("draft %s") % draft, record
        return self._by_event(number, values, table)

    def _by_event(self, number: int, values: Values, table: Any) -> tuple[str, Any]:
        event = _event(values)
        name = ", ".join(str(part) for part in event if part)
        counting = [u for u in self.lot.by_event.get(event, []) if u.pk not in self.lot.revised]
        if len(counting) > 1:
            equal = [u for u in counting if not _differs(table.exported_values(u), values)]
            if not equal:
                text = _(
                    "The register has %(count)d updates of this commitment, date, meeting and "
                    "party: name the one that is meant by its number or draft."
                )
                self.blame(number, "", text % {"count": len(counting)})
            counting = equal
        if not counting:
            return name, None
        record = counting[0]
        if record.number is not None:
            return f"{values['commitment']}/{record.number}", record
        return _("draft %s") % record.pk, record

    def refuse(self, row: Staged) -> None:
        """Report the reasons why an update cannot be written."""
        if row.outcome is Outcome.AMENDED:
            sentence = _(
                "Update %(number)s is public and never altered; the row says something else. "
                "Correct it instead, on its page; or, if the row tells of another event, record "
                "that by hand."
            )
            self.blame(row.number, row.changed[0], sentence % {"number": row.record.number})
            return
        if row.values["happened_words"] and not row.values["happened"]:
            sentence = _("Say when it happened, at least the year: words alone are not enough.")
            self.blame(row.number, "happened", sentence)
        corrects = row.values["corrects"]
        if corrects is not None and not row.values["reason"]:
            self.blame(row.number, "reason", _("Say why: readers see it beside what it corrects."))
        if corrects is not None and self.corrected(row) is None:
            sentence = _("It has no public update %(number)s that still counts.")
            self.blame(row.number, "corrects", sentence % {"number": corrects})

    def corrected(self, row: Staged) -> StatusUpdate | None:
        """Return the update that a row corrects."""
        corrects = row.values["corrects"]
        if corrects is None:
            return None
        found = self.lot.by_number.get((str(row.values["commitment"]), int(str(corrects))))
        return found if found is not None and found.pk not in self.lot.revised else None


def _differs(before: Values, values: Values) -> bool:
    """Return whether a row differs from the record, ignoring its number and draft key."""
    return any(before[n] != v for n, v in values.items() if n not in {"number", "draft"})


def _first_day(values: Values) -> dt.date | None:
    happened = values.get("happened")
    return PartialDate.parse(str(happened)).first_day if happened else None
