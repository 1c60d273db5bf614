"""Columns of the public files, derived from the fields that `schema` declares.

For CSV, XLSX, the data dictionary and the data package.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tracker.exports.cells import Column, Kind
from tracker.schema.fields import Field, Noun, Type, arranged

_KINDS = {
    Type.KEYS: Kind.LIST,
    Type.CHOICES: Kind.LIST,
    Type.NUMBER: Kind.NUMBER,
    Type.YES_NO: Kind.YES_NO,
    Type.DAY: Kind.DATE,
    (Type.DATE, "date"): Kind.PARTIAL_DATE,
    (Type.LINE, "seq"): Kind.NUMBER,
    (Type.LINE, "recorded_at"): Kind.DATE_TIME,
}


def columns(noun: Noun) -> tuple[Column, ...]:
    """Return the columns of a noun's file in order."""
    by_name = {column.name: column for field in noun.in_json for column in _columns(field)}
    return tuple(by_name[name] for name in arranged(by_name, noun.columns_after))


def _columns(field: Field) -> Iterator[Column]:
    if field.type is Type.RECORDS and field.record is not None:
        for inner in field.record.in_json:
            for column in _columns(inner):
                yield replace(column, path=f"{field.name}[].{column.path}", kind=Kind.LIST)
    declarations = field.columns if isinstance(field.columns, tuple) else (field.columns,)
    for declared in declarations:
        part = declared.part or ("date" if field.type is Type.DATE else "")
        kind = _KINDS.get((field.type, part)) or _KINDS.get(field.type, Kind.TEXT)
        path = f"{field.name}[]" if kind is Kind.LIST else field.name
        yield Column(
            name=declared.name or field.name,
            title=declared.title,
            description=declared.description or field.meaning,
            path=f"{path}.{part}" if part else path,
            kind=kind,
            choices=field.choices,
            is_required=declared.is_required,
            width=declared.width,
        )
