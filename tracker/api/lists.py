"""Parties, topics and forums: the records that filters name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.answers import head_of
from tracker.api.base import ReadOnlyView, page_address
from tracker.api.describing import describes_list
from tracker.api.paging import page_of, state
from tracker.api.parameters import read_viewpoint
from tracker.queries.reference_data import forums_by, parties_by, topics_by
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known, public_parties
from tracker.schema import payloads
from tracker.schema.payloads import Payload
from tracker.schema.records import FORUM_RECORD, PARTY_RECORD, TOPIC_RECORD


def _listed(
    request: Request,
    url_name: str,
    listed_by: Callable[[Viewpoint], QuerySet[Any]],
    payload: Callable[[Any], Payload],
    *,
    today: dt.date,
) -> Response:
    viewpoint, cut = read_viewpoint(request.query_params, today, paging=True)

    def records(page: QuerySet[Any]) -> list[Payload]:
        return [
            {**payload(record), "url": page_address(request, url_name, record.slug)}
            for record in as_known(page, viewpoint)
        ]

    return page_of(request, listed_by(viewpoint), cut, state(head_of(request), viewpoint), records)


class Parties(ReadOnlyView):
    @describes_list(
        "parties",
        PARTY_RECORD,
        tag=_("What the filters name"),
        summary=_("The parties, by name"),
        description=_("States and organisations that promised something."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return _listed(request, "party", parties_by, payloads.party, today=today)


class Topics(ReadOnlyView):
    @describes_list(
        "topics",
        TOPIC_RECORD,
        tag=_("What the filters name"),
        summary=_("The topics, by name"),
        description=_("What commitments are about."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return _listed(request, "topic", topics_by, payloads.topic, today=today)


class Forums(ReadOnlyView):
    @describes_list(
        "forums",
        FORUM_RECORD,
        tag=_("What the filters name"),
        summary=_("The forums, the highest level first"),
        description=_("Standing series of meetings between the same parties at one level."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        return _listed(request, "forum", _with_parties, payloads.forum, today=today)


def _with_parties(viewpoint: Viewpoint) -> QuerySet[Any]:
    public = Prefetch("parties", public_parties(viewpoint))
    return forums_by(viewpoint).prefetch_related(public)
