"""Sources: the list, and one source with everything that cites it."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import ReadOnlyView
from tracker.api.describing import PAGES, describes_list, describes_record
from tracker.api.paging import list_at
from tracker.api.records import record_at
from tracker.models import Source
from tracker.queries.records.details import source_in_full
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_sources
from tracker.schema import payloads
from tracker.schema.records import SOURCE_IN_FULL, SOURCE_RECORD

# The key of the address of its page: `url` is where the document was published.
_PAGE = "page"


class Sources(ReadOnlyView):
    @describes_list(
        "sources",
        SOURCE_RECORD,
        tag=_("Sources"),
        summary=_("The sources, the latest first"),
        description=_("Every document that something rests on or that speaks of a meeting."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return list_at(request, "source", _without_text, payloads.source, today=today, key=_PAGE)


def _without_text(viewpoint: Viewpoint) -> QuerySet[Source]:
    return public_sources(viewpoint).defer("text")


class OneSource(ReadOnlyView):
    @describes_record(
        "source",
        SOURCE_IN_FULL,
        request_path="/api/v1/sources/2023-04-13-al-arabiya/",
        tag=_("Sources"),
        parameters=PAGES,
        summary=_("One source with all that rests on it"),
        description=_("The quotations in the order of its text, each with its update."),
    )
    def get(self, request: Request, *, slug: str, today: dt.date) -> HttpResponseBase:
        return record_at(request, "source", source_in_full, slug, today=today, key=_PAGE)
