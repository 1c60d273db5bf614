"""The files that staff export and import, noun by noun: their columns, by django-import-export.

What is exported is what is imported. Rows are written by `actions.import_rows` alone, never by a
resource itself, so that nothing becomes public past the log.
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
    """What the four have in common."""

    noun: ClassVar[str]
    # In the order of the file.
    columns: ClassVar[dict[str, Column]]
    # The columns by which a row names its record.
    key: ClassVar[tuple[str, ...]]
    # Columns that tell of the same rows of another table; the first has a value for each of them.
    parts: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        methods = {name: getattr(self, f"dehydrate_{name}", None) for name in self.columns}
        self._derived = {name: method for name, method in methods.items() if method}

    @property
    def labels(self) -> dict[str, Any]:
        return {name: column.label for name, column in self.columns.items()}

    def rows(self) -> QuerySet[Any]:
        """The records with all that their columns tell, in the order of a file."""
        raise NotImplementedError

    def cells(self, record: Any) -> list[str]:
        """A record as a row of a file."""
        derived = self._derived
        return [
            derived[name](record)
            if name in derived
            else column.widget.render(column.get_value(record))
            for name, column in self.columns.items()
        ]

    def plain_cells(self, record: Any) -> dict[str, Cell]:
        """The same by column, as it would be read from a file."""
        return dict(zip(self.columns, map(text_cell, self.cells(record)), strict=True))

    def read(
        self, row: Mapping[str, Cell], *, order: str = ""
    ) -> tuple[Values, dict[str, str], dict[str, str]]:
        """The values of a row, by column; what is wrong; and the dates that are two days."""
        values: Values = {}
        wrong, asked = {}, {}
        for name in row:
            try:
                values[name] = self.columns[name].clean(row, order=order)
            except AmbiguousDateError as error:
                asked[name] = str(error)
            except ValueError as error:
                wrong[name] = str(error)
        if self.parts and self.parts[0] in values and not wrong:
            wrong = self._paired(values)
        return values, wrong, asked

    def _paired(self, values: Values) -> dict[str, str]:
        """Fill the columns of parts up to the first's length, and refuse what is longer."""
        first, *others = (name for name in self.parts if name in values)
        count = len(_many(values[first]))
        for name in others:
            told = _many(values[name])
            if len(told) > count:
                sentence = _(
                    "It holds %(found)d values and “%(first)s” %(count)d. Write a backslash "
                    "before a semicolon that does not separate two of them."
                )
                return {name: sentence % {"found": len(told), "first": first, "count": count}}
            full = [*told, *[""] * (count - len(told))]
            values[name] = tuple(part or str(self.columns[name].empty) for part in full)
        return {}

    def empty(self) -> Values:
        """A record before its row says anything: with the defaults of the model."""
        return {
            name: ()
            if isinstance(column.widget, Keys | Parts)
            else getattr(column.widget, "default", "") or column.empty
            for name, column in self.columns.items()
        }

    def merged(self, before: Values, values: Values) -> Values:
        """What a record says once a row is written; what the file leaves out stays as it was."""
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

    def told(self, record: Any) -> Values:
        """What a file would say of the record, read back: so what was exported differs nowhere."""
        row = self.plain_cells(record)
        values, wrong, _asked = self.read(row)
        return values | {name: str(row[name]) for name in wrong}

    def import_data(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("Rows are written by actions.import_rows.")


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
        found = Meeting.objects.select_related("forum").prefetch_related("parties", "sources")
        return found.order_by("slug")


class CommitmentResource(RegisterResource):
    noun = "commitments"
    key = ("reference",)
    parts = ("aliases", "alias_languages", "alias_notes")
    columns = columns_of(COMMITMENT, made=["slug"])

    class Meta:
        model = Commitment
        fields = ()

    def rows(self) -> QuerySet[Any]:
        kept = Alias.objects.filter(retracted_seq=None).order_by("pk")
        found = Commitment.objects.select_related(
            "first_stated_at", "series", "part_of", "supersedes"
        )
        return found.prefetch_related(
            "topics", "parties", "related", Prefetch("aliases", kept, to_attr="given_names")
        ).order_by("reference")


# A draft has no number yet: its key in the database names it.
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
        found = StatusUpdate.objects.select_related("commitment", "meeting", "party", "corrects")
        return found.prefetch_related(Prefetch("citations", cited, to_attr="cited")).order_by(
            "commitment__reference", "number", "pk"
        )

    def dehydrate_draft(self, record: StatusUpdate) -> str:
        """A published update has a number, a draft only its key."""
        return str(record.pk) if record.number is None and record.pk else ""


RESOURCES: Mapping[str, type[RegisterResource]] = {
    resource.noun: resource
    for resource in (CommitmentResource, MeetingResource, SourceResource, UpdateResource)
}
