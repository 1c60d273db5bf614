"""OpenAPI descriptions of the log's two addresses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter

from tracker.api import shapes
from tracker.api.describing import describes, filter_parameters, in_path, number, query
from tracker.api.waiting import MOST_SECONDS
from tracker.filters import ChangeFilter

_TAG = _("The log of changes")
_HEADERS = [
    OpenApiParameter(
        "Link",
        location=OpenApiParameter.HEADER,
        description=_("rel=next is the address to go on with (RFC 8288)."),
        response=[200],
    ),
    OpenApiParameter(
        "Wait-Applied",
        type=int,
        location=OpenApiParameter.HEADER,
        description=_("With `wait`: the seconds for which it could be waited; 0 for not at all."),
        response=[200],
    ),
    OpenApiParameter(
        "Retry-After",
        type=int,
        location=OpenApiParameter.HEADER,
        description=_("With `Wait-Applied: 0`: ask again after so many seconds (RFC 9110)."),
        response=[200],
    ),
]

describes_changes = describes(
    "changes",
    shapes.Changes,
    request_path="/api/v1/changes/?after=84&limit=1",
    tag=_TAG,
    summary=_("The lines after a cursor"),
    description=_(
        "Lines with a number above `after`, in order. Go on with `next_after`: who does misses no "
        "line and gets none twice, whatever is written meanwhile, with any filter. What a line "
        "matches is how things stood when it was written. In lines (NDJSON) all that there are "
        "come as a stream; one without an end of line is not whole, so go on from the line before."
    ),
    parameters=[
        number("after", _("The last line that you have."), least=0, most=2**63 - 1, default=0),
        number(
            "limit",
            _("How many lines at most: 100 unless given and at most 1000; in NDJSON any number."),
            least=1,
            most=2**63 - 1,
        ),
        number(
            "wait",
            _("Seconds to wait for a new line where there is none yet (long polling)."),
            least=0,
            most=MOST_SECONDS,
            default=0,
        ),
        query(
            "format",
            {"type": "string", "enum": ["json", "ndjson"]},
            _("The form of the answer, in place of the header Accept."),
        ),
        *filter_parameters(ChangeFilter, without=("as_of", "known_at", "sort")),
        *_HEADERS,
    ],
    statuses=(409,),
    forms={"application/x-ndjson": shapes.Change},
)

describes_change = describes(
    "change",
    shapes.Change,
    request_path="/api/v1/changes/85/",
    tag=_TAG,
    summary=_("One line of the log"),
    description=_("A line never changes."),
    parameters=[in_path("seq", int, _("Its number."))],
    statuses=(404,),
)
