"""Lists and searches that take no longer because the register has grown."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tracker.admin.editing.fields import LONGEST_KEY
from tracker.models import Commitment, Meeting
from tracker.queries.search import matching

if TYPE_CHECKING:  # generic for the type checker only
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

# Of what a search or filter finds, no more are counted or paged through.
MOST_FOUND = 10_000
# As many choices as a filter by other records shows.
MOST_CHOICES = 100


class MoreThan(int):
    """A count that stopped: it says so wherever it is shown."""

    def __str__(self) -> str:
        return _("more than %(count)s") % {"count": number_format(int(self))}


class LongListPaginator(_Paginator):
    """Finds the keys of one page first, and only then reads these rows with what they name.

    A filtered list is counted up to `MOST_FOUND`.
    """

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not rows.query.where:
            return int(rows.count())
        found = int(rows.order_by()[: MOST_FOUND + 1].count())
        return found if found <= MOST_FOUND else MoreThan(MOST_FOUND)

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        rows: Any = self.object_list
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, int(self.count))
        keys = list(rows.values_list("pk", flat=True)[start:end])
        return Page(rows.filter(pk__in=keys), number, self)


class FewRecordsFilter(admin.RelatedFieldListFilter):
    """A filter by other records that shows the first of them only, and the one that is chosen."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> list[Any]:
        model: type[Model] = field.remote_field.model
        ordering = self.field_admin_ordering(field, request, model_admin)
        rows = model._base_manager.order_by(*(ordering or model._meta.ordering or ("pk",)))
        choices = [(row.pk, str(row)) for row in rows[:MOST_CHOICES]]
        shown = {str(key) for key, _name in choices}
        chosen = [key for key in self.lookup_val or () if key.isdecimal() and key not in shown]
        further = rows.filter(pk__in=[key for key in chosen if len(key) <= LONGEST_KEY])
        return [*choices, *((row.pk, str(row)) for row in further)]


def about(model: type[Model], word: str, *further: Q) -> Q:
    """The condition that a word finds a row's commitment or meeting, or that `further` holds.

    A public commitment by the search index, as readers find it; a draft by its names.
    """
    named = Q(reference__icontains=word) | Q(title__icontains=word)
    drafts = Commitment.objects.draft().filter(named)
    found = Commitment.objects.filter(matching(word))
    meetings = Meeting.objects.filter(title__icontains=word)
    ways = (
        *(Q(commitment__in=some.order_by().values("pk")) for some in (found, drafts)),
        Q(meeting__in=meetings.order_by().values("pk")),
        *further,
    )
    # Each way has its index; as one condition with OR, PostgreSQL would read every row.
    first, *others = (model._base_manager.order_by().filter(way).values("pk") for way in ways)
    return Q(pk__in=first.union(*others))
