"""Meetings: the list, and one meeting with its updates."""

from __future__ import annotations

import datetime as dt

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import ReadOnlyView
from tracker.api.describing import PAGES, describes_list, describes_record
from tracker.api.paging import list_at
from tracker.api.records import record_at
from tracker.queries.records.details import described_meetings, meeting_in_full
from tracker.schema import payloads
from tracker.schema.records import MEETING_IN_FULL, MEETING_RECORD


class Meetings(ReadOnlyView):
    @describes_list(
        "meetings",
        MEETING_RECORD,
        tag=_("Meetings"),
        summary=_("The meetings, the latest first"),
        description=_("Held, planned and cancelled; looking back, those that had been held."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return list_at(request, "meeting", described_meetings, payloads.meeting, today=today)


class OneMeeting(ReadOnlyView):
    @describes_record(
        "meeting",
        MEETING_IN_FULL,
        request_path="/api/v1/meetings/2024-11-01-first-2plus2-ministerial/",
        tag=_("Meetings"),
        parameters=PAGES,
        summary=_("One meeting with what it did to every commitment"),
        description=_(
            "Its updates in the order in which they are told, the open commitments on which it "
            "was silent, and the meetings of its forum before and after it."
        ),
    )
    def get(self, request: Request, *, slug: str, today: dt.date) -> HttpResponseBase:
        return record_at(request, "meeting", meeting_in_full, slug, today=today)
