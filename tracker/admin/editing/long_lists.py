"""Paginate, filter and search large tables in constant time."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tracker.admin.editing.fields import MAX_KEY_DIGITS
from tracker.models import Commitment, Meeting
from tracker.queries.lists.search import matching

# Results of a search or filter that are counted and paginated at most.
MAX_COUNTED = 10_000
# Choices that a filter by related records shows at most.
MAX_CHOICES = 100


class MoreThan(int):
    """A count that stopped at a limit, and says so when it is shown."""

    def __str__(self) -> str:
        return _("more than %(count)s") % {"count": number_format(int(self))}


def count_up_to(most: int, rows: QuerySet[Any]) -> int:
    count = rows.order_by()[: most + 1].count()
    return count if count <= most else MoreThan(most)


class LongListPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that selects the keys of one page before it joins related tables.

    A filtered list is counted up to `MAX_COUNTED`.
    """

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return count_up_to(MAX_COUNTED, rows) if rows.query.where else int(rows.count())

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        rows: Any = self.object_list
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, int(self.count))
        keys = list(rows.values_list("pk", flat=True)[start:end])
        return Page(rows.filter(pk__in=keys), number, self)


class FewRecordsFilter(admin.RelatedFieldListFilter):
    """A filter by related records that offers only the first ones and the selected one."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> list[Any]:
        model: type[Model] = field.remote_field.model
        ordering = self.field_admin_ordering(field, request, model_admin)
        rows = model._base_manager.order_by(*(ordering or model._meta.ordering or ("pk",)))
        choices = [(row.pk, str(row)) for row in rows[:MAX_CHOICES]]
        shown = {str(key) for key, _name in choices}
        chosen = [key for key in self.lookup_val or () if key.isdecimal() and key not in shown]
        further = rows.filter(pk__in=[key for key in chosen if len(key) <= MAX_KEY_DIGITS])
        return [*choices, *((row.pk, str(row)) for row in further)]


def subject_q(model: type[Model], word: str, *further: Q) -> Q:
    """Match rows whose commitment or meeting contains a word, or that satisfy `further`.

    Public commitments are matched by the readers' search index, drafts by reference and title.
    """
    named = Q(reference__icontains=word) | Q(title__icontains=word)
    drafts = Commitment.objects.draft().filter(named)
    indexed = Commitment.objects.filter(matching(word))
    meetings = Meeting.objects.filter(title__icontains=word)
    conditions = (
        *(Q(commitment__in=some.order_by().values("pk")) for some in (indexed, drafts)),
        Q(meeting__in=meetings.order_by().values("pk")),
        *further,
    )
    # Each condition has its index; joined with OR, PostgreSQL would scan the table.
    rows = model._base_manager.order_by()
    first, *others = (rows.filter(condition).values("pk") for condition in conditions)
    return Q(pk__in=first.union(*others))
