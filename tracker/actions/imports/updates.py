"""Match the rows of a file to updates, which have no name of their own, and validate them.

A published update is identified by its number, a draft by its key. A row with neither is matched
by its event: commitment, date, meeting, party, and the update that it corrects. So a file that is
imported twice matches what it created the first time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tracker.actions.imports.rows import Rows
from tracker.lib.partial_dates import PartialDate
from tracker.models import Revision, StatusUpdate
from tracker.spreadsheets.columns import Values
from tracker.spreadsheets.report import Outcome, Report, Rights, Staged
from tracker.spreadsheets.tables import Table

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


class UpdateRows(Rows):
    identifying = ("number", "draft")
    is_amendable = False

    def __init__(self, table: Table, rights: Rights, report: Report) -> None:
        super().__init__(table, rights, report)
        self._by_number: dict[tuple[str, int], StatusUpdate] = {}
        self._drafts: dict[int, StatusUpdate] = {}
        self._of_event: dict[_Event, list[StatusUpdate]] = {}
        self._revised: set[int] = set()

    def _look_up_matches(self, records: QuerySet[StatusUpdate], batch: list[Values]) -> None:
        """Read the updates that the rows of a batch may match or correct."""
        numbers = {v.get(name) for v in batch for name in ("number", "corrects")} - {None}
        days = {day for v in batch if (day := _first_day(v)) is not None}
        drafts = {v["draft"] for v in batch if v.get("draft")}
        of_these = Q(commitment__reference__in={v["commitment"] for v in batch})
        found = records.filter(
            (of_these & (Q(number__in=numbers) | Q(happened_first_day__in=days)))
            | Q(pk__in=drafts, number=None)
        )
        self._by_number, self._drafts, self._of_event = {}, {}, {}
        for record in found:
            if record.number is None:
                self._drafts[record.pk] = record
            else:
                self._by_number[record.commitment.reference, record.number] = record
            self._of_event.setdefault(_event_of(record), []).append(record)
        published = [record.pk for record in self._by_number.values()]
        revisions = Revision.objects.filter(update__in=published)
        self._revised = set(revisions.values_list("update_id", flat=True))

    def match(self, number: int, values: Values) -> tuple[str, Any]:
        reference, given, draft = (values.get(n) for n in ("commitment", "number", "draft"))
        if given is not None:
            record = self._by_number.get((str(reference), int(str(given))))
            if record is None:
                text = _("%(commitment)s has no update %(number)s: leave it empty for a new one.")
                sentence = text % {"commitment": reference, "number": given}
                self.report.add_problem(number, "number", sentence)
            return f"{reference}/{given}", record
        if draft is not None:
            record = self._drafts.get(int(str(draft)))
            if record is None or record.commitment.reference != reference:
                text = _("%(commitment)s has no draft %(draft)s: leave it empty for a new one.")
                sentence = text % {"commitment": reference, "draft": draft}
                self.report.add_problem(number, "draft", sentence)
            return _("draft %s") % draft, record
        return self._by_event(number, values)

    def _by_event(self, number: int, values: Values) -> tuple[str, Any]:
        event = _event(values)
        name = ", ".join(str(part) for part in event if part)
        counting = [u for u in self._of_event.get(event, []) if u.pk not in self._revised]
        if len(counting) > 1:
            equal = [u for u in counting if not self._differs(u, values)]
            if not equal:
                text = _(
                    "The register has %(count)d updates of this commitment, date, meeting and "
                    "party: name the one that is meant by its number or draft."
                )
                self.report.add_problem(number, "", text % {"count": len(counting)})
            counting = equal
        if not counting:
            return name, None
        record = counting[0]
        if record.number is not None:
            return f"{values['commitment']}/{record.number}", record
        return _("draft %s") % record.pk, record

    def _differs(self, record: StatusUpdate, values: Values) -> bool:
        """Return whether a row says something else than the record."""
        before = self.table.exported_values(record)
        return any(before[n] != v for n, v in values.items() if n not in self.identifying)

    def _check_own(self, row: Staged) -> None:
        if row.outcome is Outcome.AMENDED:
            sentence = _(
                "Update %(number)s is public and never altered; the row says something else. "
                "Correct it instead, on its page; or, if the row tells of another event, record "
                "that by hand."
            )
            self.report.add_problem(
                row.number, row.changed[0], sentence % {"number": row.record.number}
            )
            return
        if row.values["happened_words"] and not row.values["happened"]:
            sentence = _("Say when it happened, at least the year: words alone are not enough.")
            self.report.add_problem(row.number, "happened", sentence)
        corrects = row.values["corrects"]
        if corrects is not None and not row.values["reason"]:
            self.report.add_problem(
                row.number, "reason", _("Say why: readers see it beside what it corrects.")
            )
        if corrects is not None and self._corrected(row) is None:
            sentence = _("It has no public update %(number)s that still counts.")
            self.report.add_problem(row.number, "corrects", sentence % {"number": corrects})

    def fields(self, row: Staged, names: Iterable[str]) -> dict[str, Any]:
        """Convert columns to model values, for a new update with the one that it corrects."""
        fields = super().fields(row, names)
        if row.outcome is Outcome.NEW:
            fields["corrects"] = self._corrected(row)
        return fields

    def _corrected(self, row: Staged) -> StatusUpdate | None:
        """Return the update that a row corrects."""
        corrects = row.values["corrects"]
        if corrects is None:
            return None
        found = self._by_number.get((str(row.values["commitment"]), int(str(corrects))))
        return found if found is not None and found.pk not in self._revised else None


def _first_day(values: Values) -> dt.date | None:
    happened = values.get("happened")
    return PartialDate.parse(str(happened)).first_day if happened else None
