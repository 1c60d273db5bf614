"""Numbered pages of a list: the body of a page, and links to its neighbours (RFC 8288)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.answers import head_of
from tracker.api.base import with_address
from tracker.api.parameters import PAGING, Cut, read_viewpoint
from tracker.api.problems import Refused
from tracker.lib.query_strings import normal_address
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known
from tracker.schema.payloads import Payload, day

Rows = QuerySet[Any] | Sequence[Any]


def no_such_page(requested: int, last: int) -> Refused:
    sentence = _("There is no page %(page)d; the last one is page %(last)d.")
    detail = sentence % {"page": requested, "last": last}
    return Refused(
        404, "no-such-page", title=_("No such page"), detail=detail, errors={"page": [detail]}
    )


def page_of(
    request: Request,
    rows: Rows,
    cut: Cut,
    viewpoint: Viewpoint,
    records: Callable[[Any], Sequence[Payload]],
    *,
    active: dict[str, list[str]] | None = None,
) -> Response:
    """Return one page of `rows`, which `records` turns into payloads; raise Refused.

    The state of the register and the `active` filter have the keys that they have in the files.

    `count` is taken before the rows are read: if the register changes in between, `log_head` is the
    earlier one, and the next page shows another.
    """
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    last = max(1, -(-count // cut.per_page))
    if cut.page > last:
        raise no_such_page(cut.page, last)
    start = (cut.page - 1) * cut.per_page

    def at(page: int) -> str | None:
        if not 1 <= page <= last:
            return None
        params = request.query_params.copy()
        params["page"] = str(page)
        return request.build_absolute_uri(normal_address(params))

    neighbours = {"first": 1, "prev": cut.page - 1, "next": cut.page + 1, "last": last}
    links = [f'<{at(page)}>; rel="{rel}"' for rel, page in neighbours.items() if at(page)]
    head = head_of(request)
    body = {
        "day": day(viewpoint.today),
        "as_of": day(viewpoint.as_of),
        "known_at": day(viewpoint.known_at),
        **({} if active is None else {"filter": active}),
        "log_head": {"seq": head.seq, "hash": head.hash},
        "count": count,
        "page": cut.page,
        "pages": last,
        "per_page": cut.per_page,
        "previous": at(cut.page - 1),
        "next": at(cut.page + 1),
        "results": list(records(rows[start : start + cut.per_page])),
    }
    return Response(body, headers={"Link": ", ".join(links)})


def list_at(
    request: Request,
    noun: str,
    listed_at: Callable[[Viewpoint], QuerySet[Any]],
    payload: Callable[[Any], Payload],
    *,
    today: dt.date,
    key: str = "url",
) -> Response:
    """Return a page of the records listed at the requested viewpoint, each with the address of its
    page as `key`."""
    viewpoint, cut = read_viewpoint(request.query_params, today, paging=PAGING)

    def records(page: QuerySet[Any]) -> list[Payload]:
        known = as_known(page, viewpoint)
        return [with_address(request, noun, payload(record), key=key) for record in known]

    return page_of(request, listed_at(viewpoint), cut, viewpoint, records)
