"""Merge the form of a record that two people edited: compare its fields and rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst

from tracker.admin.editing.conflicts import KEEP, THEIRS, Difference, Side, side_of
from tracker.admin.editing.display import NOTHING, in_words
from tracker.admin.editing.form_data import Sent, key_of, put, read_rows, write_rows
from tracker.admin.editing.versions import (
    Parts,
    brief,
    edited_names,
    forms_of,
    parts_in,
    parts_of,
    sent_by,
    token_of,
)


class _Version:
    """One version of a record: its form and rows, bound to what a browser would post for it."""

    def __init__(self, model_admin: Any, request: HttpRequest, key: Any, data: QueryDict) -> None:
        record = model_admin.model._base_manager.get(pk=key)
        self.form, formsets = forms_of(model_admin, request, record, data)
        self.form.is_valid()
        self.rows: dict[str, Any] = {}
        for formset in formsets:
            formset.is_valid()
            rows = read_rows(data, formset.prefix)
            for row, form in zip(rows, formset.forms, strict=False):
                if key_of(row) and not row.get("DELETE"):
                    self.rows[f"{formset.prefix}:{key_of(row)}"] = form

    def sent(self, part: str) -> Sent | None:
        """Return a field or a row as it is compared; None for a row that is not in it."""
        if ":" not in part:
            return brief(sent_by(self.form, part))
        form = self.rows.get(part)
        return brief(sent_by(form, *edited_names(form))) if form is not None else None

    def words(self, part: str) -> str:
        """Format a field, or a row as one line for each non-empty field."""
        if ":" not in part:
            return _words(self.form, part)
        form = self.rows.get(part)
        if form is None:
            return NOTHING
        texts = [(form.fields[name].label, _words(form, name)) for name in edited_names(form)]
        return "\n".join(f"{capfirst(name)}: {words}" for name, words in texts if words != NOTHING)


def _words(form: Any, name: str) -> str:
    """Format the value of a field; the raw input if it is invalid."""
    if name in form.cleaned_data:
        return in_words(form.instance._meta.get_field(name), form.cleaned_data[name])
    return " ".join(text for texts in sent_by(form, name).values() for text in texts if text)


class _Merge:
    """The versions of a record, and `data`, which becomes the merged form."""

    def __init__(self, model_admin: Any, request: HttpRequest, key: Any, token: str) -> None:
        record = model_admin.model._base_manager.get(pk=key)
        form, self.formsets = forms_of(model_admin, request, record)
        self.was, self.now = parts_in(token), parts_of(form, self.formsets)
        self.opened, self.theirs, self.mine = (
            _Version(model_admin, request, key, data)
            for data in (self._posted(self.was), self._posted(self.now), request.POST)
        )
        self.data = request.POST.copy()

    def _posted(self, parts: Parts) -> QueryDict:
        data = QueryDict(mutable=True)
        for part, sent in parts.items():
            if ":" not in part:
                put(data, sent)
        for formset in self.formsets:
            rows = [_row(part, parts) for part in parts if part.startswith(f"{formset.prefix}:")]
            write_rows(data, formset.prefix, rows)
        return data

    def side(self, part: str) -> Side | None:
        return side_of(self.was.get(part), self.theirs.sent(part), self.mine.sent(part))

    def difference(self, part: str, side: Side, *, label: Any, name: str) -> Difference:
        is_known = side is Side.BOTH and part in self.was
        return Difference(
            label=capfirst(str(label)),
            side=side,
            theirs=self.theirs.words(part),
            mine=self.mine.words(part),
            name=name,
            opened=self.opened.words(part) if is_known else "",
        )

    def fields(self) -> Iterator[Difference]:
        form = self.theirs.form
        for name in edited_names(form):
            side = self.side(name)
            if side is not None:
                yield self.difference(name, side, label=form.fields[name].label, name=name)
            if side is Side.THEY:
                put(self.data, self.now[name])

    def rows(self, formset: Any) -> Iterator[Difference]:
        """Take over rows that only the other person changed, and yield where rows differ."""
        prefix = formset.prefix
        rows = read_rows(self.data, prefix)
        known = {f"{prefix}:{key_of(row)}" for row in rows} | self.was.keys()
        added = [part for part in self.now if part.startswith(f"{prefix}:") and part not in known]
        merged: list[Sent] = []
        differing: list[tuple[Sent, str, Side]] = []
        for row in [*rows, *(_row(part, self.now) for part in added)]:
            part = f"{prefix}:{key_of(row)}"
            side = self.side(part)
            merged.append(self._merged_row(row, part, side))
            if side is not None:
                differing.append((merged[-1], part, side))
        written = write_rows(self.data, prefix, merged)
        numbers = {id(row): index for index, row in enumerate(written)}
        for row, part, side in differing:
            name = f"{prefix}-{numbers.get(id(row), '')}"
            yield self.difference(part, side, label=formset.model._meta.verbose_name, name=name)

    def _merged_row(self, row: Sent, part: str, side: Side | None) -> Sent:
        """Return a row for the merged form; empty when it is left out."""
        if side is Side.THEY:
            return _row(part, self.now)
        if part in self.now or not key_of(row):
            return row
        # They removed it: my edit becomes a new row, and my removal needs none.
        return {**row, "id": [""]} if part in self.mine.rows else {}


def _row(part: str, parts: Parts) -> Sent:
    """Return what a browser would post for an inline row; empty if there is no such row."""
    return {"id": [part.partition(":")[2]], **parts[part]} if part in parts else {}


def merge(
    model_admin: Any, request: HttpRequest, key: Any, *, token: str
) -> tuple[list[Difference], str]:
    """Return where the posted form and the stored record differ, and the token of the latter.

    In the request, take over whatever only the other person changed since `token`.
    """
    both = _Merge(model_admin, request, key, token)
    differences = list(both.fields())
    for formset in both.formsets:
        differences += both.rows(formset)
    request.POST = both.data  # type: ignore[assignment]
    return differences, token_of(both.now)


def take_theirs(request: HttpRequest, theirs: Parts) -> None:
    """In the request, take over the other version of each field and row where it was chosen."""
    chosen = {
        name.removeprefix(KEEP)
        for name, choice in request.POST.items()
        if name.startswith(KEEP) and choice == THEIRS
    }
    data = request.POST.copy()
    for name in chosen & theirs.keys():
        put(data, theirs[name])
    for prefix in {name.rpartition("-")[0] for name in chosen - theirs.keys()}:
        rows = [
            _row(f"{prefix}:{key_of(row)}", theirs) if f"{prefix}-{index}" in chosen else row
            for index, row in enumerate(read_rows(data, prefix))
        ]
        write_rows(data, prefix, rows)
    request.POST = data  # type: ignore[assignment]


def as_new(model_admin: Any, request: HttpRequest) -> None:
    """In the request, turn every row into a new one, since its record was deleted."""
    data = request.POST.copy()
    for formset_class, _inline in model_admin.get_formsets_with_inlines(request, None):
        prefix, nothing = formset_class.get_default_prefix(), [""]
        new_keys = {"id": nothing, formset_class.fk.name: nothing}
        write_rows(data, prefix, [{**row, **new_keys} for row in read_rows(data, prefix) if row])
    request.POST = data  # type: ignore[assignment]
