"""One record by its slug: as it stands, as it stood, or why it is not to be had."""

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

from tracker.api.parameters import read_moment
from tracker.api.problems import Refused, not_found
from tracker.queries.moments import Moment
from tracker.queries.renames import current_slug
from tracker.schema.payloads import Payload


@dataclass(frozen=True, slots=True)
class Noun:
    """How the records of one noun are found: in full at a moment, and those public today."""

    name: str
    url_name: str
    in_full: Callable[[str, Moment], Payload | None]
    public_today: Callable[[], QuerySet[Any]]


def _not_yet() -> Refused:
    # Not what it is called today, which may be what nobody could know then.
    return not_found(
        _("At that moment the register had nothing at this address. Leave as_of and known_at out.")
    )


def record_or_redirect(
    request: Request, noun: Noun, slug: str, *, today: dt.date
) -> Payload | HttpResponseBase:
    """The record in full, or the way to the address that it has now (301); raises Refused."""
    moment, _cut = read_moment(request.query_params, today)
    record = noun.in_full(slug, moment)
    if record is not None:
        return record
    if moment.is_past and noun.public_today().filter(slug=slug).exists():
        raise _not_yet()
    current = current_slug(noun.name, slug)
    if current is None:
        raise not_found()
    return moved(request, noun.url_name, current)


def moved(request: Request, url_name: str, slug: str) -> HttpResponseBase:
    """Lead on, with the query string, as the pages do."""
    query = request.META.get("QUERY_STRING", "")
    address = reverse(url_name, args=[slug])
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
