"""Match the rows of a file to records, and check whether they may be written.

This serves files of meetings and of sources; `commitments` and `updates` add what only theirs need.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tracker.actions.amendment_rules import (
    refuse_other_rank,
    refuse_unfit_commitment,
    refuse_unfit_meeting,
)
from tracker.models import Commitment, Meeting, MeetingState, Source
from tracker.models.records import PublicRecord
from tracker.schema.nouns import MODELS, NOUNS
from tracker.spreadsheets.columns import Values, many
from tracker.spreadsheets.report import Outcome, Report, Rights, Staged
from tracker.spreadsheets.tables import Table


class Rows:
    """The matching and validation of rows, a batch at a time; problems go into the report."""

    # Columns that only say which record is meant: what they hold is no change of the record.
    identifying: ClassVar[tuple[str, ...]] = ()
    # Whether a public record may be amended by a row.
    is_amendable = True

    def __init__(self, table: Table, rights: Rights, report: Report) -> None:
        self.table, self.rights, self.report = table, rights, report
        # The records that the rows of the batch refer to, by noun and key, and those they match.
        self.known: dict[str, dict[str, PublicRecord]] = {}
        self.matches: dict[str, Any] = {}

    # -- The records of a batch -----------------------------------------------------------------

    def look_up(self, batch: list[Values], *, is_writing: bool) -> None:
        """Read the records that the rows of a batch refer to or match; lock these for writing."""
        wanted: dict[str, set[str]] = {}
        for name, column in self.table.columns.items():
            if column.names:
                keys = wanted.setdefault(column.names, set())
                for values in batch:
                    keys.update(many(values.get(name)))
        self.known = {}
        for noun, keys in wanted.items():
            model, key = MODELS[noun], NOUNS[noun].key
            found: Any = model._base_manager.filter(**{f"{key}__in": keys})
            if model is Source:
                found = found.defer("text")  # which may be long
            self.known[noun] = {getattr(record, key): record for record in found}
        records = self.table.rows()
        self._look_up_matches(
            records.select_for_update(of=("self",)) if is_writing else records, batch
        )

    def _look_up_matches(self, records: QuerySet[Any], batch: list[Values]) -> None:
        [key] = self.table.key
        found = records.filter(**{f"{key}__in": [values[key] for values in batch]})
        self.matches = {getattr(record, key): record for record in found}

    def match(self, number: int, values: Values) -> tuple[str, Any]:
        """Return the name of a row's record, and the record, or None for a new one."""
        name = str(values[self.table.key[0]])
        return name, self.matches.get(name)

    def complete(self, values: Values) -> None:
        """Derive what a row leaves to be derived."""

    def fields(self, row: Staged, names: Iterable[str]) -> dict[str, Any]:
        """Convert columns to model values. Raise KeyError for references to unknown records."""
        return self.table.model_values(row.values, names, self.known)

    # -- Checks ---------------------------------------------------------------------------------

    def check(self, row: Staged) -> None:
        """Report every reason why a row cannot be written."""
        self._check_rights(row)
        for name, column in self.table.columns.items():
            # A date may be given only in words.
            words = row.values.get(f"{name}_words")
            if column.needed and row.values[name] in ("", None) and not words:
                self.report.add_problem(
                    row.number, name, _("It is needed and not given: fill the cell.")
                )
            if column.names and name in row.changed:
                for key in many(row.values[name]):
                    if key not in self.known[column.names]:
                        self._refuse_unknown(row, name, key)
        self._check_own(row)

    def _check_own(self, row: Staged) -> None:
        """Report what is wrong by the rules of this kind of record."""
        if row.outcome is Outcome.AMENDED:
            self._check_amendment(row)

    def check_file(self, names: Container[str]) -> None:
        """Report what is wrong with the file as a whole, which has rows of these names."""

    def _check_rights(self, row: Staged) -> None:
        rules = {
            Outcome.NEW: (self.rights.may_add, _("You may not add records of this kind.")),
            Outcome.CHANGED: (self.rights.may_change, _("You may not change drafts of this kind.")),
            Outcome.AMENDED: (
                self.rights.may_amend or not self.is_amendable,
                _("It is public and the row says something else: only an editor amends it."),
            ),
        }
        may, sentence = rules[row.outcome]
        if not may:
            self.report.add_problem(row.number, "".join(row.changed[:1]), sentence)

    def _refuse_unknown(self, row: Staged, name: str, key: str) -> None:
        """Report a reference to a record that is not in the register."""
        self._add_unknown(row.number, name, key)

    def _add_unknown(self, number: int, name: str, key: str) -> None:
        noun = MODELS[self.table.columns[name].names]._meta.verbose_name
        sentence = _("There is no %(noun)s “%(key)s” in the register: add it first, or correct it.")
        self.report.add_problem(number, name, sentence % {"noun": noun, "key": key[:60]})

    def _check_amendment(self, row: Staged) -> None:
        for name in ("reference", "slug"):
            if name in row.changed:
                self.report.add_problem(
                    row.number, name, _("What names a public record is permanent.")
                )
                return
        try:
            _refuse_unfit(row.record, self.fields(row, row.changed))
        except ValidationError as error:
            self.report.add_problem(row.number, "", " ".join(error.messages))
        except KeyError:
            return  # it refers to an unknown record, which is already reported


def _refuse_unfit(record: PublicRecord, values: dict[str, Any]) -> None:
    """Raise ValidationError for an amendment that the action or its form would refuse."""
    if record.is_retracted:
        raise ValidationError(_("It was retracted and is never edited again."))
    if isinstance(record, Commitment):
        refuse_unfit_commitment(record, values)
        for other in values.get("related", ()):
            if not other.is_public:
                raise ValidationError(_("Publish “%(record)s” first."), params={"record": other})
    if isinstance(record, Meeting):
        refuse_unfit_meeting(record, values)
        refuse_other_rank(record, values)
        _refuse_unfit_record(record, values)


def _refuse_unfit_record(meeting: Meeting, values: dict[str, Any]) -> None:
    """Refuse values without which silence at a fully recorded meeting could not count."""
    if not meeting.is_fully_recorded:
        return
    if values.get("state", MeetingState.HELD) != MeetingState.HELD:
        raise ValidationError(_("A fully recorded meeting was held, and stays so."))
    if "date" in values and (values["date"] is None or values["date"].first_day is None):
        raise ValidationError(_("A fully recorded meeting keeps at least its year."))
