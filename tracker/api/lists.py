"""Parties, topics and forums: the records that filters name."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import ReadOnlyView
from tracker.api.describing import describes_list
from tracker.api.paging import list_at
from tracker.queries.reference_data import forums_by, parties_by, topics_by
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_parties
from tracker.schema import payloads
from tracker.schema.records import FORUM_RECORD, PARTY_RECORD, TOPIC_RECORD


class Parties(ReadOnlyView):
    @describes_list(
        "parties",
        PARTY_RECORD,
        tag=_("What the filters name"),
        summary=_("The parties, by name"),
        description=_("States and organisations that promised something."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return list_at(request, "party", parties_by, payloads.party, today=today)


class Topics(ReadOnlyView):
    @describes_list(
        "topics",
        TOPIC_RECORD,
        tag=_("What the filters name"),
        summary=_("The topics, by name"),
        description=_("What commitments are about."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return list_at(request, "topic", topics_by, payloads.topic, today=today)


class Forums(ReadOnlyView):
    @describes_list(
        "forums",
        FORUM_RECORD,
        tag=_("What the filters name"),
        summary=_("The forums, the highest level first"),
        description=_("Standing series of meetings between the same parties at one level."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return list_at(request, "forum", _with_parties, payloads.forum, today=today)


def _with_parties(viewpoint: Viewpoint) -> QuerySet[Any]:
    public = Prefetch("parties", public_parties(viewpoint))
    return forums_by(viewpoint).prefetch_related(public)
