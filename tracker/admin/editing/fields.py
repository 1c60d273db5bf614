"""Form parts that every admin form is made of: text as the register keeps it, safe look-ups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

if TYPE_CHECKING:  # generic for the type checker only
    _BaseModelAdmin = BaseModelAdmin[Any]
    _ModelForm = forms.ModelForm[Any]
    _ModelMultipleChoiceField = forms.ModelMultipleChoiceField[Any]
else:
    _BaseModelAdmin, _ModelForm = BaseModelAdmin, forms.ModelForm
    _ModelMultipleChoiceField = forms.ModelMultipleChoiceField

# Keys have at most as many digits as the database's integers hold; more would overflow there.
LONGEST_KEY = 18


class LinesField(forms.CharField):
    """Several lines of text, ended as the register ends them.

    Browsers send CRLF. Kept as sent, saving a record untouched would look like an amendment.
    """

    widget = AdminTextareaWidget

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


def _keys(value: Iterable[Any]) -> list[Any]:
    """Leave out of a posted value whatever cannot be a key: the form says so, the query cannot."""
    return [v for v in value if str(v).isdecimal() and len(str(v)) <= LONGEST_KEY]


class RecordSelect(AutocompleteSelect):
    """Django's autocomplete, which would fail with an error 500 on a posted key like "abc"."""

    # The record that is chosen, where the page has read it already: it is not looked up again.
    known: models.Model | None = None

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        keys = _keys(value)
        if self.known is not None and [str(key) for key in keys] == [str(self.known.pk)]:
            chosen = self.create_option(name, self.known.pk, str(self.known), True, 0)
            return [(None, [chosen], 0)]
        return super().optgroups(name, keys, attrs)


class RecordSelectMultiple(AutocompleteSelectMultiple):
    """The same for several records."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, _keys(value), attrs)


class RecordsField(_ModelMultipleChoiceField):
    """Several records; a key too long for the database is an invalid choice like any other."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(key)[:40]},
                )
        return super().clean(value)


def _words(value: Any) -> str:
    """What a person typed freely into a cleaned value."""
    if isinstance(value, PartialDate):
        return value.words
    return value if isinstance(value, str) else ""


class PrintableMixin:
    """A form that refuses characters which no page, feed or file can show."""

    if TYPE_CHECKING:
        add_error: Any
        cleaned_data: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        super().clean()  # type: ignore[misc]
        for name, value in list(self.cleaned_data.items()):
            if has_control_characters(_words(value)):
                self.add_error(
                    name, _("It holds a control character, which no page can show: type it anew.")
                )
        return self.cleaned_data


class WordsForm(PrintableMixin, forms.Form):
    """A form without a model."""


class RecordForm(PrintableMixin, _ModelForm):
    """A form of the admin. `refusal` is why the register refused what was posted, when it did."""

    refusal: ValidationError | None = None

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.refusal is not None:
            show_refusal(self, self.refusal)
        return self.cleaned_data


class FieldsMixin(_BaseModelAdmin):
    """For ModelAdmins and inlines: the widgets above, and one sentence about each field."""

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
