"""Parties, topics and forums: the records that filters name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import ReadOnlyView, with_address
from tracker.api.describing import describes_list
from tracker.api.paging import list_at
from tracker.queries.reference_data import forums_by, parties_by, topics_by
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_parties
from tracker.schema import payloads
from tracker.schema.payloads import Payload
from tracker.schema.records import FORUM_RECORD, PARTY_RECORD, TOPIC_RECORD


def _list(
    request: Request,
    noun: str,
    listed_at: Callable[[Viewpoint], QuerySet[Any]],
    payload: Callable[[Any], Payload],
    *,
    today: dt.date,
) -> Response:
    def with_page(record: Any) -> Payload:
        return with_address(request, noun, payload(record))

    return list_at(request, listed_at, with_page, today=today)


class Parties(ReadOnlyView):
    @describes_list(
        "parties",
        PARTY_RECORD,
        tag=_("What the filters name"),
        summary=_("The parties, by name"),
        description=_("States and organisations that promised something."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return _list(request, "party", parties_by, payloads.party, today=today)


class Topics(ReadOnlyView):
    @describes_list(
        "topics",
        TOPIC_RECORD,
        tag=_("What the filters name"),
        summary=_("The topics, by name"),
        description=_("What commitments are about."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return _list(request, "topic", topics_by, payloads.topic, today=today)


class Forums(ReadOnlyView):
    @describes_list(
        "forums",
        FORUM_RECORD,
        tag=_("What the filters name"),
        summary=_("The forums, the highest level first"),
        description=_("Standing series of meetings between the same parties at one level."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return _list(request, "forum", _with_parties, payloads.forum, today=today)


def _with_parties(viewpoint: Viewpoint) -> QuerySet[Any]:
    public = Prefetch("parties", public_parties(viewpoint))
    return forums_by(viewpoint).prefetch_related(public)
