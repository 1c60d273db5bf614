"""The preview of a checked import: counts, problems, and the differences of each row."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.lib.word_diff import Mark, Piece, word_diff
from tracker.models import Upload
from tracker.spreadsheets.report import Outcome, Problem

_LABELS = {
    Outcome.NEW: _("New drafts"),
    Outcome.CHANGED: _("Drafts that change"),
    Outcome.AMENDED: _("Public records that are amended"),
    Outcome.UNCHANGED: _("Rows that say what the register says"),
}

# Outcomes with more rows than this are collapsed on the page.
_OPEN = 20


def preview_of(upload: Upload) -> dict[str, Any]:
    """Return what the page of a checked import shows of its report."""
    report = upload.report
    counts: dict[str, int] = report.get("counts", {})
    problems = [str(Problem(*row)) for row in report.get("problems", [])]
    problem_count = report.get("problem_count", 0)
    is_changing = sum(counts.values()) > counts.get("unchanged", 0)
    return {
        "rows": report.get("rows", 0),
        "kinds": [_kind(outcome, report, is_sound=not problem_count) for outcome in _LABELS],
        "problems": problems,
        "problems_left": problem_count - len(problems),
        "warnings": [str(Problem(*row)) for row in report.get("warnings", [])],
        # Also without differences: the file's drafts may be sent for review or published.
        "can_import": bool(report.get("digest") and (is_changing or report.get("drafts"))),
        "drafts": report.get("drafts", 0),
        "problem_summary": ngettext("%(count)d problem", "%(count)d problems", problem_count)
        % {"count": problem_count},
    }


def _kind(outcome: Outcome, report: dict[str, Any], *, is_sound: bool) -> dict[str, Any]:
    """Return the rows of one outcome: their count, the first ones, and how many more there are."""
    count = report.get("counts", {}).get(outcome, 0)
    rows = [
        {
            "number": row["row"],
            "name": row["name"],
            "cells": [{**it, "after": _compared(it["before"], it["after"])} for it in row["cells"]],
        }
        for row in report.get("differences", {}).get(outcome, [])
    ]
    return {
        "label": _LABELS[outcome],
        "count": count,
        "rows": rows,
        "left": count - len(rows) if rows else 0,
        "is_open": len(rows) <= _OPEN and is_sound,
    }


def _compared(before: str, after: str) -> list[Piece]:
    """Return the file's value as a word diff against that of the register."""
    pieces = word_diff(before, after)
    # `word_diff` ignores case and punctuation, which count as changes here.
    is_marked = any(piece.mark is not Mark.SAME for piece in pieces)
    return pieces if is_marked or not after else [Piece(Mark.ADDED, after)]
