"""The JSON response to a row that saves itself while its owner is typing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from tracker.admin.worksheet.feedback import (
    Texts,
    check_quotation,
    conflict_notice,
    effect_of,
    review_notice,
    unfinished_notice,
)
from tracker.admin.worksheet.saving import PostedRow, Result


def payload_of(saved: PostedRow, source_texts: Texts) -> dict[str, Any]:
    """Return the JSON payload for one saved row."""
    row = saved.row
    values = row.values if row is not None and saved.result == Result.SAVED else saved.typed
    check = check_quotation(str(values["quotation"]), str(values["source"]), source_texts)
    is_stored = saved.result in {Result.SAVED, Result.UNFINISHED}
    return {
        "prefix": saved.prefix,
        "result": saved.result,
        "row": row.identity if row is not None else "",
        "version": row.version if row is not None and is_stored else None,
        "state": row.state if row is not None and is_stored else "",
        # Values that saving changed, such as a reference that was assigned.
        "values": {
            name: value
            for name, value in values.items()
            if is_stored and value != saved.typed.get(name)
        },
        "message": _message(saved),
        "effect": effect_of(row) if row is not None and is_stored else "",
        "review": review_notice(row) if row is not None else "",
        "check": {"message": check.message, "is_missing": check.is_missing} if check else None,
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


def _message(saved: PostedRow) -> str:
    if saved.left_review and saved.result in {Result.SAVED, Result.UNFINISHED}:
        out = _("It is out of review by this: send it once more when it is ready.")
        is_saved = saved.result == Result.SAVED
        return f"{_('Saved.') if is_saved else unfinished_notice(saved.form)} {out}"
    match saved.result:
        case Result.SAVED:
            return _("Saved.")
        case Result.UNFINISHED:
            return unfinished_notice(saved.form)
        case Result.CONFLICT:
            return conflict_notice(saved.row)
        case _:
            return _("Not saved.")
