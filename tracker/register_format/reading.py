"""Read register files into checked records; report each mistake with its file and line.

Nothing here touches the database; `actions.register_files.load` does.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tracker.lib.partial_dates import MAX_WORDS, PartialDate
from tracker.lib.text import has_control_characters, one_line
from tracker.register_format.checks import problems_of
from tracker.register_format.files import FOLDERS, FORMAT, LISTS, REGISTER
from tracker.register_format.records import Problem, Record, Register, RegisterError
from tracker.schema.fields import Field, Noun, Type

_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
_MAX_FILE_BYTES = 5_000_000


class _PlainLoader(yaml.SafeLoader):
    """YAML without anchors and aliases, to keep the files readable."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.MarkedYAMLError(problem="anchors are not used here", problem_mark=mark)
        return super().compose_node(parent, index)


class Reader:
    """Read the files of one register and collect all problems."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def report(self, file: str, node: yaml.Node | None, sentence: str) -> None:
        line = node.start_mark.line + 1 if node is not None else 1
        self.problems.append(Problem(file, line, sentence))

    # -- Files ----------------------------------------------------------------------------------

    def node_of(self, path: Path) -> yaml.Node | None:
        """Parse one file; report a problem and return None if that fails."""
        file, line = path.relative_to(self.root).as_posix(), 1
        try:
            if path.stat().st_size > _MAX_FILE_BYTES:
                raise ValueError("The file is larger than 5 MB; split it.")
            text = path.read_bytes().decode("utf-8-sig")
            if has_control_characters(text):
                raise ValueError("The file holds a control character; remove it.")
            node: yaml.Node | None = yaml.compose(text, Loader=_PlainLoader)
            if node is None:
                raise ValueError("The file is empty.")
            return node
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            sentence = "The text is not UTF-8; save the file as UTF-8."
        except FileNotFoundError:
            sentence = "The file is missing."
        except yaml.MarkedYAMLError as error:
            line += error.problem_mark.line if error.problem_mark else 0
            sentence = f"This is not valid YAML: {error.problem}."
        except (ValueError, yaml.YAMLError) as error:
            sentence = str(error)
        self.problems.append(Problem(file, line, sentence))
        return None

    def records_of(self) -> Iterator[Record]:
        for name, noun in LISTS.items():
            node = self.node_of(self.root / name)
            if node is not None:
                yield from self.list_of(name, node, noun)
        for folder, noun in FOLDERS.items():
            for path in sorted((self.root / folder).glob("*.yaml")):
                node = self.node_of(path)
                if node is not None:
                    file = path.relative_to(self.root).as_posix()
                    record = self.record(file, node, noun)
                    if record is not None:
                        self.check_file_name(path, record)
                        yield record

    def check_file_name(self, path: Path, record: Record) -> None:
        if path.stem != record.key:
            self.problems.append(
                record.problem(
                    f"The file is called {path.name}, but it holds “{record.key}”; "
                    f"call it {record.key}.yaml.",
                    record.noun.key,
                )
            )

    # -- Records --------------------------------------------------------------------------------

    def list_of(self, file: str, node: yaml.Node, noun: Noun) -> list[Record]:
        if not isinstance(node, yaml.SequenceNode):
            self.report(file, node, f"Here stands a list of {noun.name} records, each with “- ”.")
            return []
        records = (self.record(file, item, noun) for item in node.value)
        return [record for record in records if record is not None]

    def record(self, file: str, node: yaml.Node, noun: Noun) -> Record | None:
        """Read one mapping; return None if a field is missing or invalid."""
        if not isinstance(node, yaml.MappingNode):
            self.report(
                file, node, f"Here stands one {noun.name} with its fields, as “key: value”."
            )
            return None
        before = len(self.problems)
        record = Record(noun, file, node.start_mark.line + 1)
        for key_node, value_node in node.value:
            name = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            spec = noun.by_key.get(name)
            if spec is None:
                known = ", ".join(noun.by_key)
                self.report(
                    file, key_node, f"A {noun.name} has no field “{name}”; it has: {known}."
                )
            elif name in record.lines:
                self.report(file, key_node, f"The field “{name}” is given twice; keep one.")
            else:
                record.lines[name] = key_node.start_mark.line + 1
                record.values[name] = self.value(file, value_node, spec)
        for spec in noun.in_file:
            if spec.is_needed and spec.key not in record.lines:
                self.report(file, node, f"The {noun.name} lacks its “{spec.key}”.")
            record.values.setdefault(spec.key, spec.empty)
        return record if len(self.problems) == before else None

    # -- Values ---------------------------------------------------------------------------------

    def value(self, file: str, node: yaml.Node, spec: Field) -> Any:
        try:
            if spec.type is Type.RECORDS and spec.record is not None:
                records = self.list_of(file, node, spec.record)
                is_empty = isinstance(node, yaml.SequenceNode) and not node.value
                if spec.is_needed and is_empty:
                    raise ValueError(f"“{spec.key}” needs at least one entry.")
                return records
            if spec.type is Type.KEYS:
                return self.names(node, spec)
            if spec.type is Type.DATE:
                return self.date(node, spec)
            return self.scalar(self.text(node, spec), spec)
        except ValueError as error:
            self.report(file, node, str(error))
            return spec.empty

    def text(self, node: yaml.Node, spec: Field) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise ValueError(f"“{spec.key}” takes one value, not a list or a mapping.")
        text = str(node.value).strip()
        if spec.is_one_line:
            text = one_line(text)
        if spec.is_needed and not text:
            raise ValueError(f"“{spec.key}” is empty.")
        if spec.max_length is not None and len(text) > spec.max_length:
            raise ValueError(f"“{spec.key}” takes at most {spec.max_length} characters.")
        return text

    def scalar(self, text: str, spec: Field) -> Any:
        if spec.words and text not in spec.words:
            raise ValueError(
                f"“{text}” is not a known {spec.key}; use one of: {', '.join(spec.words)}."
            )
        if spec.type is Type.SLUG and not _SLUG.fullmatch(text):
            raise ValueError(
                f"“{text}” cannot be an address; use letters, digits, hyphens and underscores."
            )
        if spec.type is Type.NUMBER:
            if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10_000:
                raise ValueError(f"“{spec.key}” takes a whole number from 1 to 9999.")
            return int(text)
        if spec.type is Type.YES_NO:
            if text not in {"true", "false"}:
                raise ValueError(f"“{spec.key}” is true or false.")
            return text == "true"
        if spec.type is Type.DAY:
            try:
                return dt.date.fromisoformat(text)
            except ValueError as error:
                raise ValueError(f"“{text}” is not a day; write 2026-02-25.") from error
        return text

    def names(self, node: yaml.Node, spec: Field) -> list[str]:
        if not isinstance(node, yaml.SequenceNode):
            raise ValueError(f"“{spec.key}” takes a list, such as [one, two].")
        names = [self.text(item, spec) for item in node.value]
        if spec.is_needed and not names:
            raise ValueError(f"“{spec.key}” needs at least one entry.")
        if len(set(names)) != len(names):
            raise ValueError(f"“{spec.key}” names something twice.")
        return names

    def date(self, node: yaml.Node, spec: Field) -> PartialDate:
        if isinstance(node, yaml.ScalarNode):
            return PartialDate.parse(self.text(node, spec))
        if not isinstance(node, yaml.MappingNode):
            raise ValueError(f"“{spec.key}” takes a date, or a mapping of date and words.")
        parts = {key.value: value.value for key, value in node.value}
        words = parts.pop("words", "")
        iso = parts.pop("date", "")
        if parts or not isinstance(words, str) or not isinstance(iso, str):
            raise ValueError(f"“{spec.key}” has “date” and “words”, and nothing else.")
        if len(words) > MAX_WORDS:
            raise ValueError(f"The words of “{spec.key}” take at most {MAX_WORDS} characters.")
        return PartialDate.parse(iso, words=words) if iso else PartialDate(words=words.strip())


def read_register(root: Path) -> Register:
    """Read and check the register in a folder. Raises RegisterError with all problems."""
    reader = Reader(root)
    if not root.is_dir():
        raise RegisterError([Problem(str(root), 1, "There is no such folder.")])
    head_node = reader.node_of(root / "register.yaml")
    head = reader.record("register.yaml", head_node, REGISTER) if head_node else None
    if head is not None and head["format"] != FORMAT:
        reader.problems.append(head.problem(f"The format must be “{FORMAT}”.", "format"))
    records: dict[str, dict[str, Record]] = {
        noun.name: {} for noun in (*LISTS.values(), *FOLDERS.values())
    }
    for record in reader.records_of():
        of_noun = records[record.noun.name]
        first = of_noun.setdefault(record.key, record)
        if first is not record:
            reader.problems.append(
                record.problem(
                    f"The {record.noun.name} “{record.key}” is given twice; the first stands in "
                    f"{first.file}, line {first.line}.",
                    record.noun.key,
                )
            )
    register = Register(records)
    if not reader.problems:
        reader.problems.extend(problems_of(register))
    if reader.problems:
        raise RegisterError(reader.problems)
    return register
