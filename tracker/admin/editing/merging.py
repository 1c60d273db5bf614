"""The form of a record that two people edited: what each says, field by field, row by row."""

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
    parts_now,
    parts_then,
    side_of,
)
from tracker.admin.editing.display import NOTHING, in_words
from tracker.admin.editing.form_data import Sent, as_sent, key_of, put, read_rows, write_rows
from tracker.admin.editing.history import said_then
from tracker.admin.editing.versions import Parts, digest_of, digest_of_row, edited_fields


@dataclass(slots=True)
class _Forms:
    """A record's form and its rows: as saved by now, and as posted."""

    model_admin: Any
    request: HttpRequest
    record: Model

    def form(self, data: QueryDict | None = None) -> Any:
        """With `data`, of the record read again: checking a form writes upon its record."""
        it, request, record = self.model_admin, self.request, self.record
        if data is not None:
            record = type(record)._base_manager.get(pk=record.pk)
        names = flatten_fieldsets(it.get_fieldsets(request, record))
        form = it.get_form(request, record, change=True, fields=names)(data, instance=record)
        form.is_valid()
        return form

    def formsets(self, data: QueryDict | None = None) -> Iterator[Any]:
        of_the_page = self.model_admin.get_formsets_with_inlines(self.request, self.record)
        for formset_class, inline in of_the_page:
            formset = formset_class(
                data,
                instance=self.record,
                prefix=formset_class.get_default_prefix(),
                queryset=inline.get_queryset(self.request),
            )
            formset.is_valid()
            yield formset

    def saved_rows(self) -> dict[str, dict[str, Any]]:
        """By the formset's prefix and the row's key, the form of each saved row."""
        return {
            formset.prefix: {str(form.instance.pk): form for form in formset.initial_forms}
            for formset in self.formsets()
        }


def merge(model_admin: Any, request: HttpRequest, record: Model, *, token: str) -> list[Difference]:
    """Say where the posted form differs from the record as it is saved.

    In the request, put theirs wherever only they changed something since `token`.
    """
    forms = _Forms(model_admin, request, record)
    was, now = parts_then(token), parts_now(type(record), record.pk)
    data = request.POST.copy()
    found = []
    saved = forms.form()
    for difference in _field_differences(saved, forms.form(data), was, now):
        found.append(difference)
        if difference.side is Side.THEY:
            put(data, as_sent(saved[difference.name]))
    saved_rows = forms.saved_rows()
    for formset in forms.formsets(data):
        found += _merge_rows(formset, saved_rows[formset.prefix], data, was, now)
    request.POST = data  # type: ignore[assignment]
    return found


def take_theirs(model_admin: Any, request: HttpRequest, record: Model) -> None:
    """Put theirs in the request, in each field and row where the choice fell on it."""
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
    """In the request, make every row a new one: the record that they stood beside is gone."""
    data = request.POST.copy()
    for formset_class, _inline in model_admin.get_formsets_with_inlines(request, None):
        prefix, nothing = formset_class.get_default_prefix(), [""]
        anew = {"id": nothing, formset_class.fk.name: nothing}
        write_rows(data, prefix, [{**row, **anew} for row in read_rows(data, prefix) if row])
    request.POST = data  # type: ignore[assignment]


# -- Fields --------------------------------------------------------------------------------------


def _field_differences(saved: Any, posted: Any, was: Parts, now: Parts) -> Iterator[Difference]:
    for name in saved.fields:
        if name not in now:
            continue
        column = saved.instance._meta.get_field(name)
        is_read = name in posted.cleaned_data
        value = posted.cleaned_data.get(name)
        typed = digest_of(_kept(column, value)) if is_read else ""
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
    return said_then(record, part, was[part]) if side is Side.BOTH and part in was else ""


def _kept(column: Field[Any, Any], value: Any) -> Any:
    """What the database would keep of a value that a form has read."""
    if column.many_to_many:
        return [one.pk for one in value]
    return column.get_prep_value(value.pk if isinstance(value, Model) else value)


def _as_typed(bound: Any) -> str:
    """What was typed into a field and could not be read."""
    return " ".join(text for texts in as_sent(bound).values() for text in texts if text)


# -- Rows beside the record ----------------------------------------------------------------------


def _merge_rows(
    formset: Any, saved: dict[str, Any], data: QueryDict, was: Parts, now: Parts
) -> list[Difference]:
    """Put theirs in the place of rows that only they changed, and say where rows differ."""
    prefix = formset.prefix
    kept: list[Sent] = []
    found: list[tuple[Sent, dict[str, Any]]] = []
    rows = read_rows(data, prefix)
    for row, form in zip(rows, formset.forms, strict=False):
        key = key_of(row)
        if not key:
            kept.append(row)
            continue
        theirs, mine = saved.get(key), None if row.get("DELETE") else form
        part = f"{prefix}:{key}"
        side = side_of(was.get(part), now.get(part), _row_digest(mine))
        kept.append(_settled(row, side, theirs=theirs, mine=mine))
        if side is not None:
            told = {
                "side": side,
                "theirs": _row_in_words(theirs),
                "mine": _row_in_words(mine),
                "opened": _opened(formset.instance, side, part, was),
            }
            found.append((kept[-1], told))
    mentioned = {key_of(row) for row in rows}
    for key, theirs in saved.items():
        if key not in mentioned and f"{prefix}:{key}" not in was:
            kept.append(_sent(theirs))
            told = {"side": Side.THEY, "theirs": _row_in_words(theirs), "mine": NOTHING}
            found.append((kept[-1], told))
    numbers = {id(row): index for index, row in enumerate(write_rows(data, prefix, kept))}
    return [
        Difference(
            label=capfirst(str(formset.model._meta.verbose_name)),
            name=f"{prefix}-{numbers.get(id(row), '')}",
            **told,
        )
        for row, told in found
    ]


def _settled(row: Sent, side: Side | None, *, theirs: Any, mine: Any) -> Sent:
    """The row as it comes back in the form; empty when it does not."""
    if side is Side.THEY:
        return _sent(theirs)
    if theirs is not None:
        return row
    # They removed it. What I typed can only be a new row; what I removed, too, is gone.
    return {**row, "id": [""]} if mine is not None else {}


def _sent(form: Any) -> Sent:
    """What a browser would send for a saved row, without the formset's prefix; nothing for none."""
    if form is None:
        return {}
    start = len(form.prefix) + 1
    sent = [item for name in form.fields for item in as_sent(form[name]).items()]
    return {name[start:]: texts for name, texts in sent if name[start:] != "DELETE"}


def _values(form: Any) -> list[tuple[Field[Any, Any], Any]]:
    """What a row holds, by its own columns: as typed where it was posted, as saved where not."""
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
    values = [(column, _kept(column, value)) for column, value in _values(form)]
    return digest_of_row({column.name: value for column, value in values})


def _row_in_words(form: Any) -> str:
    """A line for each field that says something."""
    if form is None:
        return NOTHING
    told = [(column.verbose_name, in_words(column, value)) for column, value in _values(form)]
    return "\n".join(f"{capfirst(name)}: {words}" for name, words in told if words != NOTHING)
