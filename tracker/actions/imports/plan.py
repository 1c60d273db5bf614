"""Plan what importing a file would do, row by row, by comparing it with the register.

Nothing is written here. Rows are processed in batches of a few hundred, with a constant number of
queries each, so memory does not grow with the file. `files.import_file` writes what is planned.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from tracker.actions.imports.commitments import CommitmentRows
from tracker.actions.imports.rows import Rows
from tracker.actions.imports.updates import UpdateRows
from tracker.lib.canonical_json import canonical_bytes
from tracker.models import Commitment, Meeting, Party, Source, StatusUpdate
from tracker.queries.drafts.submissions import key_of, payload_of, submissions
from tracker.spreadsheets.cells import Row, SpreadsheetError
from tracker.spreadsheets.columns import Values, displayed
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.reading import Sheet
from tracker.spreadsheets.report import MAX_DIFFERENCES, MAX_TEXT, Outcome, Report, Rights, Staged
from tracker.spreadsheets.tables import TABLES

BATCH = 500
# The kinds of records that the import itself may publish.
PUBLISHED_ALONE = ("meetings", "updates")
_ROWS: dict[str, type[Rows]] = {"commitments": CommitmentRows, "updates": UpdateRows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The kind of record in a file, and how to read it.

    `on_read` is called with the number of rows read, outside any transaction, so that it can
    store it; `on_written` with the number of rows planned or written.
    """

    noun: str
    ending: str
    reading: Reading
    rights: Rights = field(default_factory=Rights)
    on_read: Callable[[int], object] = lambda rows: None
    on_written: Callable[[int], object] = lambda rows: None


class Plan:
    """The rows of one file compared with the register. Exhaust `batches`, then read `report`."""

    def __init__(self, sheet: Sheet, task: Task, *, is_writing: bool = False) -> None:
        self.sheet, self.reading, self.is_writing = sheet, task.reading, is_writing
        self.on_progress = task.on_written if is_writing else task.on_read
        self.table = TABLES[task.noun]
        self.places = task.reading.places(sheet.headings)
        self.report = Report(headings=task.reading.columns)
        self.rows = _ROWS.get(task.noun, Rows)(self.table, task.rights, self.report)
        self._numbers: dict[str, int] = {}
        self._digest = hashlib.sha256()
        self._covered: set[str] = set()
        for name in self.table.required(self.places):
            if name not in self.places:
                text = _("No column was named for “%(name)s”, without which the rows say nothing.")
                raise SpreadsheetError(text % {"name": name})

    # -- Batch by batch -------------------------------------------------------------------------

    def batches(self) -> Iterator[list[Staged]]:
        """Yield the rows that can be written, in batches of a few hundred."""
        rows = iter(self.sheet.rows)
        while batch := self._next(rows):
            yield self._staged(batch)
            self.report.rows = batch[-1].number - 1
            self.on_progress(self.report.rows)
        self.rows.check_file(self._numbers)
        if not self.report.rows:
            self.report.add_problem(0, "", _("It has no row below the headings."))
        self.report.problems.sort(key=lambda problem: problem.row)
        self.report.digest = self._digest.hexdigest()

    def _next(self, rows: Iterator[Row]) -> list[Row]:
        try:
            return list(islice(rows, BATCH))
        except SpreadsheetError as error:
            self.report.add_problem(error.row, "", error.sentence)
            return []

    def _staged(self, batch: list[Row]) -> list[Staged]:
        read = [(row, values) for row in batch if (values := self._values(row)) is not None]
        self.rows.look_up([values for _row, values in read], is_writing=self.is_writing)
        staged = [row for line, values in read if (row := self._row(line, values)) is not None]
        for row in staged:
            self._count(row)
        if self.table.noun in PUBLISHED_ALONE:
            self._cover_what_is_behind(staged)
        return staged

    def _cover_what_is_behind(self, rows: list[Staged]) -> None:
        """Include in the digest everything that publishing the rows would publish.

        That is the content of the drafts that the rows match or refer to, and of their sources
        and parties. Each is included once, where it is first named, as this import reads it.
        """
        named = [record for found in self.rows.known.values() for record in found.values()]
        records = [*(row.record for row in rows if row.record is not None), *named]
        fresh = {key: r for r in records if (key := key_of(r)) not in self._covered}
        self._covered |= fresh.keys()
        drafts = [
            record
            for record in fresh.values()
            if isinstance(record, Commitment | Meeting | StatusUpdate)
            and record.published_seq is None
        ]
        contents = {key_of(draft): it.parts for draft, it in submissions(drafts).items()}
        for key, record in fresh.items():
            if isinstance(record, Source | Party):
                contents[key] = {key: payload_of(record)}
        self._digest.update(canonical_bytes(contents))

    # -- Row by row -----------------------------------------------------------------------------

    def _values(self, row: Row) -> Values | None:
        if row.fault:
            self.report.add_problem(row.number, "", row.fault)
            return None
        cells = {name: row.cells[place] for name, place in self.places.items()}
        values, wrong, ambiguous = self.table.read(cells, order=self.reading.dates)
        for name, sentence in wrong.items():
            self.report.add_problem(row.number, name, sentence)
        for name, text in ambiguous.items():
            self.report.add_ambiguous_date(row.number, name, text)
        return None if wrong or ambiguous else values

    def _row(self, line: Row, values: Values) -> Staged | None:
        problem_count, number = self.report.problem_count, line.number
        name, record = self.rows.match(number, values)
        if self.report.problem_count > problem_count:
            return None
        if name in self._numbers:
            sentence = _("“%(name)s” stands in row %(row)d already: leave one of them out.")
            self.report.add_problem(
                number, "", sentence % {"name": name, "row": self._numbers[name]}
            )
            return None
        self._numbers[name] = number
        if record is not None and self._is_equal(line, record):
            return Staged(number, Outcome.UNCHANGED, name, values, record=record)
        before = self.table.exported_values(record) if record is not None else self.table.defaults()
        merged = self.table.merged(before, values)
        merged |= {column: before[column] for column in self.rows.identifying}
        self.rows.complete(merged)
        changed = tuple(n for n in self.table.columns if merged[n] != before[n])
        outcome = self._outcome(record, changed)
        row = Staged(number, outcome, name, merged, changed, before, record)
        if outcome is not Outcome.UNCHANGED:
            self.rows.check(row)
        return row if self.report.problem_count == problem_count else None

    def _is_equal(self, line: Row, record: Any) -> bool:
        """Return whether the row is identical to the export of the record."""
        cells = self.table.plain_cells(record)
        return all(
            line.cells[place] == cells[name]
            for name, place in self.places.items()
            if name not in self.rows.identifying
        )

    @staticmethod
    def _outcome(record: Any, changed: tuple[str, ...]) -> Outcome:
        if record is None:
            return Outcome.NEW
        if not changed:
            return Outcome.UNCHANGED
        return Outcome.AMENDED if record.published_seq is not None else Outcome.CHANGED

    def _count(self, row: Staged) -> None:
        self.report.counts[row.outcome] += 1
        if row.record is None or row.record.published_seq is None:
            self.report.drafts += 1
        if row.outcome is Outcome.UNCHANGED:
            return
        cells = [(n, displayed(row.before.get(n)), displayed(row.values[n])) for n in row.changed]
        self._digest.update(json.dumps([row.outcome, row.number, row.name, cells]).encode())
        stored = self.report.differences.setdefault(row.outcome, [])
        if len(stored) < MAX_DIFFERENCES:
            shown = [
                {"column": name, "before": _shortened(before), "after": _shortened(after)}
                for name, before, after in cells
            ]
            stored.append({"row": row.number, "name": row.name, "cells": shown})


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
