"""The preview of a checked import: counts, problems, and the differences of each row."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Cell:
    """One changed value: the register's, and the file's as a word diff against it."""

    column: str
    before: str
    after: list[Piece]


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one outcome: their count, the first ones, and how many more there are."""

    label: Any
    count: int
    rows: list[Row]
    left: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Preview:
    rows: int
    kinds: list[Kind]
    problems: list[str]
    problems_left: int
    warnings: list[str]
    can_import: bool
    drafts: int
    problem_summary: str


def _row(row: dict[str, Any]) -> Row:
    cells = [
        Cell(c["column"], c["before"], _compared(c["before"], c["after"])) for c in row["cells"]
    ]
    return Row(row["row"], row["name"], cells)


def _compared(before: str, after: str) -> list[Piece]:
    pieces = word_diff(before, after)
    # `word_diff` ignores case and punctuation, which count as changes here.
    is_marked = any(piece.mark is not Mark.SAME for piece in pieces)
    return pieces if is_marked or not after else [Piece(Mark.ADDED, after)]


def preview_of(upload: Upload) -> Preview:
    report = upload.report
    counts: dict[str, int] = report.get("counts", {})
    kinds = []
    for outcome, label in _LABELS.items():
        shown = [_row(row) for row in report.get("differences", {}).get(outcome, [])]
        count = counts.get(outcome, 0)
        left = count - len(shown) if shown else 0
        is_open = len(shown) <= _OPEN and not report.get("problem_count")
        kinds.append(Kind(label, count, shown, left, is_open))
    problems = [str(Problem(*row)) for row in report.get("problems", [])]
    problem_count = report.get("problem_count", 0)
    return Preview(
        rows=report.get("rows", 0),
        kinds=kinds,
        problems=problems,
        problems_left=problem_count - len(problems),
        warnings=[str(Problem(*row)) for row in report.get("warnings", [])],
        # Also without differences: the file's drafts may be sent for review or published.
        can_import=bool(report.get("digest"))
        and bool(sum(counts.values()) - counts.get("unchanged", 0) or report.get("drafts")),
        drafts=report.get("drafts", 0),
        problem_summary=ngettext("%(count)d problem", "%(count)d problems", problem_count)
        % {"count": problem_count},
    )
