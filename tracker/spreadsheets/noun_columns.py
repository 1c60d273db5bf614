"""Build the columns of a noun from the fields declared in `schema`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from import_export.widgets import Widget

from tracker.schema.fields import Field, Noun, Type, arranged
from tracker.spreadsheets.columns import (
    WORDS_SUFFIX,
    Choice,
    Column,
    DateWords,
    Day,
    Key,
    Keys,
    KnownDate,
    LevelChoice,
    Number,
    Parts,
    Text,
)

# The attributes of a record that hold its prefetched related rows; see `resources`.
_ROWS = {"aliases": "given_names", "citations": "cited"}


def columns_of(
    noun: Noun,
    *,
    made: Collection[str] = (),
    beside: Mapping[str, Column] | None = None,
    after: Mapping[str, str] | None = None,
) -> dict[str, Column]:
    """Return the columns of a noun by name, with the extra columns `beside` placed by `after`.

    The columns in `made` may be left empty, since they are derived from others.
    """
    columns: dict[str, Column] = {}
    for field in noun.in_sheet:
        if field.record is not None:
            columns |= _parts(field.record, _ROWS[field.name])
            continue
        columns[field.name] = _column(noun, field, is_made=field.name in made)
        if field.type is Type.DATE:
            label = format_lazy("{}, {}", columns[field.name].label, _("in words"))
            words = Column(label, DateWords(), attribute=field.name)
            columns[f"{field.name}{WORDS_SUFFIX}"] = words
    columns |= beside or {}
    for name, column in columns.items():
        column.column_name = name
    return {name: columns[name] for name in arranged(columns, after or {})}


def _column(noun: Noun, field: Field, *, is_made: bool) -> Column:
    model: Any = noun.model
    rule = model._meta.get_field(field.name)
    widget, needed = _widget(field, rule, is_made=is_made)
    key = f"{field.name}__{field.named_by}"
    return Column(
        rule.verbose_name,
        widget,
        attribute=key if field.type is Type.KEY else field.source,
        field=field.name,
        names=field.noun,
        needed=needed,
        empty=None if field.type is Type.NUMBER else "",
    )


def _widget(field: Field, rule: Any, *, is_made: bool) -> tuple[Widget, bool]:
    """Return the widget that reads a field's cells, and whether a new record requires it."""
    match field.type:
        case Type.DATE:
            return KnownDate(), not rule.blank
        case Type.DAY:
            return Day(), False
        case Type.KEY:
            return Key(), field.is_needed
        case Type.KEYS:
            return Keys(field.named_by), False
        case Type.NUMBER:
            return Number(), False
    widget = Text(rule, is_made=is_made)
    if field.type is Type.LEVEL:
        widget = LevelChoice(rule)
    elif rule.choices:
        widget = Choice(rule, rule.choices)
    return widget, not (widget.may_be_empty or widget.default)


def _parts(noun: Noun, rows: str) -> dict[str, Column]:
    """Return the columns that each hold one field of the record's related rows."""
    model: Any = noun.model
    columns = {}
    for field in noun.in_sheet:
        if field.sheet is not None:
            is_key = field.type is Type.KEY
            part = f"{field.name}__{field.named_by}" if is_key else field.name
            columns[field.sheet.name] = Column(
                field.sheet.label,
                Parts(model, part),
                attribute=rows,
                names=field.noun,
                empty="" if is_key else model._meta.get_field(field.name).get_default(),
            )
    return columns
