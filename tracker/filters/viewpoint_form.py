"""The parameters `as_of` and `known_at`, which choose a viewpoint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tracker.lib.query_fields import PastDayField
from tracker.queries.viewpoint import Viewpoint

# The widgets of parameters that may be repeated.
_TAKE_MANY = (forms.SelectMultiple, forms.CheckboxSelectMultiple, forms.MultipleHiddenInput)


class ViewpointForm(forms.Form):
    """Only `as_of` and `known_at`, for the pages of single records."""

    as_of = PastDayField(required=False)
    known_at = PastDayField(required=False)

    def __init__(self, data: Mapping[str, Any], *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._refuse_contradictions()
        for name in ("as_of", "known_at"):
            day = cleaned.get(name)
            if day is not None and day > self.today:
                self.add_error(
                    name,
                    _("%(day)s has not come yet; today is %(today)s.")
                    % {"day": day.isoformat(), "today": self.today.isoformat()},
                )
        return cleaned

    def _refuse_contradictions(self) -> None:
        """Add an error to each single-valued parameter that has several values."""
        if not isinstance(self.data, QueryDict):
            return
        for name, field in self.fields.items():
            takes_many = isinstance(field.widget, _TAKE_MANY)
            if not takes_many and name not in self.errors and len(set(self.data.getlist(name))) > 1:
                self.add_error(name, _("Give this once; the address has several values for it."))

    @cached_property
    def viewpoint(self) -> Viewpoint:
        """The requested viewpoint; today if the form has errors."""
        if not self.is_valid():
            return Viewpoint(self.today)
        return Viewpoint(self.today, self.cleaned_data["as_of"], self.cleaned_data["known_at"])


class FilterForm(ViewpointForm):
    """The form of the filter set, which adds the fields of its filters and sets `today`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **kwargs)
        self.today = dt.date.max
