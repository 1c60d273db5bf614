"""Plan what importing a file would do, row by row, by comparing it with the register.

Nothing is written here. Rows are processed in batches of a few hundred, with a constant number of
queries each, so memory does not grow with the file. `rows.import_file` writes what is planned.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tracker.actions.imports.rules import refuse_unfit
from tracker.actions.imports.updates import UpdateRows
from tracker.lib.canonical_json import canonical_bytes
from tracker.lib.later_words import warn_of_later_words
from tracker.models import Commitment, Meeting, Party, Source, StatusUpdate
from tracker.models.records import PublicRecord
from tracker.queries.drafts.submissions import key_of, payload_of, submissions
from tracker.schema.nouns import MODELS, NOUNS
from tracker.spreadsheets.cells import Row, SpreadsheetError
from tracker.spreadsheets.columns import Values, displayed, many
from tracker.spreadsheets.mapping import Reading
from tracker.spreadsheets.reading import Sheet
from tracker.spreadsheets.report import MAX_DIFFERENCES, MAX_TEXT, Outcome, Report, Rights, Staged
from tracker.spreadsheets.tables import TABLES

LOT = 500
# The kinds of records that the import itself may publish.
PUBLISHED_ALONE = ("meetings", "updates")
# Relations between commitments, which may point to one further down in the same file.
AMONG_THEMSELVES = ("part_of", "supersedes", "related")


class Plan:
    """The rows of one file compared with the register. Exhaust `lots`, then read `report`."""

    def __init__(
        self,
        sheet: Sheet,
        *,
        noun: str,
        reading: Reading,
        rights: Rights,
        is_writing: bool = False,
        tell: Callable[[int], object] = lambda rows: None,
    ) -> None:
        self.table = TABLES[noun]
        self.sheet, self.reading, self.rights = sheet, reading, rights
        self.is_writing, self.tell = is_writing, tell
        self.places = reading.places(sheet.headings)
        self.report = Report()
        self.known: dict[str, dict[str, PublicRecord]] = {}
        self.updates = UpdateRows(self.blame) if noun == "updates" else None
        self._rows_of: dict[str, int] = {}
        # Slugs of commitments: the rows of this file that use them, and owners in the register.
        self._slugs: dict[str, int] = {}
        self._taken_slugs: dict[str, str] = {}
        # Commitments that a row refers to and the register lacks: (row, column, reference).
        self._awaited: list[tuple[int, str, str]] = []
        self._digest = hashlib.sha256()
        self._covered: set[str] = set()
        self._refuse_without_key()

    def _refuse_without_key(self) -> None:
        """Require the key column, and the column that counts the parts if any part is given."""
        needed = [self.table.key[0]]
        if set(self.table.parts) & set(self.places):
            needed.append(self.table.parts[0])
        for name in needed:
            if name not in self.places:
                text = _("No column was named for “%(name)s”, without which the rows say nothing.")
                raise SpreadsheetError(text % {"name": name})

    # -- Lot by lot -----------------------------------------------------------------------------

    def lots(self) -> Iterator[list[Staged]]:
        """Yield the rows that can be written, in batches of a few hundred."""
        rows = iter(self.sheet.rows)
        while lot := self._taken(rows):
            yield self._staged(lot)
            self.report.rows = lot[-1].number - 1
            self.tell(self.report.rows)
        for number, column, reference in self._awaited:
            if reference not in self._rows_of:
                self.blame(number, column, self._unknown("commitment", reference))
        if not self.report.rows:
            self.report.blame(0, "", _("It has no row below the headings."))
        self.report.problems.sort(key=lambda problem: problem.row)
        self.report.digest = self._digest.hexdigest()

    def _taken(self, rows: Iterator[Row]) -> list[Row]:
        try:
            return list(islice(rows, LOT))
        except SpreadsheetError as error:
            self.report.blame(error.row, "", error.sentence)
            return []

    def _staged(self, lot: list[Row]) -> list[Staged]:
        read = [(row, values) for row in lot if (values := self._values(row)) is not None]
        self._look_up([values for _row, values in read])
        existing = self._found([values for _row, values in read])
        staged = []
        for line, values in read:
            row = self._row(line, values, existing)
            if row is not None:
                staged.append(row)
                self._count(row)
        if self.table.noun in PUBLISHED_ALONE:
            self._cover_what_is_behind(staged)
        return staged

    def _cover_what_is_behind(self, rows: list[Staged]) -> None:
        """Include in the digest everything that publishing the rows would publish.

        That is the content of the drafts that the rows match or refer to, and of their sources
        and parties. Each is included once, where it is first named, as this import reads it.
        """
        named = [record for found in self.known.values() for record in found.values()]
        records = [*(row.record for row in rows if row.record is not None), *named]
        fresh = {key: r for r in records if (key := key_of(r)) not in self._covered}
        self._covered |= fresh.keys()
        drafts = [
            record
            for record in fresh.values()
            if isinstance(record, Commitment | Meeting | StatusUpdate)
            and record.published_seq is None
        ]
        said = {key_of(draft): it.parts for draft, it in submissions(drafts).items()}
        for key, record in fresh.items():
            if isinstance(record, Source | Party):
                said[key] = {key: payload_of(record)}
        self._digest.update(canonical_bytes(said))

    def blame(self, row: int, name: str, sentence: str) -> None:
        """Report a problem with a column, under the heading that it has in the file."""
        self.report.blame(row, self.reading.columns.get(name, name), sentence)

    def _values(self, row: Row) -> Values | None:
        if row.fault:
            self.report.blame(row.number, "", row.fault)
            return None
        cells = {name: row.cells[place] for name, place in self.places.items()}
        values, wrong, asked = self.table.read(cells, order=self.reading.dates)
        for name, sentence in wrong.items():
            self.blame(row.number, name, sentence)
        for name, text in asked.items():
            self.report.ask(row.number, self.reading.columns[name], text)
        return None if wrong or asked else values

    # -- What a lot names -----------------------------------------------------------------------

    def _look_up(self, rows: list[Values]) -> None:
        """Read the records that the rows of a batch refer to."""
        wanted: dict[str, set[str]] = {}
        for name, column in self.table.columns.items():
            if column.names:
                keys = wanted.setdefault(column.names, set())
                for values in rows:
                    keys.update(many(values.get(name)))
        self.known = {}
        for noun, keys in wanted.items():
            model, key = MODELS[noun], NOUNS[noun].key
            found: Any = model._base_manager.filter(**{f"{key}__in": keys})
            if model is Source:
                found = found.defer("text")  # which may be long
            self.known[noun] = {getattr(record, key): record for record in found}

    def _found(self, rows: list[Values]) -> dict[str, Any]:
        """Return the records that the rows of a batch match, by key."""
        rows_of = self.table.rows()
        if self.is_writing:
            rows_of = rows_of.select_for_update(of=("self",))
        if self.updates:
            return self.updates.found(rows_of, rows)
        [key] = self.table.key
        found = rows_of.filter(**{f"{key}__in": [v[key] for v in rows]})
        taken = [v.get("slug") or _slug_of(v) for v in rows]
        self._taken_slugs = (
            dict(Commitment.objects.filter(slug__in=taken).values_list("slug", "reference"))
            if self.table.noun == "commitments"
            else {}
        )
        return {getattr(record, key): record for record in found}

    # -- Row by row -----------------------------------------------------------------------------

    def _row(self, line: Row, values: Values, existing: dict[str, Any]) -> Staged | None:
        before_it, number = self.report.problem_count, line.number
        if self.updates:
            name, record = self.updates.identified(number, values, self.table)
        else:
            name = str(values[self.table.key[0]])
            record = existing.get(name)
        if self.report.problem_count > before_it:
            return None
        if name in self._rows_of:
            sentence = _("“%(name)s” stands in row %(row)d already: leave one of them out.")
            self.report.blame(number, "", sentence % {"name": name, "row": self._rows_of[name]})
            return None
        self._rows_of[name] = number
        if record is not None and self._is_equal(line, record):
            return Staged(number, Outcome.UNCHANGED, name, values, record=record)
        before = self.table.exported_values(record) if record is not None else self.table.defaults()
        merged = self.table.merged(before, values)
        if self.updates and record is not None:
            # How the row identifies its record is not a change of the record.
            merged |= {"number": before["number"], "draft": before["draft"]}
        self._name_slug(merged)
        changed = tuple(n for n in self.table.columns if merged[n] != before[n])
        outcome = self._outcome(record, changed)
        row = Staged(number, outcome, name, merged, changed, before, record)
        if outcome is not Outcome.UNCHANGED:
            self._refuse(row)
            self._warn_of_later_words(row)
        return row if self.report.problem_count == before_it else None

    def _is_equal(self, line: Row, record: Any) -> bool:
        """Return whether the row is identical to the export of the record."""
        cells = self.table.plain_cells(record)
        return all(
            line.cells[place] == cells[name]
            for name, place in self.places.items()
            if not (self.updates and name in {"number", "draft"})
        )

    def _name_slug(self, values: Values) -> None:
        """Derive the slug of a commitment from its title if the file has none."""
        if self.table.noun != "commitments" or values["slug"]:
            return
        reference, slug = str(values["reference"]), _slug_of(values)
        if slug in self._slugs or self._taken_slugs.get(slug, reference) != reference:
            slug = f"{slug[:78]}-{reference.lower()}"
        values["slug"] = slug

    @staticmethod
    def _outcome(record: Any, changed: tuple[str, ...]) -> Outcome:
        if record is None:
            return Outcome.NEW
        if not changed:
            return Outcome.UNCHANGED
        return Outcome.AMENDED if record.published_seq is not None else Outcome.CHANGED

    def _refuse(self, row: Staged) -> None:
        """Report every reason why a row cannot be written."""
        self._refuse_without_right(row)
        for name, column in self.table.columns.items():
            # A date may be given only in words.
            words = row.values.get(f"{name}_words")
            if column.needed and row.values[name] in ("", None) and not words:
                self.blame(row.number, name, _("It is needed and not given: fill the cell."))
            if column.names and name in row.changed:
                self._refuse_unknown(row, name, column.names)
        if "slug" in row.changed and self.table.noun == "commitments":
            self._refuse_taken_slug(row)
        if "aliases" in row.values:
            self._refuse_names_given_twice(row)
        for name in AMONG_THEMSELVES:
            if row.values.get("reference") in many(row.values.get(name)):
                self.blame(row.number, name, _("Name another commitment, not this one."))
        if self.updates:
            self.updates.refuse(row)
        elif row.outcome is Outcome.AMENDED:
            self._refuse_amendment(row)

    def _warn_of_later_words(self, row: Staged) -> None:
        """Warn where a title or summary describes later events."""
        if self.table.noun != "commitments":
            return
        meeting = self.known["meeting"].get(str(row.values["first_stated_at"]))
        if meeting is None and row.record is not None:
            meeting = row.record.first_stated_at  # when the file lacks the column
        said = meeting.date if isinstance(meeting, Meeting) else None
        for name in ("title", "summary"):
            if name in row.changed:
                for sentence in warn_of_later_words(str(row.values[name]), said=said):
                    self.report.warn(row.number, self.reading.columns.get(name, name), sentence)

    def _refuse_without_right(self, row: Staged) -> None:
        rules = {
            Outcome.NEW: (self.rights.may_add, _("You may not add records of this kind.")),
            Outcome.CHANGED: (self.rights.may_change, _("You may not change drafts of this kind.")),
            Outcome.AMENDED: (
                self.rights.may_amend or self.updates is not None,
                _("It is public and the row says something else: only an editor amends it."),
            ),
        }
        may, sentence = rules[row.outcome]
        if not may:
            self.blame(row.number, "".join(row.changed[:1]), sentence)

    def _refuse_unknown(self, row: Staged, name: str, noun: str) -> None:
        for key in many(row.values[name]):
            if key in self.known[noun]:
                continue
            is_awaited = name in AMONG_THEMSELVES and row.outcome is not Outcome.AMENDED
            if is_awaited:
                self._awaited.append((row.number, name, key))
            else:
                self.blame(row.number, name, self._unknown(noun, key))

    @staticmethod
    def _unknown(noun: str, key: str) -> str:
        sentence = _("There is no %(noun)s “%(key)s” in the register: add it first, or correct it.")
        return sentence % {"noun": MODELS[noun]._meta.verbose_name, "key": key[:60]}

    def _refuse_taken_slug(self, row: Staged) -> None:
        slug, reference = str(row.values["slug"]), str(row.values["reference"])
        owner = self._taken_slugs.get(slug, reference)
        if owner != reference:
            sentence = _("The address “%(slug)s” is that of %(owner)s: choose another.")
            self.blame(row.number, "slug", sentence % {"slug": slug, "owner": owner})
        elif slug in self._slugs:
            sentence = _("The address “%(slug)s” stands in row %(row)d already: choose another.")
            self.blame(row.number, "slug", sentence % {"slug": slug, "row": self._slugs[slug]})
        self._slugs[slug] = row.number

    def _refuse_names_given_twice(self, row: Staged) -> None:
        names = (many(row.values[part]) for part in ("aliases", "alias_languages"))
        given = list(zip(*names, strict=True))
        for name, _language in {pair for n, pair in enumerate(given) if pair in given[:n]}:
            sentence = _("“%(name)s” is given twice in one language; keep one.")
            self.blame(row.number, "aliases", sentence % {"name": name[:80]})

    def _refuse_amendment(self, row: Staged) -> None:
        for name in ("reference", "slug"):
            if name in row.changed:
                self.blame(row.number, name, _("What names a public record is permanent."))
                return
        try:
            refuse_unfit(row.record, self.fields(row, row.changed))
        except ValidationError as error:
            self.blame(row.number, "", " ".join(error.messages))
        except KeyError:
            return  # it refers to an unknown record, which is already reported

    def fields(self, row: Staged, names: tuple[str, ...]) -> dict[str, Any]:
        """Convert columns to model values. Raise KeyError for references to unknown records."""
        return self.table.model_values(row.values, names, self.known)

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


def _slug_of(values: Values) -> str:
    """Return a slug from the title, or from the reference if the title has no Latin letters."""
    title, reference = str(values.get("title", "")), str(values["reference"])
    return slugify(title)[:100].strip("-") or reference.lower()
