"""The four tables that staff export and import as files: their columns and their rows.

Exported files can be imported again. Nothing is written here: `actions.imports.writing` does that,
so that nothing becomes public without its line in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from tracker.models import Alias, Citation, Commitment, Meeting, Source, StatusUpdate
from tracker.schema.commitments import COMMITMENT
from tracker.schema.fields import Field, Noun, Type
from tracker.schema.meetings import MEETING
from tracker.schema.sources import SOURCE
from tracker.schema.updates import UPDATE
from tracker.spreadsheets.cells import Cell, text_cell
from tracker.spreadsheets.columns import (
    Choice,
    Column,
    DateWords,
    Day,
    Key,
    Keys,
    Known,
    KnownDate,
    LevelChoice,
    Number,
    Parts,
    Text,
    Values,
    many,
)
from tracker.spreadsheets.dates import AmbiguousDateError


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """The content of a file: its columns in order, and the records that are its rows.

    `key` names the columns that identify a row's record, and `parts` those that hold a field of
    the same related rows; the first of them has a value for each row. `rows` returns the records
    in file order, with everything that their columns read.
    """

    noun: str
    model: type[Model]
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    rows: Callable[[], QuerySet[Any]]
    parts: tuple[str, ...] = ()

    @property
    def labels(self) -> dict[str, Any]:
        return {name: column.label for name, column in self.columns.items()}

    def required(self, given: Collection[str]) -> list[str]:
        """Return the columns without which a file with those `given` cannot be read."""
        parts = self.parts[:1] if any(part in given for part in self.parts) else ()
        return [self.key[0], *parts]

    def cells(self, record: Any) -> list[str]:
        """Return the cells of a record's row."""
        return [column.cell(record) for column in self.columns.values()]

    def plain_cells(self, record: Any) -> dict[str, Cell]:
        """Return the same cells by column, as they would be read from a file."""
        return dict(zip(self.columns, map(text_cell, self.cells(record)), strict=True))

    def read(
        self, row: Mapping[str, Cell], *, order: str = ""
    ) -> tuple[Values, dict[str, str], dict[str, str]]:
        """Return the values of a row, its errors and its ambiguous dates, each by column."""
        values: Values = {}
        errors, ambiguous = {}, {}
        for name, cell in row.items():
            try:
                values[name] = self.columns[name].read(cell, order=order)
            except AmbiguousDateError as error:
                ambiguous[name] = str(error)
            except ValueError as error:
                errors[name] = str(error)
        if self.parts and self.parts[0] in values and not errors:
            errors = self._pad_parts(values)
        return values, errors, ambiguous

    def _pad_parts(self, values: Values) -> dict[str, str]:
        """Pad the columns of parts to the length of the first; return an error for a longer one."""
        first, *others = (name for name in self.parts if name in values)
        count = len(many(values[first]))
        for name in others:
            parts = many(values[name])
            if len(parts) > count:
                sentence = _(
                    "It holds %(found)d values and “%(first)s” %(count)d. Write a backslash "
                    "before a semicolon that does not separate two of them."
                )
                return {name: sentence % {"found": len(parts), "first": first, "count": count}}
            padded = [*parts, *[""] * (count - len(parts))]
            values[name] = tuple(part or self.columns[name].padding for part in padded)
        return {}

    def defaults(self) -> Values:
        """Return the values of a new record."""
        return {name: column.default for name, column in self.columns.items()}

    def merged(self, before: Values, values: Values) -> Values:
        """Return a record's values after its row is written; absent columns keep their value."""
        merged = before | values
        if not self.parts or self.parts[0] not in values:
            return merged
        first, *others = self.parts
        for name in others:
            if name not in values:
                was = dict(zip(many(before[first]), many(before[name]), strict=True))
                padding = self.columns[name].padding
                merged[name] = tuple(was.get(key, padding) for key in many(merged[first]))
        return merged

    def exported_values(self, record: Any) -> Values:
        """Export a record and read it back, so that an unchanged file shows no difference."""
        row = self.plain_cells(record)
        values, errors, _ambiguous = self.read(row)
        return values | {name: str(row[name]) for name in errors}

    def model_values(self, values: Values, names: Iterable[str], known: Known) -> dict[str, Any]:
        """Return the model fields that the columns `names` fill, with their values.

        Columns that are not set as they are, such as numbers, are left out. Raise KeyError for a
        key that is not `known`.
        """
        columns = [self.columns[name] for name in names]
        return {c.field: c.model_value(values, known) for c in columns if c.is_settable}


def _sources() -> QuerySet[Source]:
    return Source.objects.order_by("slug")


def _meetings() -> QuerySet[Meeting]:
    rows = Meeting.objects.select_related("forum").prefetch_related("parties", "sources")
    return rows.order_by("slug")


def _commitments() -> QuerySet[Commitment]:
    aliases = Alias.objects.filter(retracted_seq=None).order_by("pk")
    rows = Commitment.objects.select_related("first_stated_at", "series", "part_of", "supersedes")
    return rows.prefetch_related(
        "topics", "parties", "related", Prefetch("aliases", aliases, to_attr="given_names")
    ).order_by("reference")


def _updates() -> QuerySet[StatusUpdate]:
    cited = Citation.objects.select_related("source").order_by("pk")
    rows = StatusUpdate.objects.select_related("commitment", "meeting", "party", "corrects")
    return rows.prefetch_related(Prefetch("citations", cited, to_attr="cited")).order_by(
        "commitment__reference", "number", "pk"
    )


# The attributes of a record that hold its prefetched related rows.
_ROWS = {"aliases": "given_names", "citations": "cited"}
_CLASSES: dict[Type, type[Column]] = {
    Type.DAY: Day,
    Type.KEY: Key,
    Type.KEYS: Keys,
    Type.LEVEL: LevelChoice,
    Type.NUMBER: Number,
}


def _columns_of(noun: Noun, *, made: str = "") -> Iterator[Column]:
    """Yield the columns of a noun; that of the field `made` is derived from others if empty."""
    model: Any = noun.model
    for field in noun.in_sheet:
        if field.record is not None:
            yield from _parts_of(field.record, rows=_ROWS[field.name])
            continue
        rule = model._meta.get_field(field.name)
        if field.type is Type.DATE:
            yield KnownDate(field, rule)
            yield DateWords(field, rule)
        elif column_class := _CLASSES.get(field.type):
            yield column_class(field, rule)
        elif rule.choices:
            yield Choice(field, rule)
        else:
            yield Text(field, rule, is_made=field.name == made)


def _parts_of(noun: Noun, *, rows: str) -> Iterator[Parts]:
    model: Any = noun.model
    for field in noun.in_sheet:
        if field.sheet is not None:
            yield Parts(field, model._meta.get_field(field.name), rows=rows)


class _DraftKey(Number):
    """The database key of a draft, which has no number yet that would identify it."""

    max_digits = 18

    def __init__(self) -> None:
        super().__init__(Field("pk", Type.NUMBER), StatusUpdate._meta.pk)
        self.name, self.label, self.field = "draft", _("draft"), ""

    def cell(self, record: StatusUpdate) -> str:
        return super().cell(record) if record.number is None else ""


def _update_columns() -> Iterator[Column]:
    for column in _columns_of(UPDATE):
        yield column
        if column.name == "number":
            yield _DraftKey()


def _by_name(columns: Iterable[Column]) -> dict[str, Column]:
    return {column.name: column for column in columns}


TABLES = {
    table.noun: table
    for table in (
        Table(
            "commitments",
            Commitment,
            _by_name(_columns_of(COMMITMENT, made="slug")),
            key=("reference",),
            rows=_commitments,
            parts=("aliases", "alias_languages", "alias_notes"),
        ),
        Table("meetings", Meeting, _by_name(_columns_of(MEETING)), key=("slug",), rows=_meetings),
        Table("sources", Source, _by_name(_columns_of(SOURCE)), key=("slug",), rows=_sources),
        Table(
            "updates",
            StatusUpdate,
            _by_name(_update_columns()),
            key=("commitment", "number", "draft", "happened", "meeting", "party", "corrects"),
            rows=_updates,
            parts=("sources", "quotations", "locators", "quotation_languages"),
        ),
    )
}
