"""The edits of a record, field by field, for its "History" page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.actions.review.edits import ROWS_BESIDE
from tracker.admin.editing.display import NOTHING, in_words, label_of, moment
from tracker.lib.field_history import CREATED, DELETED, FieldHistory
from tracker.lib.word_diff import Mark, Piece, word_diff
from tracker.models import StatusUpdate

# How many of the newest versions a page reads, of the record and of its inline rows each.
MAX_VERSIONS = 200
# The longest duration of one save.
_ONE_SAVE = dt.timedelta(seconds=10)
# Shorter texts are shown as "old → new".
_SHORT = 60


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        """The word diff of two long texts that have words in common; else empty."""
        if max(len(self.before), len(self.after)) <= _SHORT:
            return []
        pieces = word_diff(self.before, self.after)
        return pieces if any(piece.mark is Mark.SAME for piece in pieces) else []


@dataclass(slots=True)
class Edit:
    """What one person changed in one save."""

    at: dt.datetime
    by: Any
    is_creation: bool = False
    changes: list[FieldChange] = field(default_factory=list)


def edits_of(record: Model) -> list[Edit]:
    """Return the edits of a record and of its inline rows, newest first, within `MAX_VERSIONS`.

    Takes a constant number of queries.
    """
    saves: dict[tuple[Any, ...], Edit] = {}
    deleted: list[tuple[Any, list[FieldChange]]] = []
    for history in _histories(record):
        for version, before in history.steps():
            is_first = before is None and version.history_type == CREATED
            if (is_first and version.history_user_id is None) or (before is None and not is_first):
                # The initial state rather than an edit, or its predecessor was not read.
                continue
            changes = history.changes(version, before)
            if version.history_type == DELETED:
                deleted.append((version, changes))
                continue
            key = (version.history_date, version.history_user_id)
            edit = saves.setdefault(key, Edit(at=version.history_date, by=version.history_user))
            edit.is_creation |= is_first and not history.label
            edit.changes += changes
    edits = list(saves.values())
    for version, changes in deleted:
        save = _save_of(version, edits)
        if save is None:
            edits.append(Edit(version.history_date, version.history_user, changes=changes))
        else:
            save.changes += changes
    return sorted(edits, key=lambda edit: edit.at, reverse=True)


def _save_of(deletion: Any, edits: list[Edit]) -> Edit | None:
    """Find the save that deleted a row; the library records the deletion slightly later."""
    at, by = deletion.history_date, deletion.history_user
    near = [e for e in edits if e.by == by and dt.timedelta(0) <= at - e.at < _ONE_SAVE]
    return max(near, key=lambda edit: edit.at, default=None)


def last_edit(record: Model) -> str:
    """Return a sentence on who saved a record last, and when; empty when unknown."""
    version = FieldHistory.of[type(record)].versions(id=record.pk).first()
    if version is None or version.history_user is None:
        return ""
    named = {"person": version.history_user, "at": moment(version.history_date)}
    return _("Saved by %(person)s, %(at)s.") % named


@dataclass(slots=True)
class _History:
    """Versions of records of one model, newest first, with the names of related records."""

    versions: Sequence[Any]
    # The name of the model of inline rows; empty for the record itself.
    label: str
    columns: list[Field[Any, Any]]
    related: dict[str, dict[Any, list[Any]]]
    names: Mapping[type[Model], Mapping[Any, str]]

    def steps(self) -> Iterator[tuple[Any, Any]]:
        """Yield each version with the previous one of the same record, or None if not read."""
        later: dict[Any, Any] = {}
        for version in self.versions:
            if version.id in later:
                yield later[version.id], version
            later[version.id] = version
        for version in later.values():
            yield version, None

    def changes(self, version: Any, before: Any) -> list[FieldChange]:
        if self.label and version.history_type in {CREATED, DELETED}:
            texts = self.texts(version).items()
            row = "; ".join(f"{name}: {text}" for name, text in texts if text != NOTHING)
            is_new = version.history_type == CREATED
            return [FieldChange(self.label, *((NOTHING, row) if is_new else (row, NOTHING)))]
        if before is None:
            return []
        old, new = self.texts(before), self.texts(version)
        start = f"{self.label}: " if self.label else ""
        return [
            FieldChange(f"{start}{name}", old[name], new[name])
            for name in new
            if old[name] != new[name]
        ]

    def texts(self, version: Any) -> dict[str, str]:
        """Return the text of each field by its label."""
        texts = {}
        for column in self.columns:
            value: Any
            if column.many_to_many:
                keys = self.related[column.name].get(version.pk, [])
                value = [self._name(column, key) for key in keys]
            elif column.is_relation:
                value = self._name(column, getattr(version, column.attname))
            else:
                value = getattr(version, column.attname)
            texts[label_of(column)] = in_words(column, value)
        return texts

    def _name(self, column: Any, key: Any) -> str:
        if key is None:
            return ""
        return self.names[column.related_model].get(key, _("(deleted)"))


def _histories(record: Model) -> Iterator[_History]:
    yield _read(FieldHistory.of[type(record)], label="", id=record.pk)
    name = ROWS_BESIDE.get(type(record))
    if name:
        relation: Any = record._meta.get_field(name)
        label = capfirst(str(relation.related_model._meta.verbose_name))
        history = FieldHistory.of[relation.related_model]
        yield _read(history, label=label, beside=relation.field, **{relation.field.name: record.pk})


def _read(
    history: FieldHistory, *, label: str, beside: Field[Any, Any] | None = None, **of: Any
) -> _History:
    versions = list(history.versions(**of).select_related("history_user")[:MAX_VERSIONS])
    model: Any = history.cls
    plain = [f for f in history.fields_included(model) if not f.primary_key and f is not beside]
    several = [model._meta.get_field(name) for name in history.relations]
    keys: dict[Any, set[Any]] = {}
    for column in plain:
        if column.is_relation:
            related_keys = keys.setdefault(column.related_model, set())
            related_keys |= {getattr(version, column.attname) for version in versions} - {None}
    related: dict[str, dict[Any, list[Any]]] = {}
    for column in several:
        its = related[column.name] = {}
        for version, key in history.related_keys(column.name, versions):
            its.setdefault(version, []).append(key)
            keys.setdefault(column.related_model, set()).add(key)
    names = {model: _names(model, its_keys) for model, its_keys in keys.items()}
    return _History(versions, label, [*plain, *several], related, names)


def _names(model: type[Model], keys: set[Any]) -> dict[Any, str]:
    rows: Any = model._base_manager
    if model is StatusUpdate:
        rows = rows.select_related("commitment")
    return {key: str(row) for key, row in rows.in_bulk(keys).items()}
