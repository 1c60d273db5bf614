"""Form fields for query parameters: search words and dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tracker.lib.text import has_control_characters, without_line_breaks

LONGEST_SEARCH = 200
EARLIEST_DAY = dt.date(1900, 1, 1)


class SearchField(forms.CharField):
    """A text input for search words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_SEARCH, **kwargs)
        self.widget = forms.TextInput(attrs={"type": "search", "maxlength": LONGEST_SEARCH})
        self.error_messages["max_length"] = _(
            "The search takes at most %(limit_value)d characters; this has %(show_value)d."
        )

    def to_python(self, value: Any) -> Any:
        text = without_line_breaks(super().to_python(value) or "")
        if text and has_control_characters(text):
            raise ValidationError(_("Remove the invisible control characters from the search."))
        return text


class DayInput(forms.DateInput):
    """A date picker, or a text input for a value that a picker would drop."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        try:
            dt.date.fromisoformat(context["widget"]["value"] or "2000-01-01")
        except ValueError:
            return context
        context["widget"]["type"] = "date"
        return context


class PastDayField(forms.DateField):
    """A date in ISO 8601, from 1900 on."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        self.widget = DayInput(format="%Y-%m-%d")
        self.error_messages["invalid"] = _("Write the day as year-month-day, such as 2025-11-01.")

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day < EARLIEST_DAY:
            raise ValidationError(_("The register looks back to 1900 at the earliest."))
        return day
