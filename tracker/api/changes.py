"""The log by cursor: the lines after a given one, once and in order, as JSON or NDJSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tracker import answers
from tracker.api import shapes
from tracker.api.base import ReadOnlyView, head_of_log
from tracker.api.describing import describes, filter_parameters, header, in_path, number, query
from tracker.api.parameters import between, refuse_unknown
from tracker.api.problems import Refused, bad_parameters, not_found
from tracker.api.waiting import MOST_SECONDS, wait_headers
from tracker.filters import ChangeFilter
from tracker.lib.json_text import to_json
from tracker.lib.problem_details import parameter_errors
from tracker.lib.query_strings import normal_address
from tracker.models import Change, LogHead
from tracker.queries.log.cursor import each_line, end_of, lines_after
from tracker.queries.visibility import log_head, public_changes
from tracker.schema import payloads
from tracker.whole_files import streamed

USUAL_LIMIT, MOST_LINES = 100, 1000
# Lines that are handed on together: one by one, a stream takes half as long again.
LINES_PER_PART = 50
# The largest integer that the database can store.
LARGEST = 2**63 - 1
NDJSON = "application/x-ndjson"
OWN = ("after", "limit", "wait", "format")


class LineRenderer(BaseRenderer):
    """For content negotiation only: `_stream` writes the lines."""

    media_type = NDJSON
    format = "ndjson"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A request for the lines of a filter after line `after`; no limit means all of them."""

    filterset: ChangeFilter
    after: int
    limit: int | None
    wait: int


def read_cursor(params: QueryDict, today: dt.date, *, in_lines: bool) -> Cursor:
    """Return the requested cursor; raise Refused with a sentence for each invalid parameter."""
    filterset = ChangeFilter(params, today=today, follows=True)
    errors = parameter_errors(params, [*filterset.filters, *OWN], filterset.errors)
    for name in ("page", "per_page"):
        if name in params:
            errors[name] = [_("The log is read by cursor: use “after” and “limit” instead.")]
    if "sort" in params:
        errors["sort"] = [_("Lines come in the order of their numbers; leave “sort” out.")]
    most = LARGEST if in_lines else MOST_LINES
    after = between(params, "after", least=0, most=LARGEST, default=0, errors=errors)
    limit = between(params, "limit", least=1, most=most, default=USUAL_LIMIT, errors=errors)
    wait = between(params, "wait", least=0, most=MOST_SECONDS, default=0, errors=errors)
    if errors:
        raise bad_parameters(errors)
    is_limited = bool(params.get("limit")) or not in_lines
    return Cursor(filterset, after, limit if is_limited else None, wait)


def wait_first(request: HttpRequest) -> Mapping[str, str]:
    """Wait for the next line if `wait` requests it, before any other work."""
    if request.method != "GET" or not request.GET.get("wait"):
        return {}
    try:
        cursor = read_cursor(request.GET, answers.today(), in_lines=True)
    except Refused:
        return {}  # the view reports the errors
    return wait_headers(request, cursor.after, cursor.wait) if cursor.wait else {}


_TAG = gettext_lazy("The log of changes")
_HEADERS = [
    header("Link", gettext_lazy("rel=next is the address to go on with (RFC 8288).")),
    header(
        "Wait-Applied",
        gettext_lazy("With `wait`: the seconds for which it could be waited; 0 for not at all."),
        kind=int,
    ),
    header(
        "Retry-After",
        gettext_lazy("With `Wait-Applied: 0`: ask again after so many seconds (RFC 9110)."),
        kind=int,
    ),
]


class Changes(ReadOnlyView):
    renderer_classes = (JSONRenderer, LineRenderer)

    @describes(
        "changes",
        shapes.Changes,
        request_path="/api/v1/changes/?after=84&limit=1",
        tag=_TAG,
        summary=gettext_lazy("The lines after a cursor"),
        description=gettext_lazy(
            "Lines with a number above `after`, in order. Go on with `next_after`: who does misses "
            "no line and gets none twice, whatever is written meanwhile, with any filter. What a "
            "line matches is how things stood when it was written. In lines (NDJSON) all that "
            "there are come as a stream; one without an end of line is not whole, so go on from "
            "the line before."
        ),
        parameters=[
            number(
                "after",
                gettext_lazy("The last line that you have."),
                least=0,
                most=LARGEST,
                default=0,
            ),
            number(
                "limit",
                gettext_lazy(
                    "How many lines at most: 100 unless given and at most 1000; "
                    "in NDJSON any number."
                ),
                least=1,
                most=LARGEST,
            ),
            number(
                "wait",
                gettext_lazy(
                    "Seconds to wait for a new line where there is none yet (long polling)."
                ),
                least=0,
                most=MOST_SECONDS,
                default=0,
            ),
            query(
                "format",
                {"type": "string", "enum": ["json", "ndjson"]},
                gettext_lazy("The form of the answer, in place of the header Accept."),
            ),
            *filter_parameters(ChangeFilter, without=("as_of", "known_at", "sort")),
            *_HEADERS,
        ],
        statuses=(409,),
        forms={"application/x-ndjson": shapes.Change},
    )
    def get(self, request: Request, *, today: dt.date) -> HttpResponseBase:
        in_lines = request.accepted_renderer.format == LineRenderer.format
        cursor = read_cursor(request.query_params, today, in_lines=in_lines)
        head = log_head()
        if cursor.after > head.seq:
            raise _ahead(cursor.after, head)
        if in_lines:
            return _stream(request, cursor, head)
        lines = lines_after(cursor.filterset.log, cursor.after, limit=cursor.limit or 0, head=head)
        body = {
            "head": head_of_log(head),
            "after": cursor.after,
            "next_after": lines.next_after,
            "more": lines.more,
            "results": [payloads.change(change) for change in lines.changes],
        }
        return Response(body, headers=_next_link(request, lines.next_after))


class OneChange(ReadOnlyView):
    @describes(
        "change",
        shapes.Change,
        request_path="/api/v1/changes/85/",
        tag=_TAG,
        summary=gettext_lazy("One line of the log"),
        description=gettext_lazy("A line never changes."),
        parameters=[in_path("seq", int, gettext_lazy("Its number."))],
        statuses=(404,),
    )
    def get(self, request: Request, *, seq: int, today: dt.date) -> Response:
        refuse_unknown(request.query_params)
        change = public_changes().filter(seq=seq).first() if seq <= LARGEST else None
        if change is None:
            values = {"seq": log_head().seq}
            raise not_found(_("There is no such line: the log ends at line %(seq)d.") % values)
        return Response(payloads.change(change))


def _ahead(after: int, head: LogHead) -> Refused:
    """Return the refusal of a cursor into another log, or into one restored from a backup."""
    detail = _(
        "You have read up to line %(after)d, and this log ends at line %(seq)d. It is not the log "
        "that you have read: compare the hashes of its lines with yours, and go on from the last "
        "one that agrees."
    )
    return Refused(
        409,
        "cursor-ahead",
        title=_("The cursor is ahead of the log"),
        detail=detail % {"after": after, "seq": head.seq},
        errors={"after": [_("The last line is %(seq)d.") % {"seq": head.seq}]},
        members={"head": head_of_log(head)},
    )


def _next_link(request: Request, after: int) -> dict[str, str]:
    params = request.query_params.copy()
    params["after"] = str(after)
    address = request.build_absolute_uri(normal_address(params))
    return {"Link": f'<{address}>; rel="next"'}


def _stream(request: Request, cursor: Cursor, head: LogHead) -> HttpResponseBase:
    """Stream one line for each change up to the head; the Link header has the next cursor."""
    log = cursor.filterset.log
    end = end_of(log, cursor.after, limit=cursor.limit, head=head)
    response = StreamingHttpResponse(())
    if request.method == "GET":
        response = streamed(request, lambda: _ndjson(each_line(log, cursor.after, upto=end)))
    response["Content-Type"] = NDJSON
    for name, value in _next_link(request, end).items():
        response[name] = value
    return response


def _ndjson(changes: Iterator[Change]) -> Iterator[bytes]:
    while lines := [to_json(payloads.change(change)) for change in islice(changes, LINES_PER_PART)]:
        yield "".join(f"{line}\n" for line in lines).encode()
