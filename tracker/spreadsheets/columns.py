"""The columns of the files that staff export and import: from a cell to a value, and back.

A value refers to other records by reference, slug or code, so that a file can be compared with the
register without database keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.lib.partial_dates import MAX_WORDS, PartialDate
from tracker.lib.spreadsheet_text import join_values, safe_text, split_values
from tracker.lib.text import without_line_breaks
from tracker.models import Level
from tracker.models.records import PublicRecord
from tracker.schema.fields import LEVELS, SHEET, Field, Type
from tracker.schema.payloads import reader
from tracker.spreadsheets.cells import Cell, Fault
from tracker.spreadsheets.dates import read_date

# Suffix of the column that holds a date in the words of its source.
WORDS_SUFFIX = "_words"
# A text, several texts, a number, or nothing.
Value = str | tuple[str, ...] | int | None
Values = dict[str, Value]
# Records by noun and key.
Known = Mapping[str, Mapping[str, PublicRecord]]


def many(value: Value) -> tuple[str, ...]:
    """Return the texts in a value that holds one or several."""
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def displayed(value: Value) -> str:
    """Format a value for a person to read."""
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _as_text(cell: Cell) -> str:
    if isinstance(cell, Fault):
        raise ValueError(cell.sentence)
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _validate(rule: Any, text: str) -> None:
    """Raise ValueError for a text that the model field rejects."""
    try:
        rule.run_validators(text)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error


class Column:
    """One column, which fills the model field `field`, alone or with other columns.

    `names` is the noun that a cell refers to, and `needed` whether a new record requires a value.
    """

    # The value that a new record has if its file lacks the column.
    default: Value = ""
    # Of a column of several values: the one that stands for each that the cell leaves out.
    padding = ""
    # Whether the value is set on the record as it is.
    is_settable = True

    def __init__(self, field: Field, rule: Any) -> None:
        self.name = self.field = field.name
        self.label, self.names = rule.verbose_name, field.noun
        self.needed = False
        self._value_of = reader(field, SHEET)

    def cell(self, record: Any) -> str:
        """Return the cell of a record."""
        return safe_text(self._written(self._value_of(record, lambda named: True)))

    def _written(self, value: Any) -> str:
        return "" if value is None else str(value)

    def read(self, cell: Cell, *, order: str = "") -> Value:
        """Return the value of a cell. Raise ValueError with a sentence for the reader."""
        return _as_text(cell)

    def model_value(self, values: Values, known: Known) -> Any:
        """Return what the model field takes. Raise KeyError for a key that is not `known`."""
        return values[self.name]


class Text(Column):
    """Text validated by the model field, whose default replaces an empty cell.

    With `is_made` the cell may be empty, since the value is then derived from other columns.
    """

    default: str

    def __init__(self, field: Field, rule: Any, *, is_made: bool = False) -> None:
        super().__init__(field, rule)
        self.rule = rule
        self.default = str(rule.get_default() or "")
        self.may_be_empty = rule.blank or is_made
        self.needed = not (self.may_be_empty or self.default)

    def read(self, cell: Cell, *, order: str = "") -> Value:
        text: str = self.rule.to_python(_as_text(cell) or self.default)
        if not text and not self.may_be_empty:
            raise ValueError(_("The cell is empty, and it is needed."))
        _validate(self.rule, text)
        return text


class Choice(Text):
    """A choice, given by its key or by its label in any interface language."""

    def __init__(self, field: Field, rule: Any) -> None:
        super().__init__(field, rule)
        self.choices = LEVELS if field.type is Type.LEVEL else list(rule.choices)
        self._known: dict[str, str] = {}

    def _keys_by_name(self) -> dict[str, str]:
        if not self._known:
            for language, _language in settings.LANGUAGES:
                with translation.override(language):
                    self._known |= {str(label).casefold(): name for name, label in self.choices}
            self._known |= {name.casefold(): name for name, _label in self.choices}
        return self._known

    def read(self, cell: Cell, *, order: str = "") -> Value:
        text = _as_text(cell) or self.default
        if not text and self.rule.blank:
            return ""
        key = self._keys_by_name().get(text.casefold())
        if key is None:
            sentence = _("“%(text)s” is none of: %(choices)s.")
            choices = ", ".join(name for name, _label in self.choices)
            raise ValueError(sentence % {"text": text[:40], "choices": choices})
        return key


class LevelChoice(Choice):
    """A level, written as its name in lower case."""

    def model_value(self, values: Values, known: Known) -> Any:
        return Level[str(values[self.name]).upper()]


class Day(Column):
    """A date precise to the day."""

    def read(self, cell: Cell, *, order: str = "") -> Value:
        if not cell:
            return ""
        date = read_date(cell if isinstance(cell, dt.date) else _as_text(cell), order=order)
        if date.day is None:
            raise ValueError(_("“%(date)s” is no whole day: write 2026-02-25.") % {"date": date})
        return date.iso

    def model_value(self, values: Values, known: Known) -> Any:
        value = values[self.name]
        return dt.date.fromisoformat(str(value)) if value else None


class KnownDate(Column):
    """The known part of a partial date; `DateWords` holds its words."""

    def __init__(self, field: Field, rule: Any) -> None:
        super().__init__(field, rule)
        self.needed = not rule.blank

    def _written(self, value: PartialDate | None) -> str:
        return value.iso if value else ""

    def read(self, cell: Cell, *, order: str = "") -> Value:
        if not cell:
            return ""
        return read_date(cell if isinstance(cell, dt.date) else _as_text(cell), order=order).iso

    def model_value(self, values: Values, known: Known) -> Any:
        iso, words = str(values[self.field]), str(values[f"{self.field}{WORDS_SUFFIX}"])
        if iso:
            return PartialDate.parse(iso, words=words)
        return PartialDate(words=words) if words else None


class DateWords(KnownDate):
    """A date in the words of its source."""

    def __init__(self, field: Field, rule: Any) -> None:
        super().__init__(field, rule)
        self.name = f"{field.name}{WORDS_SUFFIX}"
        self.label = format_lazy("{}, {}", rule.verbose_name, gettext_lazy("in words"))
        self.needed = False

    def _written(self, value: PartialDate | None) -> str:
        return value.words if value else ""

    def read(self, cell: Cell, *, order: str = "") -> Value:
        text = without_line_breaks(_as_text(cell))
        if len(text) > MAX_WORDS:
            raise ValueError(_("Shorten it to %(count)d letters.") % {"count": MAX_WORDS})
        return text


class Number(Column):
    default = None
    # The log numbers updates, and the update that one corrects is looked up by its number.
    is_settable = False
    max_digits = 9

    def read(self, cell: Cell, *, order: str = "") -> Value:
        text = _as_text(cell)
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()) or len(text) > self.max_digits:
            raise ValueError(_("“%(text)s” is no whole number.") % {"text": text[:40]})
        return int(text)


class Key(Column):
    """Another record, by its key."""

    def __init__(self, field: Field, rule: Any) -> None:
        super().__init__(field, rule)
        self.needed = field.is_needed

    def model_value(self, values: Values, known: Known) -> Any:
        value = values[self.name]
        return known[self.names][str(value)] if value else None


class Keys(Column):
    """Several records by their keys, in no particular order."""

    default = ()

    def _written(self, value: Iterable[str]) -> str:
        return join_values(value)

    def read(self, cell: Cell, *, order: str = "") -> Value:
        return tuple(sorted({key for key in split_values(_as_text(cell)) if key}))

    def model_value(self, values: Values, known: Known) -> Any:
        return [known[self.names][key] for key in many(values[self.name])]


class Parts(Column):
    """One field of each of the record's related rows, in their order."""

    default = ()
    is_settable = False

    def __init__(self, field: Field, rule: Any, *, rows: str) -> None:
        super().__init__(field, rule)
        assert field.sheet is not None  # noqa: S101 - or it is no column
        self.name, self.label, self.field = field.sheet.name, field.sheet.label, ""
        self.rule = None if field.type is Type.KEY else rule
        self.padding = str(rule.get_default()) if self.rule else ""
        self._rows = rows

    def cell(self, record: Any) -> str:
        rows = getattr(record, self._rows)
        parts = [str(self._value_of(row, lambda named: True)) for row in rows]
        return safe_text(join_values(parts)) if any(parts) else ""

    def read(self, cell: Cell, *, order: str = "") -> Value:
        values = tuple(split_values(_as_text(cell)))
        if self.rule is not None:
            values = tuple(self.rule.to_python(one) for one in values)
            for one in values:
                _validate(self.rule, one)
        return values
