"""Saving what was typed in rows: each row by itself, under the lock of its worksheet.

A row that was sent as it was shown is left alone. One that somebody else changed since it was shown
is not saved: it comes back with both versions, and the next save, made knowing theirs, counts.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.actions.record_meeting import (
    add_commitment,
    keep_typed,
    lock_worksheet,
    record_entry,
    take_back,
)
from tracker.admin.editing.refusals import REFUSED, as_refusal, show_refusal
from tracker.admin.worksheet.forms import RowForm, form_of
from tracker.admin.worksheet.rows import Choices, Row, choices_of, row_of
from tracker.admin.worksheet.values import MENTIONED, SILENT, Values, posted, version_of
from tracker.models import Meeting


class Result(StrEnum):
    UNTOUCHED = "untouched"
    SAVED = "saved"
    UNFINISHED = "unfinished"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of which two people say different things."""

    label: str
    theirs: str
    yours: str


@dataclass(kw_only=True)
class Saved:
    """What came of one row that was sent."""

    prefix: str
    result: Result
    row: Row | None
    typed: Values
    # The version that the row showed when it was typed in.
    shown: str = ""
    form: RowForm | None = None
    # Whether it was in review, or scheduled, until this was saved.
    left_review: bool = False
    # Whether an action refused it: no form finds that out by itself.
    is_refused: bool = False
    refusals: Sequence[str] = ()
    differences: Sequence[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sent:
    """One row of the form as it came."""

    prefix: str
    identity: str
    shown: str
    is_new: bool
    data: Any

    @classmethod
    def read(cls, data: Any, prefix: str) -> Sent:
        return cls(
            prefix=prefix,
            identity=data.get(f"{prefix}-row", ""),
            shown=data.get(f"{prefix}-version", ""),
            is_new=data.get(f"{prefix}-new", "") == "1",
            data=data,
        )

    def typed(self) -> Values:
        return posted(self.data, self.prefix, is_new=self.is_new)


def save_rows(
    meeting: Meeting, data: Any, *, today: dt.date, now: dt.datetime, by: AbstractBaseUser
) -> list[Saved]:
    """Save each row that was sent: `data`, a QueryDict, names their prefixes in "rows"."""
    prefixes = [prefix for prefix in dict.fromkeys(data.getlist("rows")) if prefix.isalnum()]
    return [
        save_row(meeting, Sent.read(data, prefix), today=today, now=now, by=by)
        for prefix in prefixes
    ]


def save_row(
    meeting: Meeting, sent: Sent, *, today: dt.date, now: dt.datetime, by: AbstractBaseUser
) -> Saved:
    typed = sent.typed()
    mine = version_of(typed)
    if mine == sent.shown:
        return Saved(prefix=sent.prefix, result=Result.UNTOUCHED, row=None, typed=typed)
    with transaction.atomic():
        held = lock_worksheet(meeting)
        choices = choices_of(held)
        row = row_of(held, sent.identity, choices, today=today)
        if row is None:
            told = _("This row is not on the worksheet any more; what you typed stands here still.")
            return Saved(
                prefix=sent.prefix, result=Result.REFUSED, row=None, typed=typed, refusals=[told]
            )
        if row.version == mine:
            return Saved(prefix=sent.prefix, result=Result.SAVED, row=row, typed=typed)
        if row.version != sent.shown:
            return _conflict(sent, row, choices, typed)
        saved = _written(held, sent, row, choices, typed, now=now, by=by)
        after = row_of(held, sent.identity, choices, today=today)
        saved.row = after or row
        saved.left_review = row.review is not None and saved.row.review is None
        return saved


def _conflict(sent: Sent, row: Row, choices: Choices, typed: Values) -> Saved:
    form = form_of(row, choices, prefix=sent.prefix, typed=typed)
    theirs = form_of(row, choices, prefix=sent.prefix, typed=row.values)
    differences = [
        Difference(
            str(form.fields[name].label),
            told(theirs, name, row.values[name]),
            told(form, name, typed.get(name, "")),
        )
        for name in row.values
        if row.values[name] != typed.get(name, "")
    ]
    return Saved(
        prefix=sent.prefix,
        result=Result.CONFLICT,
        row=row,
        typed=typed,
        form=form,
        differences=differences,
    )


def told(form: RowForm, name: str, value: Any) -> str:
    """A value as its form shows it: the words of a choice, not its key."""
    labels = dict(getattr(form.fields[name], "choices", ()))
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(one, one)) for one in values) or "–"


def _written(
    meeting: Meeting,
    sent: Sent,
    row: Row,
    choices: Choices,
    typed: Values,
    *,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> Saved:
    """Write a row that nobody else changed: as a draft when it is fit to be one, else as typed."""
    saved = Saved(prefix=sent.prefix, result=Result.SAVED, row=row, typed=typed)
    if row.published is not None:
        saved.result = Result.REFUSED
        saved.refusals = [_("It is public by now; correct it, if something is wrong.")]
        return saved
    if typed["mention"] != SILENT and typed != {**row.values, "mention": ""}:
        # Who types in a row has found it mentioned; to set the mark besides is not asked.
        typed = {**typed, "mention": typed["mention"] or MENTIONED}
        saved.typed = typed
    key = uuid.UUID(row.identity[1:]) if row.identity.startswith("n") else None
    try:
        # Its own savepoint: what is refused here is kept as typed all the same.
        with transaction.atomic():
            if typed["mention"] != MENTIONED:
                return _set_aside(meeting, row, saved, key=key, now=now, by=by)
            saved.form = form_of(row, choices, prefix=sent.prefix, typed=typed)
            if saved.form.is_valid():
                return _drafted(meeting, row, saved.form, saved, key=key, now=now, by=by)
    except REFUSED as error:
        saved.is_refused = True
        if saved.form is None:
            saved.result, saved.refusals = Result.REFUSED, as_refusal(error).messages
            return saved
        show_refusal(saved.form, as_refusal(error))
    saved.result = Result.UNFINISHED
    keep_typed(meeting, row.commitment, key=key, typed=typed, now=now, by=by)
    return saved


def _drafted(
    meeting: Meeting,
    row: Row,
    form: RowForm,
    saved: Saved,
    *,
    key: uuid.UUID | None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> Saved:
    if row.commitment is None:
        update = add_commitment(meeting, form.entry(), now=now, by=by)
    else:
        update = record_entry(meeting, row.commitment, row.draft, form.entry(), now=now, by=by)
    if row.typed is not None or key is not None:
        keep_typed(meeting, update.commitment, key=key, typed={}, now=now, by=by)
    return saved


def _set_aside(
    meeting: Meeting,
    row: Row,
    saved: Saved,
    *,
    key: uuid.UUID | None,
    now: dt.datetime,
    by: AbstractBaseUser,
) -> Saved:
    """Not mentioned, or not looked at after all: the draft goes, its words stay in the row."""
    if row.draft is not None and row.is_new:
        raise ValidationError(
            _("Delete the new commitment on its own page, if the statement does not make it.")
        )
    if row.draft is not None:
        take_back(row.draft)
    keep_typed(meeting, row.commitment, key=key, typed=saved.typed, now=now, by=by)
    return saved
