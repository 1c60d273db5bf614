"""Digests of all that a record's form edits, to detect which version of it a page showed.

They depend on content only, not on a clock. `conflicts` compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Field, Model

from tracker.actions.review.edits import ROWS_BESIDE, rows_in_form
from tracker.lib.canonical_json import sha256_hex

# The digest of each part: a field ("title") or an inline row ("citations:12").
Parts = dict[str, str]

# Enough for the few versions of one field.
_DIGITS = 12


def digest_of(value: Any) -> str:
    """Return the digest of a stored value, or of keys in any order."""
    if isinstance(value, list | tuple | set):
        value = sorted(str(one) for one in value)
    elif value is not None:
        value = str(value)
    return sha256_hex([value])[:_DIGITS]


def edited_fields(
    model: type[Model], *, beside: Field[Any, Any] | None = None
) -> list[Field[Any, Any]]:
    """Return the columns that a form edits, without those that are derived or set by actions.

    For an inline row, `beside` is its foreign key to the record.
    """
    columns = model._meta.concrete_fields
    return [f for f in columns if f.editable and not f.primary_key and f is not beside]


def digest_of_row(values: Mapping[str, Any]) -> str:
    """Return the digest of an inline row from its stored values."""
    return sha256_hex({name: str(value) for name, value in values.items()})[:_DIGITS]


def stored(record: Model, field: Field[Any, Any]) -> Any:
    """Return the stored value of one column of a record, or of a version of it."""
    return field.get_prep_value(getattr(record, field.attname))


def parts_of(model: type[Model], keys: Iterable[Any]) -> dict[Any, Parts]:
    """Return the parts of each stored record by its key; deleted records are left out.

    Takes a constant number of queries. Lock the rows first to rely on the result.
    """
    rows = model._base_manager.filter(pk__in=list(keys))
    columns = edited_fields(model)
    parts = {row.pk: {f.name: digest_of(stored(row, f)) for f in columns} for row in rows}
    for field in model._meta.many_to_many:
        mine, other = field.m2m_field_name(), field.m2m_reverse_field_name()
        linked: dict[Any, list[Any]] = {key: [] for key in parts}
        links: Any = field.remote_field.through
        rows_of = links._base_manager.filter(**{f"{mine}__in": list(parts)})
        for key, its in rows_of.values_list(f"{mine}_id", f"{other}_id"):
            linked[key].append(its)
        for key, keys_of_others in linked.items():
            parts[key][field.name] = digest_of(keys_of_others)
    if name := ROWS_BESIDE.get(model):
        relation: Any = model._meta.get_field(name)
        fields = edited_fields(relation.related_model, beside=relation.field)
        beside = rows_in_form(relation.related_model._base_manager.all()).filter(
            **{f"{relation.field.name}__in": list(parts)}
        )
        for row in beside:
            key = relation.field.value_from_object(row)
            parts[key][f"{name}:{row.pk}"] = digest_of_row({f.name: stored(row, f) for f in fields})
    return parts


def versions_of(model: type[Model], keys: Iterable[Any]) -> dict[Any, str]:
    """`version_of` for many records of one model, in a constant number of queries."""
    return {key: sha256_hex(parts) for key, parts in parts_of(model, keys).items()}


def version_of(record: Model) -> str:
    """Return the version of a stored record as 64 hexadecimal digits; empty if it is deleted.

    It covers the fields, relations and inline rows that the form edits, not publication.
    """
    return versions_of(type(record), [record.pk]).get(record.pk, "")
