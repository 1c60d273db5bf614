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
from tracker.filters.bitset_filter import Matches
from tracker.filters.words import file_stem, sentence
from tracker.lib.bit_sets import as_bytes, has
from tracker.models import Change, ChangeKind, Commitment, Meeting
from tracker.queries.former_values import keys_q
from tracker.queries.lists.dates import due_chunks, gathering_chunks
from tracker.queries.lists.facet_bitsets import facet_bitsets_at
from tracker.queries.lists.facet_values import TARGET_KNOWN
from tracker.queries.lists.nearest_dates import nearest
from tracker.queries.visibility import log_head, public_meetings, public_updates
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
    head = log_head()
    matches = Matches(filterset, facet_bitsets_at(head, filterset.viewpoint))
    chosen = nearest(
        matches.bits(),
        with_target=matches.bitsets.of(TARGET_KNOWN, TARGET_KNOWN),
        retracted=retracted_commitments(filterset),
        meetings=dated_meetings(filterset, matches),
        # The day of the last change, not today, so that the file changes only with the log.
        day=timezone.localdate(head.recorded_at) if head.recorded_at else dt.date.min,
    )
    heading = _heading(request, filterset, changed_at=head.recorded_at, is_cut=chosen.is_cut)
    return calendar_parts(
        heading, due_chunks(chosen.commitments), gathering_chunks(chosen.meetings)
    )


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


def retracted_commitments(filterset: CommitmentFilter) -> QuerySet[Commitment]:
    """Return the retracted commitments that a valid filter would match."""
    # Found by their lines, since no index has them.
    lines = Change.objects.filter(kind=ChangeKind.RETRACTION, commitment__isnull=False)
    retracted: QuerySet[Commitment] = Commitment.objects.filter(
        pk__in=lines.order_by().values("commitment"), retracted_seq__isnull=False
    )
    for name, value in filterset.form.cleaned_data.items():
        if name in filterset.filters:
            retracted = filterset.filters[name].filter(retracted, value)
    return retracted


def dated_meetings(filterset: CommitmentFilter, matches: Matches) -> QuerySet[Meeting]:
    """Return all meetings ever published, or those that the filter selects.

    `meeting`, `forum` and `party` apply to meetings. Any other parameter applies to commitments and
    selects the meetings that mentioned a match.
    """
    meetings = Meeting.objects.published()
    for name, lookup in _MEETING_LOOKUPS.items():
        if name in filterset.active:
            value = filterset.form.cleaned_data[name]
            named = Meeting.objects.filter(**{lookup: value}).order_by()
            meetings = meetings.filter(pk__in=named.values("pk"))
    if filterset.active.keys() - _MEETING_LOOKUPS.keys():
        meetings = meetings.filter(keys_q(_mentioning(matches)))
    return meetings


def _mentioning(matches: Matches) -> set[int]:
    """Return the keys of the meetings, retracted ones included, that mentioned a match."""
    bits, mentioned = matches.bits(), matches.bitsets.sets["meeting"]
    slugs = {slug for slug, mentions in mentioned.items() if mentions & bits}
    public = public_meetings().order_by().values_list("slug", "pk")
    found = {key for slug, key in public if slug in slugs}
    retracted = Meeting.objects.filter(retracted_seq__isnull=False).order_by()
    updates = public_updates().filter(meeting__in=retracted.values("pk")).order_by()
    wanted = as_bytes(bits)
    pairs = updates.values_list("meeting", "commitment")
    return found | {meeting for meeting, commitment in pairs if has(wanted, commitment)}
