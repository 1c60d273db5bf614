"""The filter classes that the filter sets use."""

from __future__ import annotations

import copy
from typing import Any, Self

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.filters.named_commitments import NamedCommitmentsField
from tracker.lib.partial_date_fields import PartialDateFormField
from tracker.lib.query_fields import PastDayField, SearchField


class _Shared:
    """Copy a filter shallowly, with its own method.

    django-filter deep-copies every filter with all its choices at each request, which took a sixth
    of a feed's time.
    """

    method: Any

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = copy.copy(self)
        copied.method = copied.method  # binds the method to the copy
        return copied


class SearchFilter(_Shared, django_filters.CharFilter):
    field_class = SearchField


class PastDayFilter(_Shared, django_filters.DateFilter):
    field_class = PastDayField


class PartialDateFilter(_Shared, django_filters.Filter):
    field_class = PartialDateFormField


class OneOfFilter(_Shared, django_filters.ChoiceFilter):
    """One value from a list, as a drop-down."""


class AnyOfFilter(_Shared, django_filters.MultipleChoiceFilter):
    """Any of several values, as checkboxes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)

    @property
    def field(self) -> Any:
        field = super().field
        field.error_messages["invalid_choice"] = _(
            "There is no “%(value)s” here. Choose from the list."
        )
        return field


class NamedCommitmentsFilter(_Shared, django_filters.Filter):
    """A few commitments, by reference or slug."""

    field_class = NamedCommitmentsField
