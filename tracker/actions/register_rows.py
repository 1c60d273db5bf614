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

from tracker.models import Commitment, Forum, Level, Meeting, Note, Party, Source, Topic
from tracker.models.records import PublicRecord
from tracker.register_format.reading import Record, Register, RegisterError

MODELS: dict[str, type[PublicRecord]] = {
    "party": Party,
    "topic": Topic,
    "forum": Forum,
    "source": Source,
    "meeting": Meeting,
    "commitment": Commitment,
    "note": Note,
}
# Where the files say a field's name more shortly than the model.
_MODEL_NAMES = {
    "published": "published_on",
    "retrieved": "retrieved_on",
    "checked": "last_checked_on",
    "first_stated": "first_stated_at",
}
# Fields that an action sets, not the row.
_NOT_COLUMNS = {"aliases", "updates", "notes", "left_out", "fully_recorded", "retracted"}


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

    def value(self, record: Record, name: str) -> Any:
        """A field's value as the model takes it: names become rows."""
        spec, value = record.noun.by_name[name], record[name]
        if spec.refers_to and isinstance(value, list | tuple):
            return [self.rows[spec.refers_to][key] for key in value]
        if spec.refers_to:
            return self.rows[spec.refers_to][value] if value else None
        if name == "level":
            return Level[value.upper()]
        return value

    def values(self, record: Record) -> dict[str, Any]:
        return {
            _MODEL_NAMES.get(spec.name, spec.name): self.value(record, spec.name)
            for spec in record.noun.fields
            if spec.name not in _NOT_COLUMNS
        }

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
        for spec in record.noun.fields:
            if spec.name in _NOT_COLUMNS or spec.refers_to == record.noun.name:
                continue
            name, value = _MODEL_NAMES.get(spec.name, spec.name), self.value(record, spec.name)
            if row._meta.get_field(name).many_to_many:
                later[name] = value
            else:
                setattr(row, name, value)
        row.full_clean()
        row.save()
        for name, value in later.items():
            getattr(row, name).set(value)

    def link_all(self, noun: str) -> None:
        for record in self.register.of(noun):
            if (noun, record.key) not in self.fresh:
                continue
            row = self.rows[noun][record.key]
            for spec in record.noun.fields:
                if spec.refers_to != noun:
                    continue
                value = self.value(record, spec.name)
                if row._meta.get_field(spec.name).many_to_many:
                    getattr(row, spec.name).set(value)
                else:
                    setattr(row, spec.name, value)
            row.save()
