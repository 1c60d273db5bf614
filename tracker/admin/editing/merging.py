"""Merge the form of a record that two people edited: compare its fields and rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Field, Model
from django.forms.models import InlineForeignKeyField
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst

from tracker.admin.editing.conflicts import (
    KEEP,
    THEIRS,
    Difference,
    Side,
    parts_in,
    parts_now,
    side_of,
)
from tracker.admin.editing.display import NOTHING, in_words
from tracker.admin.editing.form_data import Sent, as_sent, key_of, put, read_rows, write_rows
from tracker.admin.editing.history import text_when_opened
from tracker.admin.editing.versions import Parts, digest_of, digest_of_row, edited_fields


@dataclass(slots=True)
class _Forms:
    """The form and formsets of a record, as stored or as posted."""

    model_admin: Any
    request: HttpRequest
    record: Model

    def form(self, data: QueryDict | None = None) -> Any:
        """Return the form; with `data` on a fresh instance, since validation modifies it."""
        model_admin, request, record = self.model_admin, self.request, self.record
        if data is not None:
            record = type(record)._base_manager.get(pk=record.pk)
        names = flatten_fieldsets(model_admin.get_fieldsets(request, record))
        form_class = model_admin.get_form(request, record, change=True, fields=names)
        form = form_class(data, instance=record)
        form.is_valid()
        return form

    def formsets(self, data: QueryDict | None = None) -> Iterator[Any]:
        pairs = self.model_admin.get_formsets_with_inlines(self.request, self.record)
        for formset_class, inline in pairs:
            formset = formset_class(
                data,
                instance=self.record,
                prefix=formset_class.get_default_prefix(),
                queryset=inline.get_queryset(self.request),
            )
            formset.is_valid()
            yield formset

    def saved_rows(self) -> dict[str, dict[str, Any]]:
        """Return the forms of stored rows, by the prefix of the formset and the row's key."""
        return {
            formset.prefix: {str(form.instance.pk): form for form in formset.initial_forms}
            for formset in self.formsets()
        }


def merge(model_admin: Any, request: HttpRequest, record: Model, *, token: str) -> list[Difference]:
    """Return the differences between the posted form and the stored record.

    In the request, take over whatever only the other person changed since `token`.
    """
    forms = _Forms(model_admin, request, record)
    was, now = parts_in(token), parts_now(type(record), record.pk)
    data = request.POST.copy()
    differences = []
    saved = forms.form()
    for difference in _field_differences(saved, forms.form(data), was, now):
        differences.append(difference)
        if difference.side is Side.THEY:
            put(data, as_sent(saved[difference.name]))
    saved_rows = forms.saved_rows()
    for formset in forms.formsets(data):
        differences += _merge_rows(formset, saved_rows[formset.prefix], data, was, now)
    request.POST = data  # type: ignore[assignment]
    return differences


def take_theirs(model_admin: Any, request: HttpRequest, record: Model) -> None:
    """In the request, take over the other version of each field and row where it was chosen."""
    chosen = [
        name.removeprefix(KEEP)
        for name, choice in request.POST.items()
        if name.startswith(KEEP) and choice == THEIRS
    ]
    if not chosen:
        return
    forms, data = _Forms(model_admin, request, record), request.POST.copy()
    saved = forms.form()
    for name in set(chosen) & set(saved.fields):
        put(data, as_sent(saved[name]))
    for prefix, rows in forms.saved_rows().items():
        taken = []
        for index, row in enumerate(read_rows(data, prefix)):
            if f"{prefix}-{index}" not in chosen:
                taken.append(row)
            elif key_of(row) in rows:
                taken.append(_sent(rows[key_of(row)]))
        write_rows(data, prefix, taken)
    request.POST = data  # type: ignore[assignment]


def as_new(model_admin: Any, request: HttpRequest) -> None:
    """In the request, turn every row into a new one, since its record was deleted."""
    data = request.POST.copy()
    for formset_class, _inline in model_admin.get_formsets_with_inlines(request, None):
        prefix, nothing = formset_class.get_default_prefix(), [""]
        new_keys = {"id": nothing, formset_class.fk.name: nothing}
        write_rows(data, prefix, [{**row, **new_keys} for row in read_rows(data, prefix) if row])
    request.POST = data  # type: ignore[assignment]


# -- Fields --------------------------------------------------------------------------------------


def _field_differences(saved: Any, posted: Any, was: Parts, now: Parts) -> Iterator[Difference]:
    for name in saved.fields:
        if name not in now:
            continue
        column = saved.instance._meta.get_field(name)
        is_read = name in posted.cleaned_data
        value = posted.cleaned_data.get(name)
        typed = digest_of(_stored(column, value)) if is_read else ""
        side = side_of(was.get(name), now[name], typed)
        if side is not None:
            theirs = getattr(saved.instance, name)
            yield Difference(
                label=capfirst(str(saved.fields[name].label)),
                side=side,
                theirs=in_words(column, theirs.all() if column.many_to_many else theirs),
                mine=in_words(column, value) if is_read else _as_typed(posted[name]),
                name=name,
                opened=_opened(saved.instance, side, name, was),
            )


def _opened(record: Model, side: Side, part: str, was: Parts) -> str:
    return text_when_opened(record, part, was[part]) if side is Side.BOTH and part in was else ""


def _stored(column: Field[Any, Any], value: Any) -> Any:
    """Return a cleaned value as the database would store it."""
    if column.many_to_many:
        return [one.pk for one in value]
    return column.get_prep_value(value.pk if isinstance(value, Model) else value)


def _as_typed(bound: Any) -> str:
    """Return the raw input of an invalid field."""
    return " ".join(text for texts in as_sent(bound).values() for text in texts if text)


# -- Inline rows ---------------------------------------------------------------------------------


def _merge_rows(
    formset: Any, saved: dict[str, Any], data: QueryDict, was: Parts, now: Parts
) -> list[Difference]:
    """Take over rows that only the other person changed, and return where rows differ."""
    prefix = formset.prefix
    merged: list[Sent] = []
    differing: list[tuple[Sent, dict[str, Any]]] = []
    rows = read_rows(data, prefix)
    for row, form in zip(rows, formset.forms, strict=False):
        key = key_of(row)
        if not key:
            merged.append(row)
            continue
        theirs, mine = saved.get(key), None if row.get("DELETE") else form
        part = f"{prefix}:{key}"
        side = side_of(was.get(part), now.get(part), _row_digest(mine))
        merged.append(_merged_row(row, side, theirs=theirs, mine=mine))
        if side is not None:
            texts = {
                "side": side,
                "theirs": _row_in_words(theirs),
                "mine": _row_in_words(mine),
                "opened": _opened(formset.instance, side, part, was),
            }
            differing.append((merged[-1], texts))
    mentioned = {key_of(row) for row in rows}
    for key, theirs in saved.items():
        if key not in mentioned and f"{prefix}:{key}" not in was:
            merged.append(_sent(theirs))
            texts = {"side": Side.THEY, "theirs": _row_in_words(theirs), "mine": NOTHING}
            differing.append((merged[-1], texts))
    numbers = {id(row): index for index, row in enumerate(write_rows(data, prefix, merged))}
    return [
        Difference(
            label=capfirst(str(formset.model._meta.verbose_name)),
            name=f"{prefix}-{numbers.get(id(row), '')}",
            **texts,
        )
        for row, texts in differing
    ]


def _merged_row(row: Sent, side: Side | None, *, theirs: Any, mine: Any) -> Sent:
    """Return a row for the merged form; empty when it is left out."""
    if side is Side.THEY:
        return _sent(theirs)
    if theirs is not None:
        return row
    # They removed it: my edit becomes a new row, and my removal needs none.
    return {**row, "id": [""]} if mine is not None else {}


def _sent(form: Any) -> Sent:
    """Return what a browser would post for a stored row, without the prefix of the formset."""
    if form is None:
        return {}
    start = len(form.prefix) + 1
    sent = [item for name in form.fields for item in as_sent(form[name]).items()]
    return {name[start:]: texts for name, texts in sent if name[start:] != "DELETE"}


def _values(form: Any) -> list[tuple[Field[Any, Any], Any]]:
    """Return the columns of a row with their values: posted if the form is bound, else stored."""
    columns = [
        column
        for column in edited_fields(type(form.instance))
        if not isinstance(form.fields.get(column.name), InlineForeignKeyField)
    ]
    if form.is_bound:
        return [(column, form.cleaned_data.get(column.name)) for column in columns]
    return [(column, getattr(form.instance, column.name)) for column in columns]


def _row_digest(form: Any) -> str | None:
    if form is None:
        return None
    values = [(column, _stored(column, value)) for column, value in _values(form)]
    return digest_of_row({column.name: value for column, value in values})


def _row_in_words(form: Any) -> str:
    """Format a row as one line for each non-empty field."""
    if form is None:
        return NOTHING
    texts = [(column.verbose_name, in_words(column, value)) for column, value in _values(form)]
    return "\n".join(f"{capfirst(name)}: {words}" for name, words in texts if words != NOTHING)
