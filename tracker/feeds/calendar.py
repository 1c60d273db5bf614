"""The calendar of a filter: which target dates and meetings are in it, and its answer."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from tracker.answers import public_answer
from tracker.feeds.addresses import absolute, canonical_query, rests_on_the_log_alone
from tracker.feeds.ical import CONTENT_TYPE, Heading, calendar_name, calendar_parts
from tracker.feeds.refusals import faults, refusal
from tracker.filters import CommitmentFilter
from tracker.filters.words import file_stem, sentence
from tracker.lib.one_state import parts_of_one_state
from tracker.models import Commitment, Meeting
from tracker.queries.agenda import due_chunks, gathering_chunks
from tracker.queries.visibility import log_head, public_updates
from tracker.whole_files import busy_answer, streamed

# What can be said of a meeting itself.
_OF_MEETINGS = {"meeting": "slug__in", "forum": "forum__slug__in", "party": "parties__slug__in"}


@partial(public_answer, dated=rests_on_the_log_alone)
def calendar(request: HttpRequest, *, today: dt.date) -> HttpResponseBase:
    """Streamed, so that a register of any size fits."""
    found = CommitmentFilter(request.GET, today=today)
    errors = faults(found)
    if errors:
        return refusal(errors)
    parts = parts_of_one_state(
        lambda: calendar_parts(
            _heading(request, found),
            due_chunks(dated_commitments(found)),
            gathering_chunks(dated_meetings(found)),
        )
    )
    # Who asks for the head alone is not made to wait for what nobody reads.
    response = streamed(parts) if request.method == "GET" else StreamingHttpResponse(())
    if response is None:
        return busy_answer()
    response["Content-Type"] = CONTENT_TYPE
    name = f"{file_stem(found)}.ics"
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def _heading(request: HttpRequest, found: CommitmentFilter) -> Heading:
    query = canonical_query(found)
    return Heading(
        name=calendar_name(sentence(found)),
        page=absolute(request, "dashboard", query),
        source=absolute(request, "calendar", query),
        site=request.build_absolute_uri("/").rstrip("/"),
        changed_at=log_head().recorded_at,
    )


def dated_commitments(found: CommitmentFilter) -> QuerySet[Commitment]:
    """What a valid filter finds, and the retracted commitments that it would find if they stood."""
    published: QuerySet[Commitment] = Commitment.objects.filter(published_seq__isnull=False)
    for name, value in found.form.cleaned_data.items():
        if name in found.filters:
            published = found.filters[name].filter(published, value)
    return published.order_by("reference")


def dated_meetings(found: CommitmentFilter) -> QuerySet[Meeting]:
    """All meetings ever published, or those that the filter speaks of.

    `meeting`, `forum` and `party` are conditions on a meeting. Any other is one on commitments,
    and leaves the meetings that mentioned what is found.
    """
    meetings = Meeting.objects.filter(published_seq__isnull=False).order_by("slug")
    for name, lookup in _OF_MEETINGS.items():
        if name in found.active:
            value = found.form.cleaned_data[name]
            like = Meeting.objects.filter(**{lookup: value}).order_by()
            meetings = meetings.filter(pk__in=like.values("pk"))
    if found.active.keys() - _OF_MEETINGS.keys():
        mentions = public_updates().filter(commitment__in=found.qs.order_by().values("pk"))
        meetings = meetings.filter(pk__in=mentions.order_by().values("meeting"))
    return meetings
