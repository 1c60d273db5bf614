"""One record by its slug, today or at a moment, or the reason why it cannot be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.http import HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import update_with_page, with_address
from tracker.api.parameters import read_viewpoint
from tracker.api.problems import not_found
from tracker.lib.query_strings import with_query
from tracker.queries.log.renamed_addresses import current_slug, is_there_today
from tracker.queries.viewpoint import Viewpoint
from tracker.schema.payloads import Payload


def record_at(
    request: Request,
    noun: str,
    in_full: Callable[[str, Viewpoint, int], Payload | None],
    slug: str,
    *,
    today: dt.date,
    key: str = "url",
    paging: Sequence[str] = ("page",),
) -> HttpResponseBase:
    """Return the record that `in_full` reads, or a redirect (301) to its current address.

    The third argument of `in_full` is the page of the many that belong to the record. It has the
    address of its page for people as `key`. Raise Refused if there is none.
    """
    viewpoint, cut = read_viewpoint(request.query_params, today, paging=paging)
    record = in_full(slug, viewpoint, cut.page)
    if record is not None:
        if "updates" in record:
            updates = [update_with_page(request, update) for update in record["updates"]]
            record = {**record, "updates": updates}
        return Response(with_address(request, noun, record, key=key))
    if viewpoint.is_past and is_there_today(noun, slug):
        # Without its current name, which may not have been known at that moment.
        raise not_found(
            _(
                "At that moment the register had nothing at this address. "
                "Leave as_of and known_at out."
            )
        )
    current = current_slug(noun, slug)
    if current is None:
        raise not_found()
    return moved(request, noun, current)


def moved(request: Request, noun: str, slug: str) -> HttpResponseBase:
    """Redirect with the query string, as the pages do."""
    address = reverse(f"api-{noun}", args=[slug])
    return HttpResponsePermanentRedirect(with_query(address, request.META.get("QUERY_STRING", "")))
