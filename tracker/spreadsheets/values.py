"""Convert a row's values to model values: keys to records, texts to dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.lib.partial_dates import PartialDate
from tracker.models import Level
from tracker.models.records import PublicRecord
from tracker.schema.nouns import MODELS, NOUNS
from tracker.spreadsheets.columns import (
    WORDS_SUFFIX,
    DateWords,
    Day,
    Key,
    Keys,
    KnownDate,
    LevelChoice,
    Number,
    Parts,
    Value,
)
from tracker.spreadsheets.resources import RegisterResource, Values

# The nouns that a cell may refer to: the model, and the field that is the key.
NAMED = {name: (model, NOUNS[name].key) for name, model in MODELS.items()}
Known = Mapping[str, Mapping[str, PublicRecord]]


def many(value: Value) -> tuple[str, ...]:
    """Return the keys in a cell that holds one or several."""
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def displayed(value: Value) -> str:
    """Format a value for a person to read."""
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def model_values(
    resource: RegisterResource, values: Values, names: Iterable[str], known: Known
) -> dict[str, Any]:
    """Return the model fields that the columns `names` fill, with their values.

    Columns of parts and numbers are left out, since no model field corresponds to them. Raise
    KeyError for a key that is not `known`.
    """
    filled: dict[str, Any] = {}
    for name in names:
        column, value = resource.columns[name], values[name]
        match column.widget:
            case Parts() | Number():
                continue
            case KnownDate() | DateWords():
                date = name.removesuffix(WORDS_SUFFIX)
                filled[column.field] = _date(values[date], values[f"{date}{WORDS_SUFFIX}"])
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
