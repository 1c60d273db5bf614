"""How one field of a noun is declared, and where else than in JSON it is found.

The declarations are in the other modules of this package, one for each module of `models`. JSON
payloads, OpenAPI components, the columns of public files, register files and the files of staff
are all made from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import Enum, Flag, auto
from functools import cached_property
from typing import Any

from django.db.models import Choices, Model
from django.utils.functional import Promise

from tracker.models import Level
from tracker.models.former_values import NAMED_BY

Words = str | Promise
Vocabulary = type[Choices]
LEVELS = [(level.name.lower(), level.label) for level in Level]


class Type(Enum):
    TEXT = auto()
    SLUG = auto()
    CHOICE = auto()
    CHOICES = auto()
    LEVEL = auto()
    YES_NO = auto()
    NUMBER = auto()
    DAY = auto()
    DATE = auto()  # a partial date
    ADDRESS = auto()
    LINE = auto()  # of the log: its number, and when it was written
    KEY = auto()  # another record, by its slug, reference, code or key
    KEYS = auto()
    RECORD = auto()
    RECORDS = auto()


class Where(Flag):
    """The places that name a field, besides public files, which have `Column`s."""

    JSON = auto()
    FILE = auto()  # the files of a register
    SHEET = auto()  # the spreadsheets that staff export and import


JSON, FILE, SHEET = Where.JSON, Where.FILE, Where.SHEET
_LISTS = (Type.CHOICES, Type.KEYS, Type.RECORDS)
_TEXTS = (Type.TEXT, Type.SLUG, Type.KEY, Type.CHOICE, Type.LEVEL)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the public CSV and XLSX files: what the field says, or one part of that.

    The name is that of the field and the description its meaning, unless others are given.
    """

    title: Words
    description: Words = ""
    _: KW_ONLY
    name: str = ""
    part: str = ""
    is_required: bool = False
    width: int = 16  # of a spreadsheet's column, in characters


@dataclass(frozen=True, slots=True)
class Sheet:
    """A column of staff's files that holds one field of several records, such as all citations."""

    name: str
    label: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a noun.

    `path` leads to it from the model, if not by its own name. `is_needed`: a register file must
    have it, and JSON never has null. KEY and KEYS take the noun that they name, RECORD and RECORDS
    the noun of which they hold records; with `if_public`, drafts among these are left out.
    """

    name: str
    type: Type = Type.TEXT
    meaning: Words = ""
    _: KW_ONLY
    path: str = ""
    is_needed: bool = False
    choices: Vocabulary | None = None
    default: Any = None
    noun: str = ""
    record: Noun | None = None
    if_public: bool = False
    on: Where = JSON | FILE | SHEET
    columns: Column | tuple[Column, ...] = ()
    sheet: Sheet | None = None
    file_name: str = ""
    max_length: int | None = None  # that of the model's field

    @property
    def key(self) -> str:
        """The name of the field in register files."""
        return self.file_name or self.name

    @property
    def source(self) -> str:
        """The path of the field from the model."""
        return self.path or self.name

    @property
    def named_by(self) -> str:
        """The field of the other record that a KEY or KEYS contains."""
        return NAMED_BY.get(self.noun, "slug")

    @property
    def words(self) -> list[str]:
        """The values of the field's vocabulary."""
        if self.type is Type.LEVEL:
            return [name for name, _label in LEVELS]
        return list(self.choices.values) if self.choices else []

    @property
    def is_one_line(self) -> bool:
        """Whether the field is a single-line text such as a title or a name."""
        return self.type is Type.TEXT and self.max_length is not None

    @property
    def is_nullable(self) -> bool:
        """Whether the field may be null in JSON."""
        if self.type in (Type.DAY, Type.DATE):
            return True
        may_be_empty = self.type in (Type.KEY, Type.NUMBER, Type.CHOICE)
        return may_be_empty and not self.is_needed and self.default is None

    @property
    def empty(self) -> Any:
        """The value that a register file implies by leaving the field out."""
        if self.type in _LISTS:
            return ()
        return "" if self.default is None and self.type in _TEXTS else self.default


@dataclass(frozen=True, eq=False)
class Noun:
    """One kind of record: its fields, in the order of JSON.

    `component` is its name in OpenAPI. In register files, in those of staff and among the public
    columns a field may come `after` another one than here; those behind it come along.
    """

    name: str
    meaning: str
    fields: tuple[Field, ...]
    _: KW_ONLY
    model: type[Model] | None = None
    component: str = ""
    columns_after: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[Where, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.component:
            object.__setattr__(self, "component", self.name.title().replace("_", ""))
        columns = self.model._meta.concrete_fields if self.model else ()
        longest = {column.name: column.max_length for column in columns}
        fields = (replace(field, max_length=longest.get(field.source)) for field in self.fields)
        object.__setattr__(self, "fields", tuple(fields))

    def plus(self, *fields: Field) -> Noun:
        return replace(self, fields=(*self.fields, *fields))

    @property
    def key(self) -> str:
        """The field that identifies its records in register files."""
        return self.in_file[0].key

    @cached_property
    def in_json(self) -> tuple[Field, ...]:
        return self._on(JSON)

    @cached_property
    def in_file(self) -> tuple[Field, ...]:
        return self._on(FILE)

    @cached_property
    def in_sheet(self) -> tuple[Field, ...]:
        return self._on(SHEET)

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The fields in register files, by their names there."""
        return {field.key: field for field in self.in_file}

    def _on(self, where: Where) -> tuple[Field, ...]:
        found = {field.name: field for field in self.fields if where in field.on}
        return tuple(found[name] for name in arranged(found, self.after.get(where, {})))


def arranged(names: Iterable[str], after: Mapping[str, str]) -> list[str]:
    """Put each name behind the one before it, unless `after` gives another."""
    placed: list[str] = []
    before = ""
    for name in names:
        before = after.get(name, before)
        placed.insert(placed.index(before) + 1 if before else 0, name)
        before = name
    return placed
