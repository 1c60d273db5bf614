"""What a checked file would do, for its page: counts, problems, and the difference of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.models import Upload
from tracker.spreadsheets.report import Outcome, Problem

_LABELS = {
    Outcome.NEW: _("New drafts"),
    Outcome.CHANGED: _("Drafts that change"),
    Outcome.AMENDED: _("Public records that are amended"),
    Outcome.UNCHANGED: _("Rows that say what the register says"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one outcome: how many, the first of them, and how many more there are."""

    label: Any
    count: int
    rows: list[dict[str, Any]]
    left: int


@dataclass(frozen=True, slots=True)
class Preview:
    rows: int
    kinds: list[Kind]
    problems: list[str]
    problems_left: int
    can_import: bool
    drafts: int
    told: str


def preview_of(upload: Upload) -> Preview:
    report = upload.report
    counts: dict[str, int] = report.get("counts", {})
    kinds = []
    for outcome, label in _LABELS.items():
        shown = report.get("differences", {}).get(outcome, [])
        count = counts.get(outcome, 0)
        left = count - len(shown) if shown else 0
        kinds.append(Kind(label, count, shown, left))
    problems = [str(Problem(*told)) for told in report.get("problems", [])]
    problem_count = report.get("problem_count", 0)
    return Preview(
        rows=report.get("rows", 0),
        kinds=kinds,
        problems=problems,
        problems_left=problem_count - len(problems),
        # Also where nothing differs: its drafts may be sent for review or published.
        can_import=bool(report.get("digest"))
        and bool(sum(counts.values()) - counts.get("unchanged", 0) or report.get("drafts")),
        drafts=report.get("drafts", 0),
        told=ngettext("%(count)d problem", "%(count)d problems", problem_count)
        % {"count": problem_count},
    )
