"""Warn of words in register files that tell the outcome of a commitment."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.lib.later_words import warn_of_later_words
from tracker.register_format.reading import Problem, Register


def warnings_of(register: Register) -> Iterator[Problem]:
    """Yield a warning for each title or summary that tells more than was known at first."""
    for record in register.of("commitment"):
        first = min(record["updates"], key=lambda update: (update["happened"], update["number"]))
        meeting = register.records["meeting"].get(record["first_stated"])
        said = meeting["date"] if meeting is not None else first["happened"]
        targets = [first["target"]] if first["target"] else []
        for name in ("title", "summary"):
            for sentence in warn_of_later_words(record[name], said=said, targets=targets):
                yield record.problem(sentence, name)
