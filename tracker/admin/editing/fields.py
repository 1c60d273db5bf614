"""Form fields, widgets and form bases that the admin forms share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.refusals import show_refusal
from tracker.lib.partial_date_fields import PartialDateField
from tracker.lib.partial_dates import PartialDate
from tracker.lib.text import has_control_characters

# The longest key accepted, in digits: longer ones would overflow the database's integers.
MAX_KEY_DIGITS = 18


class LinesField(forms.CharField):
    """Multi-line text with LF line ends.

    Browsers send CRLF, which would make saving an unchanged record look like an amendment.
    """

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(**{"widget": AdminTextareaWidget(attrs={"rows": rows}), **kwargs})

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


class _KeysOnly:
    """Drops values that cannot be keys: validation reports them, a query would fail."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        keys = [v for v in value if str(v).isdecimal() and len(str(v)) <= MAX_KEY_DIGITS]
        return super().optgroups(name, keys, attrs)  # type: ignore[misc]


class RecordSelect(_KeysOnly, AutocompleteSelect):
    """Django's autocomplete, without its server error for a posted key such as "abc"."""

    # The chosen record, if the page has read it already; saves a query.
    known: models.Model | None = None

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        if self.known is not None and [str(key) for key in value] == [str(self.known.pk)]:
            chosen = self.create_option(name, self.known.pk, str(self.known), True, 0)
            return [(None, [chosen], 0)]
        return super().optgroups(name, value, attrs)


class RecordSelectMultiple(_KeysOnly, AutocompleteSelectMultiple):
    """`RecordSelect` for several records."""


class RecordsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several records; a key too long for the database is an invalid choice."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > MAX_KEY_DIGITS:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(key)[:40]},
                )
        return super().clean(value)


class PrintableMixin:
    """Rejects control characters, which no page, feed or file can show."""

    if TYPE_CHECKING:
        add_error: Any
        cleaned_data: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        super().clean()  # type: ignore[misc]
        for name, value in list(self.cleaned_data.items()):
            text = value.words if isinstance(value, PartialDate) else value
            if isinstance(text, str) and has_control_characters(text):
                self.add_error(
                    name, _("It holds a control character, which no page can show: type it anew.")
                )
        return self.cleaned_data


class WordsForm(PrintableMixin, forms.Form):
    """A form without a model."""


class RecordForm(PrintableMixin, forms.ModelForm):  # type: ignore[type-arg]
    """An admin form; `refusal` is why the register refused the posted values, if it did."""

    refusal: ValidationError | None = None

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.refusal is not None:
            show_refusal(self, self.refusal)
        return self.cleaned_data


class FieldsMixin(BaseModelAdmin):  # type: ignore[type-arg]
    """For ModelAdmins and inlines: the fields and widgets above, and a help text for each field."""

    form: Any = RecordForm
    formfield_overrides = {
        models.TextField: {
            "form_class": LinesField,
            "widget": AdminTextareaWidget(attrs={"rows": 4}),
        },
        models.URLField: {"assume_scheme": "https"},
    }
    help_texts: Mapping[str, Any] = {}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, PartialDateField) and formfield is not None:
            _date, words = formfield.widget.widgets
            words.attrs["placeholder"] = _("in the words of the source")
        return formfield

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RecordSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RecordSelectMultiple(db_field, self.admin_site))
            kwargs.setdefault("form_class", RecordsField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)
