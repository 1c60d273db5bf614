"""Model and form fields for a `PartialDate`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.lib.computed_attributes import ComputedAttribute
from tracker.lib.partial_dates import MAX_WORDS, PartialDate

if TYPE_CHECKING:  # generic for the type checker only
    _Field = models.Field[Any, Any]
    _DateField = models.DateField[Any, Any]
else:
    _Field, _DateField = models.Field, models.DateField


class PartialDateFormField(forms.CharField):
    """A text input that takes 2028, 2026-03 or 2026-02-25 and cleans to a PartialDate or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("placeholder", "2026-03")
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class PartialDateWidget(forms.MultiWidget):
    """Two inputs side by side: the date as far as it is known, and the words of the source."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        date = forms.TextInput(
            attrs={"placeholder": "2026-03", "size": 12, "aria-label": _("Date, as far as known")}
        )
        words = forms.TextInput(attrs={"size": 40, "aria-label": _("In the words of the source")})
        super().__init__({"date": date, "words": words}, attrs)

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, str):
            value = PartialDate.from_stored(value) if value else None
        return [value.iso, value.words] if value else ["", ""]


class PartialDateWithWordsFormField(forms.MultiValueField):
    """A date and words, for staff; cleans to a PartialDate or None."""

    widget = PartialDateWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        super().__init__(
            fields=(
                PartialDateFormField(required=False),
                forms.CharField(required=False, max_length=MAX_WORDS),
            ),
            require_all_fields=False,
            **kwargs,
        )

    def compress(self, data_list: list[Any]) -> PartialDate | None:
        date, words = data_list or [None, ""]
        if date is None:
            return PartialDate(words=words.strip()) if words and words.strip() else None
        return PartialDate(date.year, date.month, date.day, words.strip())


class PartialDateField(_Field):
    """A PartialDate in one text column, such as `2026-03 "in March 2026"`; empty text for None.

    This text does not sort by date, so a model that filters or orders by it also has the first or
    last day of the period in an `EdgeDayField`.
    """

    description = _("Date known to the day, month or year, or in words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = MAX_WORDS + 14
        kwargs.setdefault("default", None)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "CharField"

    def from_db_value(self, value: str | None, *args: Any) -> PartialDate | None:
        return PartialDate.from_stored(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        if value is None or isinstance(value, PartialDate):
            return value
        if isinstance(value, dt.date):
            return PartialDate.of(value)
        if value == "":
            return None
        try:
            return PartialDate.from_stored(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> str:
        value = self.to_python(super().get_prep_value(value))
        return value.stored if value is not None else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PartialDateWithWordsFormField, **kwargs})


class EdgeDayField(_DateField):
    """The first or last day of the PartialDateField named by `of`, for filtering and sorting.

    It always reads as the day of the partial date, whatever was assigned, and `save` and
    `bulk_create` write that. `QuerySet.update` must set it explicitly.
    """

    descriptor_class = ComputedAttribute

    def __init__(
        self, *args: Any, of: str = "", edge: Literal["first", "last"] = "first", **kwargs: Any
    ) -> None:
        self.of, self.edge = of, edge
        kwargs.update(null=True, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("null", "blank", "editable"):
            kwargs.pop(implied, None)
        return name, path, args, {**kwargs, "of": self.of, "edge": self.edge}

    def compute(self, instance: models.Model) -> dt.date | None:
        value: PartialDate | None = getattr(instance, self.of)
        if value is None:
            return None
        return value.first_day if self.edge == "first" else value.last_day
