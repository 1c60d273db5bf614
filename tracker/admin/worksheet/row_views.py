"""A row as the page renders it, and as JSON once it has saved itself while its owner is typing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.admin.editing.refusals import show_refusal
from tracker.admin.worksheet.feedback import (
    Check,
    Texts,
    check_quotation,
    conflict_notice,
    effect_of,
    review_notice,
    standing,
    unfinished_notice,
)
from tracker.admin.worksheet.forms import RowForm, form_of
from tracker.admin.worksheet.rows import Row, row_of
from tracker.admin.worksheet.saving import PostedRow, Result, posted_rows
from tracker.admin.worksheet.sheets import Sheet
from tracker.admin.worksheet.values import Values, version_of
from tracker.models import Meeting


@dataclass(kw_only=True)
class RowView:
    """The template context of one row."""

    prefix: str
    row: Row
    form: RowForm
    version: str
    values: Values
    standing: list[str]
    effect: str
    review: str
    check: Check | None
    saved: PostedRow | None = None

    @property
    def unfinished(self) -> str:
        """Why the input is not a draft yet; empty if it is one."""
        return unfinished_notice(self.form) if self.row.is_unfinished else ""

    @property
    def errors(self) -> dict[str, list[str]]:
        return self.form.mistakes() if self.form.is_bound else {}

    @property
    def conflict(self) -> str:
        """Who changed the row meanwhile."""
        return conflict_notice(self.row)


def shown_row(
    row: Row, prefix: str, sheet: Sheet, texts: Texts, saved: PostedRow | None = None
) -> RowView:
    typed = saved.typed if saved else row.values if row.is_unfinished else None
    values = typed or row.values
    form = form_of(row, sheet.choices, prefix=prefix, typed=typed)
    if saved is not None and saved.form is not None and saved.refusal is not None:
        form.full_clean()
        show_refusal(form, saved.refusal)
    return RowView(
        prefix=prefix,
        row=row,
        form=form,
        # Input from a lost session is compared with the version that it was typed into.
        version=saved.shown if saved and saved.is_restored else row.version,
        values=values,
        standing=standing(row.before),
        effect=effect_of(row),
        review=review_notice(row),
        check=check_quotation(values, texts),
        saved=saved,
    )


def unsaved_rows(
    meeting: Meeting,
    sheet: Sheet,
    saved: Sequence[PostedRow],
    restored: QueryDict | None,
    *,
    today: dt.date,
) -> dict[str, PostedRow]:
    """Return unsaved input by row identity: refused, or restored from a lost session.

    Input without a row on this page has a key of its own.
    """
    unsaved: dict[str, PostedRow] = {}
    for one in saved:
        if one.result in {Result.CONFLICT, Result.REFUSED} or one.refusal:
            unsaved[_identity_of(one)] = one
    if restored is None:
        return unsaved
    for given in posted_rows(restored):
        if version_of(given.typed) != given.shown:
            given.row = row_of(meeting, given.identity, sheet.choices, today=today)
            given.is_restored = True
            unsaved[_identity_of(given)] = given
    return unsaved


def _identity_of(given: PostedRow) -> str:
    return given.row.identity if given.row is not None else f"lost-{given.prefix}"


# -- JSON ----------------------------------------------------------------------------------------


def payload_of(saved: PostedRow, texts: Texts) -> dict[str, Any]:
    """Return the JSON payload for one saved row."""
    row, typed = saved.row, saved.typed
    stored = row if saved.result in {Result.SAVED, Result.UNFINISHED} else None
    theirs = row if saved.result == Result.CONFLICT else None
    values = row.values if row is not None and saved.result == Result.SAVED else typed
    check = check_quotation(values, texts)
    return {
        "prefix": saved.prefix,
        "result": saved.result,
        "row": row.identity if row is not None else "",
        "version": stored.version if stored is not None else None,
        "state": stored.state if stored is not None else "",
        # Values that saving changed, such as a reference that was assigned.
        "values": {name: value for name, value in values.items() if value != typed.get(name)},
        "message": _message(saved),
        "effect": effect_of(stored) if stored is not None else "",
        "review": review_notice(row) if row is not None else "",
        "check": {"message": check.message, "is_missing": check.is_missing} if check else None,
        "errors": saved.form.mistakes() if saved.form and saved.result == Result.UNFINISHED else {},
        "refusals": list(saved.refusals),
        "differences": [asdict(one) for one in saved.differences],
        "theirs": theirs.values if theirs is not None else {},
        "their_version": theirs.version if theirs is not None else None,
    }


def _message(saved: PostedRow) -> str:
    match saved.result:
        case Result.SAVED:
            message = _("Saved.")
        case Result.UNFINISHED:
            message = unfinished_notice(saved.form)
        case Result.CONFLICT:
            return conflict_notice(saved.row)
        case _:
            return _("Not saved.")
    if saved.left_review:
        out = _("It is out of review by this: send it once more when it is ready.")
        return f"{message} {out}"
    return message
