"""The django-import-export resources of the files that staff export and import.

Exported files can be imported again. A resource never writes: `actions.imports.rows` does, so that
nothing becomes public without its line in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource

from tracker.models import Alias, Citation, Commitment, Meeting, Source, StatusUpdate
from tracker.schema.commitments import COMMITMENT
from tracker.schema.meetings import MEETING
from tracker.schema.sources import SOURCE
from tracker.schema.updates import UPDATE
from tracker.spreadsheets.cells import Cell, text_cell
from tracker.spreadsheets.columns import Column, Keys, Number, Parts, Value
from tracker.spreadsheets.dates import AmbiguousDateError
from tracker.spreadsheets.noun_columns import columns_of

Values = dict[str, Value]


class RegisterResource(ModelResource):
    """Base class of the four resources."""

    noun: ClassVar[str]
    # In the order of the file.
    columns: ClassVar[dict[str, Column]]
    # The columns that identify a row's record.
    key: ClassVar[tuple[str, ...]]
    # Columns on the same related rows; the first has a value for each row.
    parts: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        methods = {name: getattr(self, f"dehydrate_{name}", None) for name in self.columns}
        self._derived = {name: method for name, method in methods.items() if method}

    @property
    def labels(self) -> dict[str, Any]:
        return {name: column.label for name, column in self.columns.items()}

    def rows(self) -> QuerySet[Any]:
        """Return the records in file order, with everything that their columns read."""
        raise NotImplementedError

    def cells(self, record: Any) -> list[str]:
        """Return the cells of a record's row."""
        derived = self._derived
        return [
            derived[name](record)
            if name in derived
            else column.widget.render(column.get_value(record))
            for name, column in self.columns.items()
        ]

    def plain_cells(self, record: Any) -> dict[str, Cell]:
        """Return the same cells by column, as they would be read from a file."""
        return dict(zip(self.columns, map(text_cell, self.cells(record)), strict=True))

    def read(
        self, row: Mapping[str, Cell], *, order: str = ""
    ) -> tuple[Values, dict[str, str], dict[str, str]]:
        """Return the values of a row, its errors and its ambiguous dates, each by column."""
        values: Values = {}
        errors, ambiguous = {}, {}
        for name in row:
            try:
                values[name] = self.columns[name].clean(row, order=order)
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
        count = len(_many(values[first]))
        for name in others:
            parts = _many(values[name])
            if len(parts) > count:
                sentence = _(
                    "It holds %(found)d values and “%(first)s” %(count)d. Write a backslash "
                    "before a semicolon that does not separate two of them."
                )
                return {name: sentence % {"found": len(parts), "first": first, "count": count}}
            padded = [*parts, *[""] * (count - len(parts))]
            values[name] = tuple(part or str(self.columns[name].empty) for part in padded)
        return {}

    def empty(self) -> Values:
        """Return the values of a new record: the defaults of the model."""
        return {
            name: ()
            if isinstance(column.widget, Keys | Parts)
            else getattr(column.widget, "default", "") or column.empty
            for name, column in self.columns.items()
        }

    def merged(self, before: Values, values: Values) -> Values:
        """Return a record's values after its row is written; absent columns keep their value."""
        merged = before | values
        if not self.parts or self.parts[0] not in values:
            return merged
        first, *others = self.parts
        for name in others:
            if name not in values:
                was = dict(zip(_many(before[first]), _many(before[name]), strict=True))
                empty = str(self.columns[name].empty)
                merged[name] = tuple(was.get(key, empty) for key in _many(merged[first]))
        return merged

    def exported_values(self, record: Any) -> Values:
        """Export a record and read it back, so that an unchanged file shows no difference."""
        row = self.plain_cells(record)
        values, errors, _ambiguous = self.read(row)
        return values | {name: str(row[name]) for name in errors}

    def import_data(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("Rows are written by actions.imports.rows.")


def _many(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


class SourceResource(RegisterResource):
    noun = "sources"
    key = ("slug",)
    columns = columns_of(SOURCE)

    class Meta:
        model = Source
        fields = ()

    def rows(self) -> QuerySet[Any]:
        return Source.objects.order_by("slug")


class MeetingResource(RegisterResource):
    noun = "meetings"
    key = ("slug",)
    columns = columns_of(MEETING)

    class Meta:
        model = Meeting
        fields = ()

    def rows(self) -> QuerySet[Any]:
        rows = Meeting.objects.select_related("forum").prefetch_related("parties", "sources")
        return rows.order_by("slug")


class CommitmentResource(RegisterResource):
    noun = "commitments"
    key = ("reference",)
    parts = ("aliases", "alias_languages", "alias_notes")
    columns = columns_of(COMMITMENT, made=["slug"])

    class Meta:
        model = Commitment
        fields = ()

    def rows(self) -> QuerySet[Any]:
        aliases = Alias.objects.filter(retracted_seq=None).order_by("pk")
        rows = Commitment.objects.select_related(
            "first_stated_at", "series", "part_of", "supersedes"
        )
        return rows.prefetch_related(
            "topics", "parties", "related", Prefetch("aliases", aliases, to_attr="given_names")
        ).order_by("reference")


# A draft has no number yet, so its database key identifies it.
_DRAFT = {"draft": Column(_("draft"), Number(digits=18), attribute="draft", empty=None)}
_UPDATE_COLUMNS = columns_of(UPDATE, beside=_DRAFT, after={"draft": "number"})


class UpdateResource(RegisterResource):
    noun = "updates"
    key = ("commitment", "number", "draft", "happened", "meeting", "party", "corrects")
    parts = ("sources", "quotations", "locators", "quotation_languages")
    columns = _UPDATE_COLUMNS

    class Meta:
        model = StatusUpdate
        fields = ()

    def rows(self) -> QuerySet[Any]:
        cited = Citation.objects.select_related("source").order_by("pk")
        rows = StatusUpdate.objects.select_related("commitment", "meeting", "party", "corrects")
        return rows.prefetch_related(Prefetch("citations", cited, to_attr="cited")).order_by(
            "commitment__reference", "number", "pk"
        )

    def dehydrate_draft(self, record: StatusUpdate) -> str:
        """Return the key of a draft; a published update is identified by its number."""
        return str(record.pk) if record.number is None and record.pk else ""


RESOURCES: Mapping[str, type[RegisterResource]] = {
    resource.noun: resource
    for resource in (CommitmentResource, MeetingResource, SourceResource, UpdateResource)
}
