"""Save worksheet rows, each on its own, under a lock on the worksheet.

An unchanged row is left alone. A row that somebody else changed meanwhile is not saved: it is shown
in both versions, and saving it again overwrites theirs.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.actions.log.append import ByStaff
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
class PostedRow:
    """One posted row, and the result of saving it."""

    prefix: str
    identity: str
    # The version of the row that the page showed.
    shown: str
    typed: Values
    result: Result = Result.UNTOUCHED
    row: Row | None = None
    form: RowForm | None = None
    # Whether it comes from a lost session.
    is_restored: bool = False
    # Whether saving ended its review or schedule.
    left_review: bool = False
    # Why an action refused it, which form validation cannot know.
    refusal: ValidationError | None = None
    refusals: Sequence[str] = ()
    differences: Sequence[Difference] = ()

    def refuse(self, sentences: Sequence[str]) -> None:
        self.result, self.refusals = Result.REFUSED, sentences


def posted_rows(data: Any) -> list[PostedRow]:
    """Return the rows in `data`, a QueryDict that lists their prefixes in "rows"."""
    return [
        PostedRow(
            prefix=prefix,
            identity=data.get(f"{prefix}-row", ""),
            shown=data.get(f"{prefix}-version", ""),
            typed=posted(data, prefix, is_new=data.get(f"{prefix}-new", "") == "1"),
        )
        for prefix in dict.fromkeys(data.getlist("rows"))
        if prefix.isalnum()
    ]


def save_rows(
    meeting: Meeting, data: Any, *, today: dt.date, **stamp: Unpack[ByStaff]
) -> list[PostedRow]:
    """Save each posted row that was edited."""
    rows = posted_rows(data)
    for given in rows:
        if version_of(given.typed) != given.shown:
            with transaction.atomic():
                _save(lock_worksheet(meeting), given, today=today, **stamp)
    return rows


def _save(meeting: Meeting, given: PostedRow, *, today: dt.date, **stamp: Unpack[ByStaff]) -> None:
    choices = choices_of(meeting)
    row = given.row = row_of(meeting, given.identity, choices, today=today)
    if row is None:
        gone = _("This row is not on the worksheet any more; what you typed stands here still.")
        given.refuse([gone])
    elif row.version == version_of(given.typed):
        given.result = Result.SAVED
    elif row.version != given.shown:
        _compare(given, row, choices)
    else:
        _write(meeting, given, row, choices, **stamp)
        given.row = row_of(meeting, given.identity, choices, today=today) or row
        given.left_review = row.review is not None and given.row.review is None


def _compare(given: PostedRow, row: Row, choices: Choices) -> None:
    """Show both versions of a row that somebody else changed meanwhile."""
    given.result, typed = Result.CONFLICT, given.typed
    given.form = form_of(row, choices, prefix=given.prefix, typed=typed)
    theirs = form_of(row, choices, prefix=given.prefix, typed=row.values)
    given.differences = [
        Difference(
            str(given.form.fields[name].label),
            displayed(theirs, name, row.values[name]),
            displayed(given.form, name, typed.get(name, "")),
        )
        for name in row.values
        if row.values[name] != typed.get(name, "")
    ]


def displayed(form: RowForm, name: str, value: Any) -> str:
    """Format a value as its form shows it: a choice by its label."""
    labels = dict(getattr(form.fields[name], "choices", ()))
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(one, one)) for one in values) or "–"


def _write(
    meeting: Meeting, given: PostedRow, row: Row, choices: Choices, **stamp: Unpack[ByStaff]
) -> None:
    """Write a row without conflicts: as a draft if it is complete, else as typed."""
    if row.published is not None:
        given.refuse([_("It is public by now; correct it, if something is wrong.")])
        return
    if given.typed["mention"] != SILENT and given.typed != {**row.values, "mention": ""}:
        # Any input implies that the commitment is mentioned, even without the mark.
        given.typed = {**given.typed, "mention": given.typed["mention"] or MENTIONED}
    key = uuid.UUID(row.identity[1:]) if row.identity.startswith("n") else None
    try:
        # A savepoint, so that refused input is still stored as typed.
        with transaction.atomic():
            if given.typed["mention"] != MENTIONED:
                _set_aside(row)
                keep_typed(meeting, row.commitment, key=key, typed=given.typed, **stamp)
                given.result = Result.SAVED
                return
            given.form = form_of(row, choices, prefix=given.prefix, typed=given.typed)
            if given.form.is_valid():
                entry = given.form.entry()
                if row.commitment is None:
                    update = add_commitment(meeting, entry, **stamp)
                else:
                    update = record_entry(meeting, row.commitment, row.draft, entry, **stamp)
                if row.typed is not None or key is not None:
                    keep_typed(meeting, update.commitment, key=key, typed={}, **stamp)
                given.result = Result.SAVED
                return
    except REFUSED as error:
        given.refusal = as_refusal(error)
        if given.form is None:
            given.refuse(given.refusal.messages)
            return
        show_refusal(given.form, given.refusal)
    given.result = Result.UNFINISHED
    keep_typed(meeting, row.commitment, key=key, typed=given.typed, **stamp)


def _set_aside(row: Row) -> None:
    """Delete the draft of a row that is not mentioned after all; its input stays in the row."""
    if row.draft is not None and row.is_new:
        raise ValidationError(
            _("Delete the new commitment on its own page, if the statement does not make it.")
        )
    if row.draft is not None:
        take_back(row.draft)
