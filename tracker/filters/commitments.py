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
from django.db.models import Case, F, OrderBy, Q, QuerySet, SmallIntegerField, Value, When
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tracker.filters.fields import (
    AnyOfFilter,
    NamedCommitmentsFilter,
    OneOfFilter,
    PartialDateFilter,
    PastDayFilter,
    SearchFilter,
)
from tracker.lib.partial_dates import PartialDate
from tracker.lib.query_fields import PastDayField
from tracker.models import (
    Assessment,
    Commitment,
    Firmness,
    Forum,
    Instrument,
    Meeting,
    Party,
    Stage,
    StatusUpdate,
    Topic,
)
from tracker.queries.as_published import (
    column_then,
    equals_q,
    keys_q,
    last_changed_then,
    relates_q,
    slug_q,
)
from tracker.queries.flags import QUERIES
from tracker.queries.lists.search import keys_matching_then, matching
from tracker.queries.reference_data import OFFERED, offered
from tracker.queries.viewpoint import Viewpoint, start_of_day
from tracker.queries.visibility import as_known, public_commitments, public_parties
from tracker.schema.vocabulary import Flag

# Other allowed parameters: they control pagination, not the results.
PAGE_PARAMETERS = {"page", "per_page", "show"}
# The widgets of parameters that may be repeated.
_TAKE_MANY = (forms.SelectMultiple, forms.CheckboxSelectMultiple, forms.MultipleHiddenInput)


def _offered(name: str) -> Callable[[], list[tuple[str, str]]]:
    return lambda: offered(name, None)


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
        """The requested moment; the form must be valid."""
        return Viewpoint(self.today, self.cleaned_data["as_of"], self.cleaned_data["known_at"])


SORTS: dict[str, tuple[str, bool]] = {
    # parameter: (column, whether it belongs to the position)
    "reference": ("reference", False),
    "title": ("title", False),
    "instrument": ("instrument", False),
    "stage": ("stage", True),
    "assessment": ("assessment", True),
    "target": ("target_last_day", True),
    "happened": ("last_update_day", True),
    "updated": ("last_changed_at", False),
}
SORT_LABELS = {
    "reference": _("Reference"),
    "title": _("Title"),
    "instrument": _("Instrument"),
    "stage": _("Stage"),
    "assessment": _("Assessment"),
    "target": _("Target"),
    "happened": _("Last update"),
    "updated": _("Last change in the register"),
}


def _sortable(path: str) -> Any:
    """Sort stages and assessments by their order in the vocabulary, not alphabetically."""
    for name, choices in (("stage", Stage), ("assessment", Assessment)):
        if path.endswith(name):
            ranks = [When(**{path: value}, then=Value(i)) for i, value in enumerate(choices.values)]
            return Case(*ranks, output_field=SmallIntegerField())
    return F(path)


def _sort_choices() -> list[tuple[str, Any]]:
    return [(sign + name, label) for name, label in SORT_LABELS.items() for sign in ("", "-")]


class _FilterForm(ViewpointForm):
    """The form of the filter set; the filters add its fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **kwargs)
        self.today = dt.date.max


class CommitmentFilter(django_filters.FilterSet):
    """Filter public commitments; `qs` is the filtered and sorted queryset.

    `today` is the day for which flags are computed, and the latest day allowed. `scope` is a
    condition that the page adds. `choices` are the topics, parties, forums and meetings to offer;
    those not given are queried.
    """

    q = SearchFilter(method="by_words", label=_("Search"))
    stage = AnyOfFilter(choices=Stage.choices, method="by_position", label=_("Stage"))
    assessment = AnyOfFilter(
        choices=Assessment.choices, method="by_position", label=_("Assessment")
    )
    flag = AnyOfFilter(choices=Flag.choices, method="by_flag", label=_("Flag"))
    instrument = AnyOfFilter(
        choices=Instrument.choices, method="by_instrument", label=_("Instrument")
    )
    topic = AnyOfFilter(choices=_offered("topic"), method="by_topic", label=_("Topic"))
    party = AnyOfFilter(choices=_offered("party"), method="by_party", label=_("Party"))
    forum = AnyOfFilter(choices=_offered("forum"), method="by_forum", label=_("Forum"))
    meeting = AnyOfFilter(choices=_offered("meeting"), method="by_meeting", label=_("Meeting"))
    firmness = AnyOfFilter(choices=Firmness.choices, method="by_position", label=_("Firmness"))
    target_after = PartialDateFilter(method="by_target_after", label=_("Target not before"))
    target_before = PartialDateFilter(method="by_target_before", label=_("Target not after"))
    updated_since = PastDayFilter(method="by_change", label=_("Changed in the register since"))
    commitment = NamedCommitmentsFilter(method="by_name", label=_("Commitment"))
    as_of = PastDayFilter(method="nothing", label=_("As things stood on"))
    known_at = PastDayFilter(method="nothing", label=_("As this register knew on"))
    sort = OneOfFilter(
        choices=_sort_choices, method="nothing", label=_("Sort by"), empty_label=_("Reference")
    )

    _form_class: ClassVar[type[forms.Form]]

    class Meta:
        model = Commitment
        fields: tuple[str, ...] = ()
        form = _FilterForm

    def __init__(
        self,
        data: QueryDict,
        *,
        today: dt.date,
        scope: Q | None = None,
        choices: Mapping[str, list[tuple[str, str]]] | None = None,
    ) -> None:
        self.params = data = _with_slugs_of_parties(data)
        self.scope = scope if scope is not None else Q()
        self._choices: dict[str, list[tuple[str, str]]] = dict(choices or {})
        super().__init__(data=data, queryset=Commitment.objects.none())
        self.today = today
        cast(_FilterForm, self.form).today = today
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
        """The requested moment; today if the filter has errors."""
        if not self.is_valid():
            return Viewpoint(self.today)
        cleaned = self.form.cleaned_data
        return Viewpoint(self.today, cleaned["as_of"], cleaned["known_at"])

    @cached_property
    def unknown(self) -> list[str]:
        """Unknown parameters, so that a page can say that it ignored them."""
        return sorted(set(self.params) - set(self.filters) - PAGE_PARAMETERS)

    @cached_property
    def active(self) -> dict[str, list[str]]:
        """The parameters that narrow the list, with their values; search words as cleaned."""
        if not self.is_valid():
            return {}
        given = {name: self.params.getlist(name) for name in self.filters if name != "sort"}
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
    def _may_look_back(self) -> bool:
        return any(self.params.get(name) for name in ViewpointForm.base_fields)

    def _accepted(self, name: str) -> list[tuple[str, str]]:
        """Return the valid choices when looking back: by the slugs of that moment and of today."""
        form = ViewpointForm(self.params, today=self.today)
        viewpoint = form.viewpoint if form.is_valid() else None
        return [*offered(name, viewpoint), *offered(name, None)]

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
        return self.found().order_by(*self.order())

    def found(self, *, leaving_out: Container[str] = ()) -> QuerySet[Commitment]:
        """Return the unordered results of a valid filter, ignoring some parameters if given."""
        queryset = public_commitments(self.viewpoint)
        for name, value in self.form.cleaned_data.items():
            if name not in leaving_out and name in self.filters:
                queryset = self.filters[name].filter(queryset, value)
        return queryset.filter(self.scope)

    def order(self) -> list[str | OrderBy]:
        """Return the requested order, with unknown values last and equal ones by reference."""
        sort = self.form.cleaned_data.get("sort") or "reference"
        column, of_position = SORTS[sort.lstrip("-")]
        path = _sortable(self.viewpoint.column(column)) if of_position else self._told(column)
        first = path.desc(nulls_last=True) if sort[0] == "-" else path.asc(nulls_last=True)
        return [first] if column == "reference" else [first, "reference"]

    def _told(self, column: str) -> Any:
        """A column of the row itself, as published by then."""
        if column == "last_changed_at":
            return last_changed_then(self.known)
        return column_then(Commitment, column, self.known)

    # -- The filters ----------------------------------------------------------------------------

    def nothing(
        self, queryset: QuerySet[Commitment], name: str, value: object
    ) -> QuerySet[Commitment]:
        """For parameters that do not narrow the list."""
        return queryset

    @property
    def known(self) -> int | None:
        """The last line of the log to take into account; None for all."""
        return self.viewpoint.known

    def by_words(
        self, queryset: QuerySet[Commitment], name: str, value: str
    ) -> QuerySet[Commitment]:
        if not value or not self.viewpoint.is_past:
            return queryset.filter(matching(value)) if value else queryset
        public = public_commitments(self.viewpoint)
        return queryset.filter(keys_q(keys_matching_then(value, self.viewpoint, public)))

    def by_instrument(
        self, queryset: QuerySet[Commitment], name: str, value: list[str]
    ) -> QuerySet[Commitment]:
        if not value:
            return queryset
        return queryset.filter(equals_q(Commitment, "instrument", self.known, value))

    def by_position(
        self, queryset: QuerySet[Commitment], name: str, value: list[str]
    ) -> QuerySet[Commitment]:
        return (
            queryset.filter(**{f"{self.viewpoint.column(name)}__in": value}) if value else queryset
        )

    def by_flag(
        self, queryset: QuerySet[Commitment], name: str, value: list[str]
    ) -> QuerySet[Commitment]:
        condition = Q()
        for flag in value:
            condition |= QUERIES[Flag(flag)](self.viewpoint)
        return queryset.filter(condition)

    def by_name(
        self, queryset: QuerySet[Commitment], name: str, value: list[Commitment]
    ) -> QuerySet[Commitment]:
        return queryset.filter(pk__in=[c.pk for c in value]) if value else queryset

    def by_topic(
        self, queryset: QuerySet[Commitment], name: str, value: list[str]
    ) -> QuerySet[Commitment]:
        return queryset.filter(self.topics_q(value)) if value else queryset

    def by_party(
        self, queryset: QuerySet[Commitment], name: str, value: list[str]
    ) -> QuerySet[Commitment]:
        return queryset.filter(self.parties_q(value)) if value else queryset

    def topics_q(self, slugs: list[str]) -> Q:
        """Match commitments on one of these topics, as known at the moment."""
        named = Topic.objects.filter(slug_q(Topic, slugs, self.known))
        return self._linked("topics", Commitment.topics.through, "topic", named)

    def parties_q(self, slugs: list[str]) -> Q:
        """Match commitments of one of these parties, as known at the moment."""
        named = Party.objects.filter(slug_q(Party, slugs, self.known))
        return self._linked("parties", Commitment.parties.through, "party", named)

    def _linked(self, relation: str, through: Any, column: str, named: QuerySet[Any]) -> Q:
        """Match a relation without a join, which would duplicate rows."""
        keys = list(named.values_list("pk", flat=True))
        pairs = through.objects.filter(**{f"{column}__in": keys})
        today = Q(pk__in=pairs.values("commitment"))
        return relates_q(Commitment, relation, self.known, keys, today=today)

    def by_forum(
        self, queryset: QuerySet[Commitment], name: str, value: list[str]
    ) -> QuerySet[Commitment]:
        return self._mentioned(queryset, self.meetings_of(value)) if value else queryset

    def by_meeting(
        self, queryset: QuerySet[Commitment], name: str, value: list[str]
    ) -> QuerySet[Commitment]:
        return self._mentioned(queryset, self.meetings_named(value)) if value else queryset

    def meetings_named(self, slugs: list[str]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(slug_q(Meeting, slugs, self.known))

    def meetings_of(self, forums: list[str]) -> QuerySet[Meeting]:
        """Return the meetings of forums, as known at the moment."""
        named = Forum.objects.filter(slug_q(Forum, forums, self.known))
        keys = list(named.values_list("pk", flat=True))
        return Meeting.objects.filter(equals_q(Meeting, "forum", self.known, keys))

    def _mentioned(
        self, queryset: QuerySet[Commitment], meetings: QuerySet[Meeting]
    ) -> QuerySet[Commitment]:
        """Keep commitments with an effective update at one of these meetings."""
        mentions = StatusUpdate.objects.effective(known=self.known).filter(
            meeting__in=meetings.order_by().values("pk")
        )
        if self.viewpoint.as_of is not None:
            mentions = mentions.filter(happened_first_day__lte=self.viewpoint.as_of)
        return queryset.filter(pk__in=mentions.values("commitment"))

    def by_target_after(
        self, queryset: QuerySet[Commitment], name: str, value: PartialDate
    ) -> QuerySet[Commitment]:
        column = self.viewpoint.column("target_last_day")
        return queryset.filter(**{f"{column}__gte": value.first_day})

    def by_target_before(
        self, queryset: QuerySet[Commitment], name: str, value: PartialDate
    ) -> QuerySet[Commitment]:
        column = self.viewpoint.column("target_last_day")
        return queryset.filter(**{f"{column}__lte": value.last_day})

    def by_change(
        self, queryset: QuerySet[Commitment], name: str, value: dt.date
    ) -> QuerySet[Commitment]:
        if self.known is None:
            return queryset.filter(last_changed_at__gte=start_of_day(value))
        changed = queryset.alias(changed_then=last_changed_then(self.known))
        return changed.filter(changed_then__gte=start_of_day(value))
