"""Numbered pages of a list, and a sentence instead of an error for a page that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class PageSize:
    """A number of rows that a page may have."""

    value: int
    label: str
    is_chosen: bool


SIZES = (25, 50, 100, 200)


def page_sizes(
    params: QueryDict,
    *,
    usual: int,
    parameter: str = "per_page",
    sizes: Sequence[int] = SIZES,
) -> list[PageSize]:
    """The sizes on offer; exactly one is chosen, the usual one for a size that is not on offer."""
    asked = params.get(parameter, "")
    chosen = int(asked) if asked in map(str, sizes) else usual
    return [PageSize(size, str(size), size == chosen) for size in sizes]


def chosen_size(sizes: Sequence[PageSize]) -> int:
    return next(size.value for size in sizes if size.is_chosen)


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list with the addresses of its neighbours."""

    page: Page[Any]
    rows: Any  # of the kind that was given: a queryset, or a list of what stands for its rows
    params: QueryDict
    notice: str
    parameter: str = "page"

    def href(self, number: int) -> str:
        """The address of a page by its number."""
        params = self.params.copy()
        params[self.parameter] = str(number)
        return f"?{params.urlencode()}"

    @property
    def previous_href(self) -> str:
        return self.href(self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next_href(self) -> str:
        return self.href(self.page.next_page_number()) if self.page.has_next() else ""


def paginate(
    found: QuerySet[Any] | Sequence[Any],
    params: QueryDict,
    *,
    per_page: int,
    parameter: str = "page",
) -> Paging:
    """Cut out the page that `?page=` asks for; the nearest one, with a notice, if there is none.

    A page with two lists names the parameter of the second.
    """
    paginator = Paginator(found, per_page)
    asked = params.get(parameter, "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    last = paginator.num_pages
    notice = ""
    if number < 1:
        notice = _("“%(page)s” is not a page number; this is page 1.") % {"page": asked[:20]}
    elif number > last:
        notice = _("There is no page %(page)s; this is the last one, page %(last)d.") % {
            "page": asked,
            "last": last,
        }
    page = paginator.page(min(max(number, 1), last))
    return Paging(page, page.object_list, params, notice, parameter)
