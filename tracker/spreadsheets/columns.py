"""The columns of the files that staff export and import: from a cell to a value, and back.

A value refers to other records by reference, slug or code, so that a file can be compared with the
register without database keys. `clean` raises ValueError with a sentence for the reader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from tracker.lib.partial_dates import MAX_WORDS, PartialDate
from tracker.lib.spreadsheet_text import join_values, safe_text, split_values
from tracker.lib.text import without_line_breaks
from tracker.models import Level
from tracker.schema.fields import LEVELS
from tracker.spreadsheets.cells import Cell, Fault
from tracker.spreadsheets.dates import read_date

# Suffix of the column that holds a date in the words of its source.
WORDS_SUFFIX = "_words"
# A text, several texts, a number, or nothing.
Value = str | tuple[str, ...] | int | None


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


class Text(Widget):
    """Text validated by the model field, whose default replaces an empty cell.

    With `is_made` the cell may be empty, since the value is then derived from other columns.
    """

    def __init__(self, rule: Any, *, is_made: bool = False) -> None:
        super().__init__()
        self.rule = rule
        self.default = str(rule.get_default() or "")
        self.may_be_empty = rule.blank or is_made

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Value:
        text: str = self.rule.to_python(_as_text(value) or self.default)
        if not text and not self.may_be_empty:
            raise ValueError(_("The cell is empty, and it is needed."))
        _validate(self.rule, text)
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return safe_text(str(value or ""))


class Choice(Text):
    """A choice, given by its key or by its label in any interface language."""

    def __init__(self, rule: Any, choices: Iterable[tuple[str, str | Promise]]) -> None:
        super().__init__(rule)
        self.choices = list(choices)
        self._known: dict[str, str] = {}

    def _keys_by_name(self) -> dict[str, str]:
        if not self._known:
            for language, _language in settings.LANGUAGES:
                with translation.override(language):
                    self._known |= {str(label).casefold(): name for name, label in self.choices}
            self._known |= {name.casefold(): name for name, _label in self.choices}
        return self._known

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Value:
        text = _as_text(value) or self.default
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

    def __init__(self, rule: Any) -> None:
        super().__init__(rule, LEVELS)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else Level(value).name.lower()


class Day(Widget):
    """A date precise to the day."""

    def clean(self, value: Cell, row: Any = None, *, order: str = "", **kwargs: Any) -> Value:
        if not value:
            return ""
        date = read_date(value if isinstance(value, dt.date) else _as_text(value), order=order)
        if date.day is None:
            raise ValueError(_("“%(date)s” is no whole day: write 2026-02-25.") % {"date": date})
        return date.iso

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class KnownDate(Widget):
    """The known part of a partial date; `DateWords` holds its words."""

    def clean(self, value: Cell, row: Any = None, *, order: str = "", **kwargs: Any) -> Value:
        if not value:
            return ""
        return read_date(value if isinstance(value, dt.date) else _as_text(value), order=order).iso

    def render(self, value: PartialDate | None, obj: Any = None, **kwargs: Any) -> str:
        return value.iso if value else ""


class DateWords(Widget):
    """A date in the words of its source."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Value:
        text = without_line_breaks(_as_text(value))
        if len(text) > MAX_WORDS:
            raise ValueError(_("Shorten it to %(count)d letters.") % {"count": MAX_WORDS})
        return text

    def render(self, value: PartialDate | None, obj: Any = None, **kwargs: Any) -> str:
        return safe_text(value.words) if value else ""


class Number(Widget):
    def __init__(self, *, digits: int = 9) -> None:
        super().__init__()
        self.digits = digits

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Value:
        text = _as_text(value)
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()) or len(text) > self.digits:
            raise ValueError(_("“%(text)s” is no whole number.") % {"text": text[:40]})
        return int(text)

    def render(self, value: int | None, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class Key(Widget):
    """Another record, by its key."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Value:
        return _as_text(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return safe_text(str(value or ""))


class Keys(Widget):
    """Several records by their keys, in no particular order."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Value:
        return tuple(sorted({key for key in split_values(_as_text(value)) if key}))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return safe_text(join_values(sorted(getattr(one, self.key) for one in value.all())))


class Parts(Widget):
    """One field of each of the record's related rows, in their order."""

    def __init__(self, model: type[models.Model], part: str) -> None:
        super().__init__()
        self.part = part.split("__")
        self.rule: Any = model._meta.get_field(part) if len(self.part) == 1 else None

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Value:
        values = tuple(split_values(_as_text(value)))
        if self.rule is not None:
            values = tuple(self.rule.to_python(one) for one in values)
            for one in values:
                _validate(self.rule, one)
        return values

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        parts = [self._part(one) for one in value]
        return safe_text(join_values(parts)) if any(parts) else ""

    def _part(self, one: Any) -> str:
        for name in self.part:
            one = getattr(one, name)
        return str(one)


class Column(Field):
    """One column, which fills the model field `field`, alone or with other columns.

    `names` is the noun that a cell refers to, `needed` whether a new record requires it, and
    `empty` the value of an empty cell or part.
    """

    def __init__(
        self,
        label: str | Promise,
        widget: Widget,
        *,
        attribute: str,
        field: str = "",
        names: str = "",
        needed: bool = False,
        empty: Value = "",
    ) -> None:
        super().__init__(attribute=attribute, widget=widget)
        self.label = label
        self.field = field or attribute
        self.names = names
        self.needed = needed
        self.empty = empty
