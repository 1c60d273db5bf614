"""Numbered pages of a list; a page number out of range gives a notice instead of an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.lib.query_strings import normal_address

# The numbers of rows per page to choose from.
SIZES = (25, 50, 100, 200)


def page_size(
    params: QueryDict,
    *,
    usual: int,
    parameter: str = "per_page",
    sizes: Sequence[int] = SIZES,
) -> int:
    """Return the size that the request chooses, or the usual one."""
    requested = params.get(parameter, "")
    return int(requested) if requested in map(str, sizes) else usual


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list, with the addresses of the pages around it."""

    page: Page[Any]
    rows: Any  # a queryset or a list, like the one given to `paginate`
    params: QueryDict
    notice: str
    parameter: str = "page"

    def href(self, number: int) -> str:
        """Return the address of a page by its number."""
        params = self.params.copy()
        params[self.parameter] = str(number)
        return normal_address(params)

    @property
    def previous_href(self) -> str:
        return self.href(self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next_href(self) -> str:
        return self.href(self.page.next_page_number()) if self.page.has_next() else ""


def paginate(
    rows: QuerySet[Any] | Sequence[Any],
    params: QueryDict,
    *,
    per_page: int,
    parameter: str = "page",
) -> Paging:
    """Return the page that `?page=` requests, or the nearest one with a notice.

    `parameter` names the parameter of a second list on the same page.
    """
    paginator = Paginator(rows, per_page)
    text = params.get(parameter, "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    last = paginator.num_pages
    notice = ""
    if number < 1:
        notice = _("“%(page)s” is not a page number; this is page 1.") % {"page": text[:20]}
    elif number > last:
        notice = _("There is no page %(page)s; this is the last one, page %(last)d.") % {
            "page": text,
            "last": last,
        }
    page = paginator.page(min(max(number, 1), last))
    return Paging(page, page.object_list, params, notice, parameter)
