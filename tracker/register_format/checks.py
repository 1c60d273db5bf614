"""Check what the records of a register say of each other, and warn of words that come too early."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.lib.later_words import warn_of_later_words
from tracker.register_format.records import Problem, Record, Register
from tracker.schema.fields import Field, Type


def problems_of(register: Register) -> Iterator[Problem]:
    """Yield every mistake in how the records refer to each other."""
    yield from _check_references(register.records)
    yield from _check_parents(register.records["commitment"])
    yield from _check_note_keys(register)
    for commitment in register.of("commitment"):
        yield from _check_numbers(commitment)
        yield from _check_names(commitment)


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


def _referring(record: Record) -> Iterator[tuple[Record, Field, str]]:
    """Yield every reference from a record, or one inside it, to another."""
    for spec in record.noun.in_file:
        value = record[spec.key]
        if spec.noun and value:
            for name in value if spec.type is Type.KEYS else [value]:
                yield record, spec, name
        if spec.type is Type.RECORDS:
            for inner in value or ():
                yield from _referring(inner)


def _check_references(records: dict[str, dict[str, Record]]) -> Iterator[Problem]:
    for of_noun in records.values():
        for record in of_noun.values():
            for place, spec, name in _referring(record):
                if name not in records[spec.noun]:
                    yield place.problem(
                        f"There is no {spec.noun} “{name}” in this register.", spec.key
                    )


def _check_numbers(commitment: Record) -> Iterator[Problem]:
    """Check that updates are numbered from one, and that a correction names an earlier one."""
    for expected, update in enumerate(commitment["updates"], start=1):
        if update["number"] != expected:
            yield update.problem(
                f"Updates are numbered in order; this one is {expected}.", "number"
            )
        corrects = update["corrects"]
        if corrects is not None and not corrects < update["number"]:
            yield update.problem("A correction names an earlier update by its number.", "corrects")
        if corrects is not None and not update["reason"]:
            yield update.problem("A correction says why, in “reason”.", "corrects")


def _check_names(commitment: Record) -> Iterator[Problem]:
    """Check that aliases name an update after the first, or none."""
    for alias in commitment["aliases"]:
        if alias["update"] is not None and not 1 < alias["update"] <= len(commitment["updates"]):
            yield alias.problem(
                "A name comes with one of the updates after the first; a name from the start "
                "needs no number.",
                "update",
            )


def _check_note_keys(register: Register) -> Iterator[Problem]:
    """Check that the keys of notes are unique in the register."""
    first: dict[str, Record] = {}
    for noun in ("meeting", "commitment"):
        for about in register.of(noun):
            for note in about["notes"]:
                earlier = first.setdefault(note.key, note)
                if earlier is not note:
                    yield note.problem(
                        f"The note “{note.key}” is given twice; the first stands in "
                        f"{earlier.file}, line {earlier.line}.",
                        "key",
                    )


def _check_parents(commitments: dict[str, Record]) -> Iterator[Problem]:
    for record in commitments.values():
        for name in ("part_of", "supersedes"):
            seen, at = {record.key}, record[name]
            while at and at in commitments:
                if at in seen:
                    yield record.problem(f"“{name}” leads in a circle.", name)
                    break
                seen.add(at)
                at = commitments[at][name]
