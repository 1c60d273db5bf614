"""The records of register files in memory, and the mistakes found in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tracker.schema.fields import Noun


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake in a register: its place, and a sentence that says what to do."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class RegisterError(Exception):
    """Raised for a register that cannot be loaded; `problems` lists every mistake."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Record:
    """One record: its values by field name, and the line number of each."""

    noun: Noun
    file: str
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def key(self) -> str:
        return str(self.values[self.noun.key])

    def problem(self, sentence: str, name: str = "") -> Problem:
        return Problem(self.file, self.lines.get(name, self.line), sentence)


@dataclass(slots=True)
class Register:
    """A whole checked register: the records of each noun by key, in the order of the files."""

    records: dict[str, dict[str, Record]]

    def of(self, noun: str) -> list[Record]:
        return list(self.records[noun].values())
