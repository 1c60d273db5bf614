"""The result of checking a file: the outcome of each row, the problems, and the open questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from tracker.spreadsheets.columns import Values

# Problems and ambiguous dates listed one by one; the rest are only counted.
MAX_LISTED = 200
# Differences shown for each outcome, and characters shown of each text.
MAX_DIFFERENCES = 100
MAX_TEXT = 2_000


class Outcome(StrEnum):
    """The effect of a row on its record."""

    NEW = "new"
    CHANGED = "changed"
    AMENDED = "amended"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of the person who imports; `may_amend` concerns public records."""

    may_add: bool = True
    may_change: bool = True
    may_amend: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in one row; `column` is a heading, or empty for the row as a whole."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        place = _("Row %(row)d") % {"row": self.row} if self.row else _("The file")
        if self.column:
            place = _("%(place)s, column “%(column)s”") % {"place": place, "column": self.column}
        return f"{place}: {self.sentence}"


@dataclass(slots=True)
class Staged:
    """A valid row, ready to be written to its record."""

    number: int
    outcome: Outcome
    name: str
    values: Values
    changed: tuple[str, ...] = ()
    before: Values = field(default_factory=dict)
    record: Any = None


@dataclass(slots=True)
class Report:
    """The result of checking a whole file, whose `headings` are given by column."""

    headings: Mapping[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    ambiguous_dates: list[Problem] = field(default_factory=list)
    ambiguous_count: int = 0
    # To be looked at; they do not block the import.
    warnings: list[Problem] = field(default_factory=list)
    # By outcome: the row, its name, and the old and new value of each column that changes.
    differences: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    drafts: int = 0
    rows: int = 0
    digest: str = ""

    @property
    def is_sound(self) -> bool:
        return not self.problem_count and not self.ambiguous_count

    def as_json(self) -> dict[str, Any]:
        """Return what an upload keeps of the report."""

        def lines(problems: list[Problem]) -> list[list[Any]]:
            return [[p.row, p.column, p.sentence] for p in problems]

        return {
            "counts": {str(outcome): count for outcome, count in self.counts.items()},
            "problems": lines(self.problems),
            "problem_count": self.problem_count,
            "warnings": lines(self.warnings),
            "asked": lines(self.ambiguous_dates),
            "asked_count": self.ambiguous_count,
            "differences": self.differences,
            "drafts": self.drafts,
            "rows": self.rows,
            "digest": self.digest if self.is_sound else "",
        }

    def add_problem(self, row: int, column: str, sentence: str) -> None:
        self.problem_count += 1
        self._list(self.problems, row, column, sentence)

    def add_warning(self, row: int, column: str, sentence: str) -> None:
        self._list(self.warnings, row, column, sentence)

    def add_ambiguous_date(self, row: int, column: str, text: str) -> None:
        self.ambiguous_count += 1
        self._list(self.ambiguous_dates, row, column, text)

    def _list(self, problems: list[Problem], row: int, column: str, sentence: str) -> None:
        if len(problems) < MAX_LISTED:
            problems.append(Problem(row, self.headings.get(column, column), sentence))
