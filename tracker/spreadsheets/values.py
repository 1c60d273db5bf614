"""The values of a row as the model takes them: names become records, texts become dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.lib.partial_dates import PartialDate
from tracker.models import Level
from tracker.models.records import PublicRecord
from tracker.schema.nouns import MODELS, NOUNS
from tracker.spreadsheets.columns import (
    OF_THE_WORDS,
    DateAsKnown,
    DateWords,
    Day,
    Key,
    Keys,
    LevelChoice,
    Number,
    Parts,
    Value,
)
from tracker.spreadsheets.resources import RegisterResource, Values

# The nouns that a cell may name, and by what.
NAMED = {name: (model, NOUNS[name].key) for name, model in MODELS.items()}
Known = Mapping[str, Mapping[str, PublicRecord]]


def many(value: Value) -> tuple[str, ...]:
    """The names in a cell that holds one or several."""
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def told(value: Value) -> str:
    """A value for a person to read."""
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def model_values(
    resource: RegisterResource, values: Values, names: Iterable[str], known: Known
) -> dict[str, Any]:
    """The model's fields that some columns fill, with their values.

    Columns of parts and numbers are left out, as these are no fields of their own. Raises KeyError
    for a name that is not `known`.
    """
    filled: dict[str, Any] = {}
    for name in names:
        column, value = resource.columns[name], values[name]
        match column.widget:
            case Parts() | Number():
                continue
            case DateAsKnown() | DateWords():
                date = name.removesuffix(OF_THE_WORDS)
                filled[column.field] = _date(values[date], values[f"{date}{OF_THE_WORDS}"])
            case Day():
                filled[column.field] = dt.date.fromisoformat(str(value)) if value else None
            case LevelChoice():
                filled[column.field] = Level[str(value).upper()]
            case Key():
                filled[column.field] = known[column.names][str(value)] if value else None
            case Keys():
                filled[column.field] = [known[column.names][key] for key in many(value)]
            case _:
                filled[column.field] = value
    return filled


def _date(date: Value, words: Value) -> PartialDate | None:
    if date:
        return PartialDate.parse(str(date), words=str(words))
    return PartialDate(words=str(words)) if words else None
