"""The rows that correspond to the records of register files: found, or drafted by the loading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from tracker.actions.log.append import Stamp
from tracker.models import Level
from tracker.register_format.records import Record, Register, RegisterError
from tracker.schema.fields import Field, Noun, Type
from tracker.schema.nouns import MODELS
from tracker.schema.payloads import Payload

_M = TypeVar("_M", bound=models.Model)


def _columns(noun: Noun) -> list[Field]:
    """Return the fields of a register file that a row has and no action sets."""
    model = noun.model._meta if noun.model else None
    columns = (*model.concrete_fields, *model.many_to_many) if model else ()
    names = {column.name for column in columns if column.editable}
    return [field for field in noun.in_file if field.name in names and not field.path]


@contextmanager
def problems_at(record: Record, name: str = "") -> Iterator[None]:
    """Raise a ValidationError as a RegisterError that names the place in the files."""
    try:
        yield
    except ValidationError as error:
        sentence = " ".join(error.messages)
        raise RegisterError([record.problem(sentence, name)]) from error


@dataclass(slots=True)
class Rows:
    """The rows of a register that is being loaded, and which of them are new drafts."""

    register: Register
    stamp: Stamp
    by_key: dict[str, dict[str, Any]] = field(default_factory=dict)
    new: set[tuple[str, str]] = field(default_factory=set)

    def of(self, record: Record) -> Any:
        """Return the row of a record."""
        return self.by_key[record.noun.name][record.key]

    def is_new(self, record: Record) -> bool:
        return (record.noun.name, record.key) in self.new

    def values(self, record: Record) -> dict[str, Any]:
        """Return the values of a record as its model takes them: keys become rows."""
        return {spec.name: self._value(record, spec) for spec in _columns(record.noun)}

    def _value(self, record: Record, spec: Field) -> Any:
        value = record[spec.key]
        if spec.type is Type.KEYS:
            return [self.by_key[spec.noun][key] for key in value]
        if spec.type is Type.KEY:
            return self.by_key[spec.noun][value] if value else None
        return Level[value.upper()] if spec.type is Type.LEVEL else value

    # -- Drafting -------------------------------------------------------------------------------

    def stage_all(self, noun: str) -> None:
        """Find or draft the row of every record, without relations to the same noun."""
        model, rows = MODELS[noun], self.by_key.setdefault(noun, {})
        for record in self.register.of(noun):
            row = model._base_manager.filter(**{record.noun.key: record.key}).first()
            if row is None:
                row = model()
                with problems_at(record):
                    self._fill(row, record)
                self.new.add((noun, record.key))
            elif not row.is_published:
                # It may be a colleague's; loading must not publish what was not in the files.
                sentence = (
                    f"A draft of the {noun} “{record.key}” exists already; publish or "
                    "delete it first."
                )
                raise RegisterError([record.problem(sentence, record.noun.key)])
            rows[record.key] = row

    def _fill(self, row: models.Model, record: Record) -> None:
        others = [spec for spec in _columns(record.noun) if spec.noun != record.noun.name]
        lists = [spec for spec in others if spec.type is Type.KEYS]
        self._set(row, record, [spec for spec in others if spec not in lists])
        row.full_clean()
        row.save()
        self._set(row, record, lists)

    def link_all(self, noun: str) -> None:
        """Set the relations of new rows to others of the same noun."""
        for record in filter(self.is_new, self.register.of(noun)):
            row = self.of(record)
            self._set(row, record, [it for it in _columns(record.noun) if it.noun == noun])
            row.save()

    def _set(self, row: models.Model, record: Record, fields: Iterable[Field]) -> None:
        for spec in fields:
            value = self._value(record, spec)
            if spec.type is Type.KEYS:
                getattr(row, spec.name).set(value)
            else:
                setattr(row, spec.name, value)

    def draft(self, record: Record, **owner: Any) -> Any:
        """Save a draft of a record that belongs to another, such as an update."""
        assert record.noun.model is not None  # noqa: S101 - or it has no rows
        row = record.noun.model(**self.values(record), **owner)
        with problems_at(record):
            row.full_clean()
        row.save()
        return row

    # -- Comparing ------------------------------------------------------------------------------

    def compared(
        self, records: Iterable[Record], rows: Iterable[_M], payload_of: Callable[[_M], Payload]
    ) -> tuple[list[_M], list[Record]]:
        """Return the public rows that the files lack, and the records that the register lacks."""
        present = {tuple(payload_of(row).values()): row for row in rows}
        wanted = {tuple(self.values(record).values()): record for record in records}
        return (
            [row for key, row in present.items() if key not in wanted],
            [record for key, record in wanted.items() if key not in present],
        )
