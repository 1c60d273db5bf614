"""Meetings: the list, and one meeting with its updates."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.answers import head_of
from tracker.api.base import ReadOnlyView, page_address
from tracker.api.commitments import update_with_page
from tracker.api.describing import describes_list, describes_record
from tracker.api.paging import page_of, state
from tracker.api.parameters import read_viewpoint
from tracker.api.records import Noun, record_or_redirect
from tracker.models import Meeting
from tracker.queries.records.details import described_meetings, meeting_in_full, meeting_records
from tracker.queries.visibility import public_meetings
from tracker.schema.payloads import Payload
from tracker.schema.records import MEETING_IN_FULL, MEETING_RECORD

MEETING = Noun("meeting", "api-meeting", meeting_in_full, public_meetings)


def _with_page(request: Request, record: Payload) -> Payload:
    return {**record, "url": page_address(request, "meeting", record["slug"])}


class Meetings(ReadOnlyView):
    @describes_list(
        "meetings",
        MEETING_RECORD,
        tag=_("Meetings"),
        summary=_("The meetings, the latest first"),
        description=_("Held, planned and cancelled; looking back, those that had been held."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        viewpoint, cut = read_viewpoint(request.query_params, today, paging=True)

        def records(page: QuerySet[Meeting]) -> list[Payload]:
            return [_with_page(request, record) for record in meeting_records(page, viewpoint)]

        return page_of(
            request, described_meetings(viewpoint), cut, state(head_of(request), viewpoint), records
        )


class OneMeeting(ReadOnlyView):
    @describes_record(
        "meeting",
        MEETING_IN_FULL,
        request_path="/api/v1/meetings/2024-11-01-first-2plus2-ministerial/",
        tag=_("Meetings"),
        summary=_("One meeting with what it did to every commitment"),
        description=_(
            "Its updates in the order in which they are told, the open commitments on which it "
            "was silent, and the meetings of its forum before and after it."
        ),
    )
    def get(self, request: Request, *, slug: str, today: dt.date) -> HttpResponseBase:
        record = record_or_redirect(request, MEETING, slug, today=today)
        if isinstance(record, HttpResponseBase):
            return record
        updates = [update_with_page(request, update) for update in record["updates"]]
        return Response(_with_page(request, {**record, "updates": updates}))
