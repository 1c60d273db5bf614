"""Save worksheet rows, each on its own, under a lock on the worksheet.

An unchanged row is left alone. A row that somebody else changed meanwhile is not saved: it is shown
in both versions, and saving it again overwrites theirs.
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
    """One field that differs between two people's input."""

    label: str
    theirs: str
    yours: str


@dataclass(kw_only=True)
class Saved:
    """The result of saving one posted row."""

    prefix: str
    result: Result
    row: Row | None
    typed: Values
    # Whether it comes from a lost session, and the version of the row that its page showed.
    is_restored: bool = False
    shown: str = ""
    form: RowForm | None = None
    # Whether saving ended its review or schedule.
    left_review: bool = False
    # Whether an action refused it, which form validation cannot know.
    is_refused: bool = False
    refusals: Sequence[str] = ()
    differences: Sequence[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sent:
    """One posted row."""

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
    """Save each posted row; `data`, a QueryDict, lists their prefixes in "rows"."""
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
            gone = _("This row is not on the worksheet any more; what you typed stands here still.")
            return Saved(
                prefix=sent.prefix, result=Result.REFUSED, row=None, typed=typed, refusals=[gone]
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
            displayed(theirs, name, row.values[name]),
            displayed(form, name, typed.get(name, "")),
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


def displayed(form: RowForm, name: str, value: Any) -> str:
    """Format a value as its form shows it: a choice by its label."""
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
    """Write a row without conflicts: as a draft if it is complete, else as typed."""
    saved = Saved(prefix=sent.prefix, result=Result.SAVED, row=row, typed=typed)
    if row.published is not None:
        saved.result = Result.REFUSED
        saved.refusals = [_("It is public by now; correct it, if something is wrong.")]
        return saved
    if typed["mention"] != SILENT and typed != {**row.values, "mention": ""}:
        # Any input implies that the commitment is mentioned, even without the mark.
        typed = {**typed, "mention": typed["mention"] or MENTIONED}
        saved.typed = typed
    key = uuid.UUID(row.identity[1:]) if row.identity.startswith("n") else None
    try:
        # A savepoint, so that refused input is still stored as typed.
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
    """Delete the draft of a row that is not mentioned after all; its input stays in the row."""
    if row.draft is not None and row.is_new:
        raise ValidationError(
            _("Delete the new commitment on its own page, if the statement does not make it.")
        )
    if row.draft is not None:
        take_back(row.draft)
    keep_typed(meeting, row.commitment, key=key, typed=saved.typed, now=now, by=by)
    return saved
