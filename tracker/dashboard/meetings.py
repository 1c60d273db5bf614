"""The list of meetings, the page of one meeting, and the briefing note for a coming one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracker.answers import public_answer
from tracker.dashboard.not_here import at_viewpoint, following_renames, not_yet
from tracker.dashboard.paging import paginate
from tracker.dashboard.structured_data import meeting_data
from tracker.lib.partial_dates import add_days
from tracker.models import Meeting, MeetingState
from tracker.queries.records.brief import MOST_ROWS, agenda, between_the_parties
from tracker.queries.records.compare import (
    Difference,
    Differences,
    compared_rows,
    grouped,
    with_differences,
)
from tracker.queries.records.meeting import (
    ManyOutcomes,
    Outcome,
    by_movement,
    next_of_forum,
    outcomes,
    passed_over_by,
    previous_of_forum,
    with_update_counts,
    with_words,
)
from tracker.queries.reference_data import (
    hide_outcome,
    meetings_by,
    notes_by,
    parties_of,
    sources_of,
    was_there,
)
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    as_known,
    public_commitments,
    public_meetings,
    record_at,
)
from tracker.schema.vocabulary import Movement

# Commitments that a meeting's page lists as not mentioned; it says how many there are.
MOST_SILENT = 500


def _meeting_at(slug: str, viewpoint: Viewpoint) -> Meeting | None:
    known = public_meetings(viewpoint).select_related("forum")
    return record_at(known, slug, viewpoint)


@public_answer
@at_viewpoint
def meetings(request: HttpRequest, *, viewpoint: Viewpoint) -> HttpResponse:
    known = meetings_by(viewpoint)
    paging = paginate(known.select_related("forum"), request.GET, per_page=settings.ROWS_PER_PAGE)
    listed = with_update_counts(as_known(paging.rows, viewpoint), viewpoint)
    context = {"viewpoint": viewpoint, "paging": paging, "meetings": listed}
    return render(request, "dashboard/meetings.html", context)


@public_answer
@following_renames("meeting")
@at_viewpoint
def meeting(request: HttpRequest, slug: str, *, viewpoint: Viewpoint) -> HttpResponse:
    record = _meeting_at(slug, viewpoint)
    if record is None or not was_there(record, viewpoint):
        return not_yet(request, "meeting", slug, viewpoint)
    hide_outcome(record, viewpoint)
    previous = previous_of_forum(record, viewpoint)
    recorded = outcomes(record, viewpoint, previous=previous)
    paging = paginate(recorded, request.GET, per_page=settings.ROWS_PER_PAGE)
    shown = with_words(paging.rows, viewpoint)
    notes = notes_by(viewpoint).filter(meeting=record).select_related("source")
    passed_over = passed_over_by(record, viewpoint)
    parties = as_known(parties_of(record, viewpoint), viewpoint)
    sources = as_known(sources_of(record, viewpoint), viewpoint)
    context = {
        "meeting": record,
        "viewpoint": viewpoint,
        "is_ahead": record.first_day is None or record.first_day > viewpoint.day,
        "parties": parties,
        "sources": sources,
        "previous": previous,
        "next": next_of_forum(record, viewpoint),
        "paging": paging,
        "counts": _counts(recorded),
        "groups": by_movement(shown),
        "steps": [outcome.step for outcome in shown],
        "passed_over": passed_over[:MOST_SILENT],
        "passed_over_count": len(passed_over),
        "notes": as_known(notes, viewpoint),
        "structured_data": meeting_data(request, record, parties=parties, sources=sources),
    }
    return render(request, "dashboard/meeting.html", context)


def _counts(recorded: Sequence[Outcome]) -> list[tuple[Movement, int]]:
    """Return how many outcomes each movement has; none where there are too many to compare."""
    if isinstance(recorded, ManyOutcomes):
        return []
    return [(movement, len(group)) for movement, group in by_movement(recorded)]


@public_answer
@following_renames("meeting")
@at_viewpoint
def brief(request: HttpRequest, slug: str, *, viewpoint: Viewpoint) -> HttpResponse:
    record = _meeting_at(slug, viewpoint)
    if record is None:
        return not_yet(request, "meeting", slug, viewpoint)
    requested, viewpoint = viewpoint, _eve(record, viewpoint)
    previous = previous_of_forum(record, viewpoint)
    context = {
        "meeting": record,
        "requested": requested,
        "viewpoint": viewpoint,
        "parties": as_known(parties_of(record, viewpoint), viewpoint),
        "previous": previous,
        "agenda": agenda(record, viewpoint),
        "since": _since(record, previous, viewpoint),
    }
    return render(request, "dashboard/brief.html", context)


def _eve(record: Meeting, viewpoint: Viewpoint) -> Viewpoint:
    """Return the moment to write for: as requested, today, or the day before a held meeting."""
    if viewpoint.as_of is not None or record.state != MeetingState.HELD or record.first_day is None:
        return viewpoint
    return replace(viewpoint, as_of=add_days(record.first_day, -1))


def _since(record: Meeting, previous: Meeting | None, viewpoint: Viewpoint) -> dict[str, Any]:
    """Return what changed between the parties since the forum last met; nothing if it never did."""
    if previous is None or previous.last_day is None or previous.last_day >= viewpoint.day:
        return {}
    until = replace(viewpoint, as_of=viewpoint.day)
    commitments = public_commitments(until)
    since = replace(viewpoint, as_of=previous.last_day)
    theirs = between_the_parties(commitments, record, viewpoint)
    found = Differences(with_differences(theirs, since=since, until=until))
    listed = compared_rows(found[:MOST_ROWS], until)
    return {
        "groups": grouped(listed),
        "unchanged": found.counts.get(Difference.UNCHANGED, 0),
        "is_cut": len(listed) == MOST_ROWS,
        "until": viewpoint.day.isoformat(),
    }
