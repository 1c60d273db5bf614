"""Who changed what in a record, field by field, for the page "History"; and what it said before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.actions.edits import ROWS_BESIDE
from tracker.admin.editing.display import NOTHING, in_words, label_of, moment
from tracker.admin.editing.versions import digest_of, digest_of_row, edited_fields, stored
from tracker.lib.field_history import CREATED, DELETED, FieldHistory
from tracker.lib.word_diff import Mark, Piece, word_diff
from tracker.models import StatusUpdate

# The newest versions, of the record and of the rows beside it, that one page looks at.
MOST = 200
# The longest that one save takes.
_ONE_SAVE = dt.timedelta(seconds=10)
# Shorter texts are told as "old → new".
_SHORT = 60


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        """The later text with what it dropped, where both are long and share words; else none."""
        if max(len(self.before), len(self.after)) <= _SHORT:
            return []
        pieces = word_diff(self.before, self.after)
        return pieces if any(piece.mark is Mark.SAME for piece in pieces) else []


@dataclass(slots=True)
class Edit:
    """What one person changed at once."""

    at: dt.datetime
    by: Any
    is_creation: bool = False
    changes: list[FieldChange] = field(default_factory=list)


def edits_of(record: Model) -> list[Edit]:
    """The edits of a record and of the rows beside it, the newest first. See `MOST`.

    A constant number of queries, however many versions there are.
    """
    found: dict[tuple[Any, ...], Edit] = {}
    deleted: list[tuple[Any, list[FieldChange]]] = []
    for kept in _kept(record):
        for version, before in kept.steps():
            is_first = before is None and version.history_type == CREATED
            if (is_first and version.history_user_id is None) or (before is None and not is_first):
                # How it was found, not what somebody did; or its predecessor is too old to look at.
                continue
            changes = kept.changes(version, before)
            if version.history_type == DELETED:
                deleted.append((version, changes))
                continue
            key = (version.history_date, version.history_user_id)
            edit = found.setdefault(key, Edit(at=version.history_date, by=version.history_user))
            edit.is_creation |= is_first and not kept.label
            edit.changes += changes
    edits = list(found.values())
    for version, changes in deleted:
        saved = _with_which(version, edits)
        if saved is None:
            edits.append(Edit(version.history_date, version.history_user, changes=changes))
        else:
            saved.changes += changes
    return sorted(edits, key=lambda edit: edit.at, reverse=True)


def _with_which(deletion: Any, edits: list[Edit]) -> Edit | None:
    """The save that deleted a row: the library keeps that by itself, and so a moment later."""
    at, by = deletion.history_date, deletion.history_user
    near = [e for e in edits if e.by == by and dt.timedelta(0) <= at - e.at < _ONE_SAVE]
    return max(near, key=lambda edit: edit.at, default=None)


def last_hand(record: Model) -> str:
    """Who changed a record last, and when, in a sentence; empty when nobody is known."""
    version = FieldHistory.of[type(record)].versions(id=record.pk).first()
    if version is None or version.history_user is None:
        return ""
    named = {"person": version.history_user, "at": moment(version.history_date)}
    return _("Saved by %(person)s, %(at)s.") % named


@dataclass(slots=True)
class _Kept:
    """Versions of records of one kind, the newest first, with the names that they hold keys of."""

    versions: Sequence[Any]
    # What a row beside the record is called; empty for the record itself.
    label: str
    columns: list[Field[Any, Any]]
    related: dict[str, dict[Any, list[Any]]]
    names: Mapping[type[Model], Mapping[Any, str]]

    def steps(self) -> Iterator[tuple[Any, Any]]:
        """Each version with the one before it of the same record, where that is among them."""
        later: dict[Any, Any] = {}
        for version in self.versions:
            if version.id in later:
                yield later[version.id], version
            later[version.id] = version
        for version in later.values():
            yield version, None

    def changes(self, version: Any, before: Any) -> list[FieldChange]:
        if self.label and version.history_type in {CREATED, DELETED}:
            said = "; ".join(f"{name}: {text}" for name, text in self.said(version).items() if text)
            is_new = version.history_type == CREATED
            return [FieldChange(self.label, *((NOTHING, said) if is_new else (said, NOTHING)))]
        if before is None:
            return []
        old, new = self.said(before), self.said(version)
        start = f"{self.label}: " if self.label else ""
        return [
            FieldChange(f"{start}{name}", old[name] or NOTHING, new[name] or NOTHING)
            for name in new
            if old[name] != new[name]
        ]

    def said(self, version: Any) -> dict[str, str]:
        """By its label, what each field said; empty for nothing."""
        said = {}
        for column in self.columns:
            value: Any
            if column.many_to_many:
                keys = self.related[column.name].get(version.pk, [])
                value = [self._name(column, key) for key in keys]
            elif column.is_relation:
                value = self._name(column, getattr(version, column.attname))
            else:
                value = getattr(version, column.attname)
            words = in_words(column, value)
            said[label_of(column)] = "" if words == NOTHING else words
        return said

    def _name(self, column: Any, key: Any) -> str:
        if key is None:
            return ""
        return self.names[column.related_model].get(key, _("(deleted)"))


def _kept(record: Model) -> Iterator[_Kept]:
    yield _read(FieldHistory.of[type(record)], label="", id=record.pk)
    name = ROWS_BESIDE.get(type(record))
    if name:
        relation: Any = record._meta.get_field(name)
        label = capfirst(str(relation.related_model._meta.verbose_name))
        history = FieldHistory.of[relation.related_model]
        yield _read(history, label=label, beside=relation.field, **{relation.field.name: record.pk})


def _read(
    history: FieldHistory, *, label: str, beside: Field[Any, Any] | None = None, **of: Any
) -> _Kept:
    versions = list(history.versions(**of).select_related("history_user")[:MOST])
    model: Any = history.cls
    plain = [f for f in history.fields_included(model) if not f.primary_key and f is not beside]
    several = [model._meta.get_field(name) for name in history.relations]
    keys: dict[Any, set[Any]] = {}
    for column in plain:
        if column.is_relation:
            held = keys.setdefault(column.related_model, set())
            held |= {getattr(version, column.attname) for version in versions} - {None}
    related: dict[str, dict[Any, list[Any]]] = {}
    for column in several:
        its = related[column.name] = {}
        for version, key in history.related_keys(column.name, versions):
            its.setdefault(version, []).append(key)
            keys.setdefault(column.related_model, set()).add(key)
    names = {model: _names(model, held) for model, held in keys.items()}
    return _Kept(versions, label, [*plain, *several], related, names)


def _names(model: type[Model], keys: set[Any]) -> dict[Any, str]:
    rows: Any = model._base_manager
    if model is StatusUpdate:
        rows = rows.select_related("commitment")
    return {key: str(row) for key, row in rows.in_bulk(keys).items()}


# -- What it said when a page was opened ---------------------------------------------------------


def said_then(record: Model, part: str, digest: str) -> str:
    """What a part of a record said when its digest was this; empty where no version tells."""
    name, _sign, key = part.partition(":")
    column: Any = record._meta.get_field(name)
    if key:
        model = column.related_model
        kept = _read(FieldHistory.of[model], label="", beside=column.field, id=key)
        row = edited_fields(model, beside=column.field)
        for version in kept.versions:
            if digest == digest_of_row({f.name: stored(version, f) for f in row}):
                return "\n".join(
                    f"{name}: {text}" for name, text in kept.said(version).items() if text
                )
        return ""
    kept = _read(FieldHistory.of[type(record)], label="", id=record.pk)
    for version in kept.versions if column in kept.columns else ():
        many = kept.related[name].get(version.pk, []) if column.many_to_many else None
        if digest == digest_of(stored(version, column) if many is None else many):
            return kept.said(version)[label_of(column)] or NOTHING
    return ""
