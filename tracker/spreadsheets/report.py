"""What reading a file came to: what becomes of each row, what is wrong, what has to be asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from tracker.spreadsheets.resources import Values

# So many problems and dates are told one by one; the rest are counted.
TOLD = 200
# Of each outcome so many differences are shown, and of each text so many letters.
SHOWN = 100
LONGEST_SHOWN = 2_000


class Outcome(StrEnum):
    """What becomes of a row's record."""

    NEW = "new"
    CHANGED = "changed"
    AMENDED = "amended"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Rights:
    """What whoever imports may do. `may_amend` is about what is public."""

    may_add: bool = True
    may_change: bool = True
    may_amend: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one row, in the column with this heading; empty for the row as a whole."""

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
    """One row that can be written: the record that it is about, and what it says of it."""

    number: int
    outcome: Outcome
    name: str
    values: Values
    changed: tuple[str, ...] = ()
    before: Values = field(default_factory=dict)
    record: Any = None


@dataclass(slots=True)
class Report:
    """What came of reading the whole file."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    # Dates that are two days, each with its place.
    asked: list[Problem] = field(default_factory=list)
    asked_count: int = 0
    # What should be looked at, and hinders nothing.
    warnings: list[Problem] = field(default_factory=list)
    # What is new or differs: the row, its name, and for each column what was and what will be.
    differences: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    drafts: int = 0
    rows: int = 0
    digest: str = ""

    @property
    def is_sound(self) -> bool:
        return not self.problem_count and not self.asked_count

    def blame(self, row: int, column: str, sentence: str) -> None:
        self.problem_count += 1
        if len(self.problems) < TOLD:
            self.problems.append(Problem(row, column, sentence))

    def warn(self, row: int, column: str, sentence: str) -> None:
        if len(self.warnings) < TOLD:
            self.warnings.append(Problem(row, column, sentence))

    def ask(self, row: int, column: str, text: str) -> None:
        self.asked_count += 1
        if len(self.asked) < TOLD:
            self.asked.append(Problem(row, column, text))
