"""What a row that saved itself while its owner was typing needs to know, as JSON."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from tracker.admin.worksheet.feedback import (
    Texts,
    check_quotation,
    conflict_told,
    effect_of,
    review_told,
    unfinished_told,
)
from tracker.admin.worksheet.saving import Result, Saved


def answer_of(saved: Saved, held: Texts) -> dict[str, Any]:
    """What a row that saved itself while its owner was typing needs to know."""
    row = saved.row
    values = row.values if row is not None and saved.result == Result.SAVED else saved.typed
    check = check_quotation(str(values["quotation"]), str(values["source"]), held)
    is_kept = saved.result in {Result.SAVED, Result.UNFINISHED}
    return {
        "prefix": saved.prefix,
        "result": saved.result,
        "row": row.identity if row is not None else "",
        "version": row.version if row is not None and is_kept else None,
        "state": row.state if row is not None and is_kept else "",
        # What the register made of it, such as a number that it gave.
        "values": {
            name: value
            for name, value in values.items()
            if is_kept and value != saved.typed.get(name)
        },
        "told": _told(saved),
        "effect": effect_of(row) if row is not None and is_kept else "",
        "review": review_told(row) if row is not None else "",
        "check": {"told": check.told, "is_missing": check.is_missing} if check else None,
        "errors": saved.form.mistakes()
        if saved.form is not None and saved.result == Result.UNFINISHED
        else {},
        "refusals": list(saved.refusals),
        "differences": [
            {"label": one.label, "theirs": one.theirs, "yours": one.yours}
            for one in saved.differences
        ],
        "theirs": row.values if row is not None and saved.result == Result.CONFLICT else {},
        "their_version": row.version
        if row is not None and saved.result == Result.CONFLICT
        else None,
    }


def _told(saved: Saved) -> str:
    if saved.left_review and saved.result in {Result.SAVED, Result.UNFINISHED}:
        out = _("It is out of review by this: send it once more when it is ready.")
        is_saved = saved.result == Result.SAVED
        return f"{_('Saved.') if is_saved else unfinished_told(saved.form)} {out}"
    match saved.result:
        case Result.SAVED:
            return _("Saved.")
        case Result.UNFINISHED:
            return unfinished_told(saved.form)
        case Result.CONFLICT:
            return conflict_told(saved.row)
        case _:
            return _("Not saved.")
