"""Which version of a record a page showed: digests of all that its form edits, and of no clock.

Two people in the same record hold two versions; `conflicts` tells them apart by what is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Field, Model

from tracker.actions.edits import ROWS_BESIDE, rows_in_form
from tracker.lib.canonical_json import sha256_hex

# By the part's name, a field ("title") or a row ("citations:12"): the digest of what it says.
Parts = dict[str, str]

# Enough to tell the few versions of one field apart.
_DIGITS = 12


def digest_of(value: Any) -> str:
    """The digest of one part from what the database keeps: a value, or keys in any order."""
    if isinstance(value, list | tuple | set):
        value = sorted(str(one) for one in value)
    elif value is not None:
        value = str(value)
    return sha256_hex([value])[:_DIGITS]


def edited_fields(
    model: type[Model], *, beside: Field[Any, Any] | None = None
) -> list[Field[Any, Any]]:
    """The columns that a form edits, without those that are derived or written by actions.

    Of a row in another record's form, `beside` is the column that names that record.
    """
    columns = model._meta.concrete_fields
    return [f for f in columns if f.editable and not f.primary_key and f is not beside]


def digest_of_row(kept: Mapping[str, Any]) -> str:
    """The digest of a row beside the record, from what the database keeps in each of its fields."""
    return sha256_hex({name: str(value) for name, value in kept.items()})[:_DIGITS]


def stored(record: Model, field: Field[Any, Any]) -> Any:
    """What the database keeps in one column of a record, or of a version of it."""
    return field.get_prep_value(getattr(record, field.attname))


def parts_of(model: type[Model], keys: Iterable[Any]) -> dict[Any, Parts]:
    """The parts of each record as the database holds it now, by its key; none for what is gone.

    A constant number of queries, however many records. To be certain of it until the transaction
    ends, hold the rows first.
    """
    rows = model._base_manager.filter(pk__in=list(keys))
    columns = edited_fields(model)
    found = {row.pk: {f.name: digest_of(stored(row, f)) for f in columns} for row in rows}
    for field in model._meta.many_to_many:
        mine, other = field.m2m_field_name(), field.m2m_reverse_field_name()
        linked: dict[Any, list[Any]] = {key: [] for key in found}
        links: Any = field.remote_field.through
        rows_of = links._base_manager.filter(**{f"{mine}__in": list(found)})
        for key, its in rows_of.values_list(f"{mine}_id", f"{other}_id"):
            linked[key].append(its)
        for key, keys_of_others in linked.items():
            found[key][field.name] = digest_of(keys_of_others)
    if name := ROWS_BESIDE.get(model):
        relation: Any = model._meta.get_field(name)
        fields = edited_fields(relation.related_model, beside=relation.field)
        beside = rows_in_form(relation.related_model._base_manager.all()).filter(
            **{f"{relation.field.name}__in": list(found)}
        )
        for row in beside:
            key = relation.field.value_from_object(row)
            found[key][f"{name}:{row.pk}"] = digest_of_row({f.name: stored(row, f) for f in fields})
    return found


def versions_of(model: type[Model], keys: Iterable[Any]) -> dict[Any, str]:
    """`version_of` for many records of a kind, in a constant number of queries."""
    return {key: sha256_hex(parts) for key, parts in parts_of(model, keys).items()}


def version_of(record: Model) -> str:
    """The version of a record as the database holds it now; empty when it is not there (any more).

    64 hexadecimal digits: of the fields, relations and rows that its form edits. That it was
    published meanwhile alters nothing of it.
    """
    return versions_of(type(record), [record.pk]).get(record.pk, "")
