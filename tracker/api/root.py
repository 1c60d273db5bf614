"""The entry point: links to everything, and the head of the log."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api import shapes
from tracker.api.base import ReadOnlyView, head_of_log
from tracker.api.describing import describes
from tracker.api.parameters import refuse_unknown
from tracker.api.problems import not_found
from tracker.queries.visibility import log_head

_LISTS = ("commitments", "updates", "meetings", "sources", "parties", "topics", "forums")
_RECORDS = ("commitment", "meeting", "source")


class Root(ReadOnlyView):
    @describes(
        "root",
        shapes.Root,
        request_path="/api/v1/",
        tag=gettext_lazy("Entrance"),
        summary=gettext_lazy("What there is, and where the log stands"),
        description=gettext_lazy("Start here: follow the links instead of making addresses."),
    )
    def get(self, request: Request, *, today: dt.date) -> Response:
        refuse_unknown(request.query_params)
        links = _links(request)
        body = {
            "register": settings.REGISTER_NAME,
            "version": "1",
            "day": today.isoformat(),
            "log_head": head_of_log(log_head()),
            "links": links,
        }
        link = f'<{links["schema"]}>; rel="service-desc", <{links["docs"]}>; rel="service-doc"'
        return Response(body, headers={"Link": link})


class Nowhere(ReadOnlyView):
    """Any other address under api/: 404 in the format that programs read."""

    schema = None

    def get(self, request: Request, *, rest: str, today: dt.date) -> Response:
        addresses = {"start": reverse("api-root"), "docs": reverse("api-docs")}
        raise not_found(
            _("Nothing has this address. The API starts at %(start)s; see %(docs)s.") % addresses
        )


def _links(request: Request) -> dict[str, str]:
    def to(name: str, **kwargs: object) -> str:
        address: str = request.build_absolute_uri(reverse(f"api-{name}", kwargs=kwargs))
        return address

    records = {name: to(name, slug="SLUG").replace("/SLUG/", "/{slug}/") for name in _RECORDS}
    return {
        **{name: to(name) for name in _LISTS},
        **records,
        "changes": to("changes") + "{?after}",
        "change": to("change", seq=0).replace("/0/", "/{seq}/"),
        "schema": to("schema"),
        "docs": to("docs"),
        "verify": to("docs") + "#verify",
    }
