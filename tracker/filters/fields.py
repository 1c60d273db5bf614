"""The filters that the filter sets declare, and the form field of `?commitment=`."""

from __future__ import annotations

import copy
from typing import Any, Self

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.partial_date_fields import PartialDateFormField
from tracker.lib.query_fields import PastDayField, SearchField
from tracker.models import Commitment

MOST_NAMES = 50


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


class NamedCommitmentsField(forms.Field):
    """A repeated parameter, cleaned to a list of commitments in the order of references.

    Retracted commitments are accepted, because the log has their lines. Drafts give the same error
    as commitments that do not exist.
    """

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "unknown": _(
            "There is no commitment “%(value)s” here. Give its reference, such as "
            "CAN-KOR-2025-004, or the last part of its address."
        ),
        "too_many": _("Name at most %(most)d commitments; these are %(given)d."),
    }

    def clean(self, value: Any) -> list[Commitment]:
        names = [str(name) for name in value or () if name]
        if len(names) > MOST_NAMES:
            raise ValidationError(
                self.error_messages["too_many"],
                params={"most": MOST_NAMES, "given": len(names)},
            )
        plain = [name for name in names if "\0" not in name]
        published = Commitment.objects.published()
        commitments = (
            list(published.filter(Q(reference__in=plain) | Q(slug__in=plain)).order_by("reference"))
            if plain
            else []
        )
        known = {c.reference for c in commitments} | {c.slug for c in commitments}
        for name in names:
            if name not in known:
                raise ValidationError(self.error_messages["unknown"], params={"value": name})
        return commitments


class NamedCommitmentsFilter(_Shared, django_filters.Filter):
    """A few commitments, by reference or slug."""

    field_class = NamedCommitmentsField
