"""Commitments and updates: filtered lists in pages, and one commitment in detail."""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.answers import head_of
from tracker.api.base import ReadOnlyView, update_with_page, with_address
from tracker.api.describing import describes_list, describes_record
from tracker.api.paging import page_of
from tracker.api.parameters import read_filter
from tracker.api.problems import Refused
from tracker.api.records import moved, record_at
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import Matches
from tracker.models import Change, ChangeKind, Commitment, LogHead
from tracker.queries.lists.bulk import commitment_chunks
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.lists.update_pages import UpdatePages
from tracker.queries.records.details import commitment_in_full
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import public_commitments
from tracker.schema.payloads import Payload, recorded
from tracker.schema.records import COMMITMENT_IN_FULL, COMMITMENT_RECORD, UPDATE_RECORD


class Commitments(ReadOnlyView):
    @describes_list(
        "commitments",
        COMMITMENT_RECORD,
        example_query="stage=signed&per_page=1",
        tag=gettext_lazy("Commitments"),
        summary=gettext_lazy("The commitments that a filter finds"),
        description=gettext_lazy(
            "Every filter of the dashboard, with the same meaning; different ones must all hold, "
            "and a repeated one means “any of”."
        ),
        filtered_by=CommitmentFilter,
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        filterset, cut = read_filter(request.query_params, today)

        def records(page: QuerySet[Commitment]) -> list[Payload]:
            payloads = chain.from_iterable(commitment_chunks(page, filterset.viewpoint))
            return [with_address(request, "commitment", record) for record in payloads]

        sets = Matches(filterset, facet_bitsets_at(head_of(request), filterset.viewpoint))
        viewpoint, active = filterset.viewpoint, filterset.active
        return page_of(request, sets, cut, viewpoint, records, active=active)


class Updates(ReadOnlyView):
    @describes_list(
        "updates",
        UPDATE_RECORD,
        example_query="commitment=CAN-KOR-2026-002&per_page=1",
        tag=gettext_lazy("Commitments"),
        summary=gettext_lazy("The updates of the commitments that a filter finds"),
        description=gettext_lazy(
            "What each meeting or event did to them, with the evidence: in the order of the "
            "commitments, then as things happened. Those corrected or retracted are left out."
        ),
        filtered_by=CommitmentFilter,
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        filterset, cut = read_filter(request.query_params, today)

        def records(page: list[Payload]) -> list[Payload]:
            return [update_with_page(request, record) for record in page]

        head, viewpoint, active = head_of(request), filterset.viewpoint, filterset.active
        commitments = public_commitments(viewpoint).order_by(*filterset.order())
        keys = _keys_in_order(filterset, head)
        updates = UpdatePages(keys, commitments, viewpoint, head=head)
        return page_of(request, updates, cut, viewpoint, records, active=active)


def _keys_in_order(filterset: CommitmentFilter, head: LogHead) -> list[int]:
    """Return the primary keys of what a valid filter matches."""
    if filterset.viewpoint.is_past:
        # Bitsets of a day that nobody asked for take longer than this one query.
        return list(filterset.qs.values_list("pk", flat=True))
    matches = Matches(filterset, facet_bitsets_at(head, filterset.viewpoint))
    return matches.keys_between(0, len(matches))


class OneCommitment(ReadOnlyView):
    @describes_record(
        "commitment",
        COMMITMENT_IN_FULL,
        request_path="/api/v1/commitments/asean-engagement/",
        tag=gettext_lazy("Commitments"),
        summary=gettext_lazy("One commitment with its history"),
        description=gettext_lazy(
            "Position, flags, other names, updates with their evidence, and what was corrected or "
            "retracted. A reference in place of the slug leads to the slug (301), as an address "
            "of long ago does; a retracted commitment answers 410 and says why."
        ),
        statuses=(301, 404, 410),
    )
    def get(self, request: Request, *, slug: str, today: dt.date) -> HttpResponseBase:
        published = Commitment.objects.published()
        named = published.filter(Q(slug=slug) | Q(reference=slug)).first()
        if named is not None and named.slug != slug:
            return moved(request, "commitment", named.slug)
        if named is not None and named.is_retracted:
            raise _gone(named)
        return record_at(request, "commitment", _in_full, slug, today=today, paging=())


def _in_full(slug: str, viewpoint: Viewpoint, _page: int) -> Payload | None:
    """Return the commitment with its whole history, however long."""
    return commitment_in_full(slug, viewpoint)


def _gone(record: Commitment) -> Refused:
    line = Change.objects.filter(
        commitment=record, kind=ChangeKind.RETRACTION, update=None, note=None
    )
    change = line.order_by("-seq").first()
    members: dict[str, Any] = {"reference": record.reference}
    if change is not None:
        members["reason"] = change.payload["reason"]
        members["change"] = recorded(change.seq, change.recorded_at)
    detail = _("Commitment %(reference)s should not have been recorded; it was retracted.")
    return Refused(
        410,
        "retracted",
        title=_("This was retracted"),
        detail=detail % {"reference": record.reference},
        members=members,
    )
