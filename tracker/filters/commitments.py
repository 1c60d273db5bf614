"""The filter set of commitments, shared by pages, files, feeds and the API.

The parameters are a stable interface: q, stage, assessment, instrument, topic, party, forum,
meeting, firmness, flag, target_after, target_before, updated_since, commitment, as_of, known_at and
sort. A repeated parameter means "any of". An invalid value is a form error and gives no results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import Any, ClassVar, cast

import django_filters
from django import forms
from django.db.models import OrderBy, QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tracker.filters.conditions import CONDITIONS
from tracker.filters.fields import (
    AnyOfFilter,
    NamedCommitmentsFilter,
    OneOfFilter,
    PartialDateFilter,
    PastDayFilter,
    SearchFilter,
)
from tracker.filters.sorting import order_at, sort_choices
from tracker.filters.viewpoint_form import FilterForm, ViewpointForm
from tracker.lib.query_strings import canonical_query
from tracker.models import Assessment, Commitment, Firmness, Instrument, Stage
from tracker.queries.reference_data import OFFERED, offered
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known, public_commitments, public_parties
from tracker.schema.vocabulary import Flag

# A facet and one of its values.
Scope = tuple[str, str]


def _offered(name: str) -> Callable[[], list[tuple[str, str]]]:
    return lambda: offered(name)


def _with_slugs_of_parties(data: QueryDict) -> QueryDict:
    """Replace party codes, which exported files use, by slugs."""
    given = data.getlist("party")
    codes = [value for value in given if value.isascii() and value.isupper()]
    if not codes:
        return data
    slugs = dict(public_parties().filter(code__in=codes).values_list("code", "slug"))
    named = [slugs.get(value, value) for value in given]
    if named == given:
        return data
    with_slugs = data.copy()
    with_slugs.setlist("party", list(dict.fromkeys(named)))
    return with_slugs


class CommitmentFilter(django_filters.FilterSet):
    """Filter public commitments; `qs` is the filtered and sorted queryset.

    `today` is the day for which flags are computed, and the latest day allowed. `scope` is a value
    of a facet that the page adds. `choices` are the topics, parties, forums and meetings to offer;
    those not given are queried.
    """

    q = SearchFilter(method="narrow", label=_("Search"))
    stage = AnyOfFilter(choices=Stage.choices, method="narrow", label=_("Stage"))
    assessment = AnyOfFilter(choices=Assessment.choices, method="narrow", label=_("Assessment"))
    flag = AnyOfFilter(choices=Flag.choices, method="narrow", label=_("Flag"))
    instrument = AnyOfFilter(choices=Instrument.choices, method="narrow", label=_("Instrument"))
    topic = AnyOfFilter(choices=_offered("topic"), method="narrow", label=_("Topic"))
    party = AnyOfFilter(choices=_offered("party"), method="narrow", label=_("Party"))
    forum = AnyOfFilter(choices=_offered("forum"), method="narrow", label=_("Forum"))
    meeting = AnyOfFilter(choices=_offered("meeting"), method="narrow", label=_("Meeting"))
    firmness = AnyOfFilter(choices=Firmness.choices, method="narrow", label=_("Firmness"))
    target_after = PartialDateFilter(method="narrow", label=_("Target not before"))
    target_before = PartialDateFilter(method="narrow", label=_("Target not after"))
    updated_since = PastDayFilter(method="narrow", label=_("Changed in the register since"))
    commitment = NamedCommitmentsFilter(method="narrow", label=_("Commitment"))
    as_of = PastDayFilter(method="nothing", label=_("As things stood on"))
    known_at = PastDayFilter(method="nothing", label=_("As this register knew on"))
    sort = OneOfFilter(
        choices=sort_choices, method="nothing", label=_("Sort by"), empty_label=_("Reference")
    )

    # Other allowed parameters: they control pagination, not the results.
    page_parameters: ClassVar[set[str]] = {"page", "per_page", "show"}
    # Parameters of the filters that do not narrow the list.
    not_narrowing: ClassVar[set[str]] = {"sort"}
    _form_class: ClassVar[type[forms.Form]]

    class Meta:
        model = Commitment
        fields: tuple[str, ...] = ()
        form = FilterForm

    def __init__(
        self,
        data: QueryDict,
        *,
        today: dt.date,
        scope: Scope | None = None,
        choices: Mapping[str, list[tuple[str, str]]] | None = None,
    ) -> None:
        self.params = data = _with_slugs_of_parties(data)
        self.scope = scope
        self._choices: dict[str, list[tuple[str, str]]] = dict(choices or {})
        super().__init__(data=data, queryset=Commitment.objects.none())
        self.today = today
        cast(FilterForm, self.form).today = today
        if self._may_look_back:
            # Also accept what has another name today, or did not exist yet.
            for name in OFFERED:
                cast(Any, self.form.fields[name]).choices = partial(self._accepted, name)
        for name, given in self._choices.items():
            # A callable, so that thousands of meetings are read only if one is requested.
            if not (self._may_look_back and name in OFFERED):
                cast(Any, self.form.fields[name]).choices = partial(list, given)

    def get_form_class(self) -> type[forms.Form]:
        """Return the form class, created once for each filter set class."""
        kind = type(self)
        if "_form_class" not in kind.__dict__:
            kind._form_class = super().get_form_class()
        return kind._form_class

    # -- Reading --------------------------------------------------------------------------------

    @cached_property
    def viewpoint(self) -> Viewpoint:
        """The requested viewpoint; today if the filter has errors."""
        return cast(FilterForm, self.form).viewpoint

    @cached_property
    def unknown(self) -> list[str]:
        """Unknown parameters, so that a page can say that it ignored them."""
        return sorted(set(self.params) - set(self.filters) - self.page_parameters)

    @cached_property
    def active(self) -> dict[str, list[str]]:
        """The parameters that narrow the list, with their values; search words as cleaned."""
        if not self.is_valid():
            return {}
        names = [name for name in self.filters if name not in self.not_narrowing]
        given = {name: self.params.getlist(name) for name in names}
        given["q"] = [self.form.cleaned_data["q"]]
        return {name: values for name, values in given.items() if any(values)}

    @property
    def query(self) -> str:
        """The query string of the filter's own parameters; empty if there are none."""
        params = self.params.copy()
        for name in set(self.params) - set(self.filters):
            del params[name]
        return f"?{params.urlencode()}" if params else ""

    @property
    def canonical_query(self) -> str:
        """The query string of a valid filter in a fixed order; commitments by their reference."""
        params = dict(self.active)
        if "commitment" in params:
            named = self.form.cleaned_data["commitment"]
            params["commitment"] = [record.reference for record in named]
        return canonical_query(params)

    @property
    def _may_look_back(self) -> bool:
        return any(self.params.get(name) for name in ViewpointForm.base_fields)

    def _accepted(self, name: str) -> list[tuple[str, str]]:
        """Return the valid choices when looking back: by the slugs of that moment and of today."""
        viewpoint = ViewpointForm(self.params, today=self.today).viewpoint
        return [*offered(name, viewpoint), *offered(name)]

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return the values of a parameter with their labels; cached."""
        if name not in self._choices:
            field: Any = self.form.fields[name]
            if name in OFFERED:
                self._choices[name] = offered(name, self.viewpoint)
                return self._choices[name]
            if name == "commitment":
                named = as_known(self.form.cleaned_data[name], self.viewpoint)
                return [(key, c.title) for c in named for key in (c.reference, c.slug)]
            self._choices[name] = [(str(value), str(label)) for value, label in field.choices]
        return self._choices[name]

    @property
    def qs(self) -> QuerySet[Commitment]:
        if not self.is_valid():
            return Commitment.objects.none()
        return self.results().order_by(*self.order())

    def results(self, *, leaving_out: Container[str] = ()) -> QuerySet[Commitment]:
        """Return the unordered results of a valid filter, ignoring some parameters if given."""
        queryset = public_commitments(self.viewpoint)
        for name, value in self.form.cleaned_data.items():
            if name not in leaving_out and name in self.filters:
                queryset = self.filters[name].filter(queryset, value)
        if self.scope is None:
            return queryset
        facet, slug = self.scope
        return queryset.filter(CONDITIONS[facet](self.viewpoint, [slug]))

    def order(self) -> list[str | OrderBy]:
        """Return the requested order, see `sorting`."""
        return order_at(self.viewpoint, self.form.cleaned_data.get("sort") or "reference")

    # -- The methods of the filters -------------------------------------------------------------

    def narrow(self, queryset: QuerySet[Commitment], name: str, value: Any) -> QuerySet[Commitment]:
        """Apply the condition of a parameter; django-filter leaves out empty values."""
        return queryset.filter(CONDITIONS[name](self.viewpoint, value))

    def nothing(
        self, queryset: QuerySet[Commitment], name: str, value: object
    ) -> QuerySet[Commitment]:
        """For parameters that do not narrow the list."""
        return queryset
