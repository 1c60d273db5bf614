"""One record by its slug, today or at a moment, or the reason why it cannot be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tracker.api.parameters import read_viewpoint
from tracker.api.problems import Refused, not_found
from tracker.queries.log.renamed_addresses import current_slug
from tracker.queries.viewpoint import Viewpoint
from tracker.schema.payloads import Payload


@dataclass(frozen=True, slots=True)
class Noun:
    """How to find the records of one noun: in detail at a moment, or those public today."""

    name: str
    url_name: str
    in_full: Callable[[str, Viewpoint], Payload | None]
    public_today: Callable[[], QuerySet[Any]]


def _not_yet() -> Refused:
    # Without its current name, which may not have been known at that moment.
    return not_found(
        _("At that moment the register had nothing at this address. Leave as_of and known_at out.")
    )


def record_or_redirect(
    request: Request, noun: Noun, slug: str, *, today: dt.date
) -> Payload | HttpResponseBase:
    """Return the record in detail, or a redirect (301) to its current address; raise Refused."""
    viewpoint, _cut = read_viewpoint(request.query_params, today)
    record = noun.in_full(slug, viewpoint)
    if record is not None:
        return record
    if viewpoint.is_past and noun.public_today().filter(slug=slug).exists():
        raise _not_yet()
    current = current_slug(noun.name, slug)
    if current is None:
        raise not_found()
    return moved(request, noun.url_name, current)


def moved(request: Request, url_name: str, slug: str) -> HttpResponseBase:
    """Redirect with the query string, as the pages do."""
    query = request.META.get("QUERY_STRING", "")
    address = reverse(url_name, args=[slug])
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
