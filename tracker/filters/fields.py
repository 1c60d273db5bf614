"""The kinds of parameters that the filter sets have."""

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
    """A filter that its filter sets share but for what is theirs: themselves, and the method.

    django-filter copies filters to the last label of the last choice, for each request; that was a
    sixth of a feed's time.
    """

    method: Any

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        mine = copy.copy(self)
        mine.method = mine.method  # makes the call to it anew, on the copy
        return mine


class SearchFilter(_Shared, django_filters.CharFilter):
    field_class = SearchField


class PastDayFilter(_Shared, django_filters.DateFilter):
    field_class = PastDayField


class PartialDateFilter(_Shared, django_filters.Filter):
    field_class = PartialDateFormField


class OneOfFilter(_Shared, django_filters.ChoiceFilter):
    """One value from a list; shown as a drop-down."""


class AnyOfFilter(_Shared, django_filters.MultipleChoiceFilter):
    """Several values of one parameter, any of which may hold; shown as checkboxes."""

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
    """Commitments by reference or slug, for addresses that are about a few of them."""

    field_class = NamedCommitmentsField
