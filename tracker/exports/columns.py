"""The columns of the public files, made from the fields that `schema` declares.

For CSV, XLSX, the page that documents them and the data package.
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
    (Type.LINE, "recorded_at"): Kind.MOMENT,
}


def columns(noun: Noun) -> tuple[Column, ...]:
    """The columns of a noun's file, in their order."""
    found = {column.name: column for field in noun.in_json for column in _columns(field)}
    return tuple(found[name] for name in arranged(found, noun.columns_after))


def _columns(field: Field) -> Iterator[Column]:
    if field.type is Type.RECORDS and field.record is not None:
        for inner in field.record.in_json:
            for column in _columns(inner):
                yield replace(column, path=f"{field.name}[].{column.path}", kind=Kind.LIST)
    declared = field.columns if isinstance(field.columns, tuple) else (field.columns,)
    for given in declared:
        part = given.part or ("date" if field.type is Type.DATE else "")
        kind = _KINDS.get((field.type, part)) or _KINDS.get(field.type, Kind.TEXT)
        path = f"{field.name}[]" if kind is Kind.LIST else field.name
        yield Column(
            name=given.name or field.name,
            title=given.title,
            description=given.description or field.meaning,
            path=f"{path}.{part}" if part else path,
            kind=kind,
            choices=field.choices,
            is_required=given.is_required,
            width=given.width,
        )
