"""The rows that the files of a register speak of: found, or drafted for `load_register`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models

from tracker.models import Level
from tracker.register_format.reading import Record, Register, RegisterError
from tracker.schema.fields import Field, Noun, Type
from tracker.schema.nouns import MODELS


def _columns(noun: Noun) -> list[Field]:
    """The fields of a register file that a row has, and no action sets."""
    model = noun.model._meta if noun.model else None
    columns = (*model.concrete_fields, *model.many_to_many) if model else ()
    names = {column.name for column in columns if column.editable}
    return [field for field in noun.in_file if field.name in names and not field.path]


@contextmanager
def told_at(record: Record, name: str = "") -> Iterator[None]:
    """Give a refusal the place in the files that led to it."""
    try:
        yield
    except ValidationError as error:
        sentence = " ".join(error.messages)
        raise RegisterError([record.problem(sentence, name)]) from error


@dataclass(slots=True)
class Rows:
    """The rows of a register that is being loaded: those there were, and fresh drafts."""

    register: Register
    now: dt.datetime
    by: AbstractBaseUser | None
    is_backfill: bool
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    fresh: set[tuple[str, str]] = field(default_factory=set)

    def stamp(self) -> dict[str, Any]:
        return {"now": self.now, "by": self.by, "is_backfill": self.is_backfill}

    # -- Rows -----------------------------------------------------------------------------------

    def value(self, record: Record, spec: Field) -> Any:
        """A field's value as the model takes it: names become rows."""
        value = record[spec.key]
        if spec.type is Type.KEYS:
            return [self.rows[spec.noun][key] for key in value]
        if spec.type is Type.KEY:
            return self.rows[spec.noun][value] if value else None
        return Level[value.upper()] if spec.type is Type.LEVEL else value

    def values(self, record: Record) -> dict[str, Any]:
        return {spec.name: self.value(record, spec) for spec in _columns(record.noun)}

    def stage_all(self, noun: str) -> None:
        """Find or draft the row of every record; relations to the same noun follow after."""
        model, rows = MODELS[noun], self.rows.setdefault(noun, {})
        for record in self.register.of(noun):
            row = model._base_manager.filter(**{record.noun.key: record.key}).first()
            if row is None:
                row = model()
                with told_at(record):
                    self.fill(row, record)
                self.fresh.add((noun, record.key))
            elif not row.is_published:
                # It may be a colleague's; loading must not publish what was not in the files.
                raise RegisterError(
                    [
                        record.problem(
                            f"A draft of the {noun} “{record.key}” exists already; publish or "
                            "delete it first.",
                            record.noun.key,
                        )
                    ]
                )
            rows[record.key] = row

    def fill(self, row: models.Model, record: Record) -> None:
        """Write a new row, leaving what refers to rows of the same noun for `link_all`."""
        later = {}
        for spec in _columns(record.noun):
            if spec.noun == record.noun.name:
                continue
            if spec.type is Type.KEYS:
                later[spec.name] = self.value(record, spec)
            else:
                setattr(row, spec.name, self.value(record, spec))
        row.full_clean()
        row.save()
        for name, value in later.items():
            getattr(row, name).set(value)

    def link_all(self, noun: str) -> None:
        for record in self.register.of(noun):
            if (noun, record.key) not in self.fresh:
                continue
            row = self.rows[noun][record.key]
            for spec in _columns(record.noun):
                if spec.noun != noun:
                    continue
                if spec.type is Type.KEYS:
                    getattr(row, spec.name).set(self.value(record, spec))
                else:
                    setattr(row, spec.name, self.value(record, spec))
            row.save()
