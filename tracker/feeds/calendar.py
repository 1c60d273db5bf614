"""The calendar of a filter: its target dates and meetings, and the response."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from tracker.answers import public_answer
from tracker.feeds.addresses import absolute, depends_on_log_only
from tracker.feeds.ical import CONTENT_TYPE, Heading, calendar_name, calendar_parts
from tracker.feeds.refusals import faults, refusal
from tracker.filters import CommitmentFilter
from tracker.filters.words import file_stem, sentence
from tracker.models import Commitment, Meeting
from tracker.queries.lists.dates import due_chunks, gathering_chunks, nearest
from tracker.queries.visibility import log_head, public_updates
from tracker.whole_files import streamed

# Parameters that apply to meetings themselves, with their lookups.
_MEETING_LOOKUPS = {"meeting": "slug__in", "forum": "forum__slug__in", "party": "parties__slug__in"}


@partial(public_answer, dated=depends_on_log_only)
def calendar(request: HttpRequest, *, today: dt.date) -> HttpResponseBase:
    """Stream the calendar, so that a register of any size fits."""
    filterset = CommitmentFilter(request.GET, today=today)
    errors = faults(filterset)
    if errors:
        return refusal(errors)
    # A HEAD request does not wait for a file that nobody reads.
    response = StreamingHttpResponse(())
    if request.method == "GET":
        response = streamed(request, lambda: _parts(request, filterset))
    response["Content-Type"] = CONTENT_TYPE
    name = f"{file_stem(filterset)}.ics"
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def _parts(request: HttpRequest, filterset: CommitmentFilter) -> Iterator[bytes]:
    changed_at = log_head().recorded_at
    # The day of the last change, not today, so that the file changes only with the log.
    day = timezone.localdate(changed_at) if changed_at is not None else dt.date.min
    commitments, meetings, is_cut = nearest(
        dated_commitments(filterset), dated_meetings(filterset), day
    )
    heading = _heading(request, filterset, changed_at=changed_at, is_cut=is_cut)
    return calendar_parts(heading, due_chunks(commitments), gathering_chunks(meetings))


def _heading(
    request: HttpRequest,
    filterset: CommitmentFilter,
    *,
    changed_at: dt.datetime | None,
    is_cut: bool,
) -> Heading:
    query = filterset.canonical_query
    return Heading(
        name=calendar_name(sentence(filterset)),
        page=absolute(request, "dashboard", query),
        source=absolute(request, "calendar", query),
        site=request.build_absolute_uri("/").rstrip("/"),
        changed_at=changed_at,
        is_cut=is_cut,
    )


def dated_commitments(filterset: CommitmentFilter) -> QuerySet[Commitment]:
    """Return what a valid filter matches, with the retracted commitments that it would match."""
    published: QuerySet[Commitment] = Commitment.objects.published()
    for name, value in filterset.form.cleaned_data.items():
        if name in filterset.filters:
            published = filterset.filters[name].filter(published, value)
    return published.order_by("reference")


def dated_meetings(filterset: CommitmentFilter) -> QuerySet[Meeting]:
    """Return all meetings ever published, or those that the filter selects.

    `meeting`, `forum` and `party` apply to meetings. Any other parameter applies to commitments and
    selects the meetings that mentioned a match.
    """
    meetings = Meeting.objects.published().order_by("slug")
    for name, lookup in _MEETING_LOOKUPS.items():
        if name in filterset.active:
            value = filterset.form.cleaned_data[name]
            matches = Meeting.objects.filter(**{lookup: value}).order_by()
            meetings = meetings.filter(pk__in=matches.values("pk"))
    if filterset.active.keys() - _MEETING_LOOKUPS.keys():
        mentions = public_updates().filter(commitment__in=filterset.qs.order_by().values("pk"))
        meetings = meetings.filter(pk__in=mentions.order_by().values("meeting"))
    return meetings
