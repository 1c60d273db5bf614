"""The public pages: filter, query, render. Rules live in queries; nothing here writes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.dashboard.facets import facets
from tracker.dashboard.paging import page_sizes, paginate
from tracker.dashboard.tables import CommitmentTable
from tracker.dashboard.vocabulary import vocabulary
from tracker.filters import CommitmentFilter, MomentForm
from tracker.filters.words import chips, sentence
from tracker.models import Change, ChangeKind, Citation, Commitment, Meeting, Party, Source
from tracker.queries.change_lines import lines
from tracker.queries.changes import filtered_changes
from tracker.queries.flags import flags_of, has_no_information, with_silence
from tracker.queries.health import health
from tracker.queries.history import History, history
from tracker.queries.meetings import done_by, passed_over_by, with_update_counts
from tracker.queries.moments import Moment
from tracker.queries.rows import headline, rows, titles_known
from tracker.queries.visibility import (
    known_seq,
    log_head,
    position_of,
    public_aliases,
    public_changes,
    public_commitments,
    public_meetings,
    public_notes,
    public_parties,
    public_sources,
    public_topics,
    public_updates,
    with_evidence,
)


def _listing(request: HttpRequest, found: CommitmentFilter) -> dict[str, Any]:
    """What every page with the table of commitments needs."""
    sizes = page_sizes(request.GET)
    per_page = next(size.value for size in sizes if size.is_chosen)
    paging = paginate(found.qs, request.GET, per_page=per_page)
    page_of_rows = rows(paging.rows, found.moment) if found.is_valid() else []
    told = sentence(found) if found.is_valid() else _("Commitments")
    return {
        "filter": found,
        "moment": found.moment,
        "paging": paging,
        "table": CommitmentTable(page_of_rows, params=request.GET, caption=told),
        "facets": facets(found),
        "chips": chips(found) if found.is_valid() else [],
        "sentence": told,
        "page_sizes": sizes,
        "usual_page_size": settings.ROWS_PER_PAGE,
    }


@public_answer
def dashboard(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = CommitmentFilter(request.GET, today=today)
    figures = headline(found.qs, found.moment) if found.is_valid() else None
    context = {"headline": figures, **_listing(request, found)}
    return render(request, "dashboard/dashboard.html", context)


@public_answer
def commitment(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    retracted = Commitment.objects.filter(slug=slug, retracted_seq__isnull=False).first()
    if retracted is not None:
        return _gone(request, retracted)
    form = MomentForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "dashboard/bad_moment.html", {"form": form}, status=400)
    moment = form.moment
    known = public_commitments(as_of=moment.as_of, known_at=moment.known_at).filter(slug=slug)
    record = _described(known, moment).first()
    if record is None:
        return _not_yet(request, slug, moment)
    return render(request, "dashboard/commitment.html", _commitment_context(record, moment))


def _described(commitments: Any, moment: Moment) -> Any:
    """Load what a commitment's page says around its history."""
    public = public_commitments(known_at=moment.known_at)
    return (
        with_silence(commitments, moment)
        .select_related("first_stated_at", "part_of", "supersedes")
        .prefetch_related(
            Prefetch("topics", public_topics()),
            Prefetch("parties", public_parties()),
            Prefetch("aliases", public_aliases(known_at=moment.known_at)),
            Prefetch("related", public),
            Prefetch("parts", public),
            Prefetch("superseded_by", public),
            Prefetch("notes", public_notes(known_at=moment.known_at).select_related("source")),
        )
    )


def _commitment_context(record: Commitment, moment: Moment) -> dict[str, Any]:
    told: History = history(record, as_of=moment.as_of, known_at=moment.known_at)
    known = known_seq(moment.known_at)
    title = record.title if known is None else titles_known([record], known).get(record.pk, "")
    position = position_of(record)
    return {
        "commitment": record,
        "title": title or record.title,
        "position": position,
        "moment": moment,
        "history": told,
        "flags": flags_of(record, moment),
        "has_no_information": has_no_information(position, moment.day),
        "changes": public_changes().filter(commitment=record)[: settings.FEED_ENTRIES],
    }


def _gone(request: HttpRequest, record: Commitment) -> HttpResponse:
    change = (
        Change.objects.filter(commitment=record, kind=ChangeKind.RETRACTION, update=None)
        .order_by("-seq")
        .first()
    )
    context = {"reference": record.reference, "change": change}
    return render(request, "dashboard/gone.html", context, status=410)


def _not_yet(request: HttpRequest, slug: str, moment: Moment) -> HttpResponse:
    """A commitment that is public today, and was not there at the moment that was asked for."""
    record = public_commitments().filter(slug=slug).first()
    if record is None or not moment.is_past:
        raise Http404
    return render(
        request,
        "dashboard/not_yet.html",
        {"commitment": record, "moment": moment},
        status=404,
    )


@public_answer
def meetings(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    listed = with_update_counts(public_meetings().select_related("forum"))
    paging = paginate(listed, request.GET, per_page=settings.ROWS_PER_PAGE)
    return render(request, "dashboard/meetings.html", {"paging": paging, "today": today})


@public_answer
def meeting(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    public = public_meetings().select_related("forum")
    record: Meeting = get_object_or_404(public, slug=slug)
    context = {
        "meeting": record,
        "parties": record.parties.all(),
        "sources": record.sources.public(),
        "steps": done_by(record),
        "passed_over": passed_over_by(record, today=today),
        "notes": public_notes().filter(meeting=record).select_related("source"),
        "today": today,
    }
    return render(request, "dashboard/meeting.html", context)


@public_answer
def sources(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    paging = paginate(public_sources(), request.GET, per_page=settings.ROWS_PER_PAGE)
    return render(request, "dashboard/sources.html", {"paging": paging})


@public_answer
def source(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    record: Source = get_object_or_404(public_sources(), slug=slug)
    resting = (
        Citation.objects.filter(source=record, update__in=public_updates())
        .select_related("update__commitment", "update__meeting")
        .order_by("update__commitment__reference", "update__number", "pk")
    )
    context = {
        "source": record,
        "paging": paginate(resting, request.GET, per_page=settings.ROWS_PER_PAGE),
        "meetings": public_meetings().filter(sources=record),
        "notes": public_notes().filter(source=record).select_related("meeting", "commitment"),
    }
    return render(request, "dashboard/source.html", context)


@public_answer
def parties(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    paging = paginate(public_parties(), request.GET, per_page=settings.ROWS_PER_PAGE)
    return render(request, "dashboard/parties.html", {"paging": paging})


@public_answer
def party(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    record: Party = get_object_or_404(public_parties(), slug=slug)
    theirs = Q(pk__in=record.commitments.values("pk"))
    found = CommitmentFilter(request.GET, today=today, scope=theirs)
    own_steps = with_evidence(public_updates().filter(party=record)).chronological().reverse()
    context = {
        "party": record,
        "headline": headline(found.qs, found.moment) if found.is_valid() else None,
        "own_steps": own_steps[: settings.ROWS_PER_PAGE],
        **_listing(request, found),
    }
    return render(request, "dashboard/party.html", context)


@public_answer
def changes(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = CommitmentFilter(request.GET, today=today)
    log = filtered_changes(found.qs if found.is_narrowed else None)
    if not found.is_valid():
        log = log.none()
    paging = paginate(log, request.GET, per_page=settings.ROWS_PER_PAGE)
    context = {
        "filter": found,
        "facets": facets(found),
        "chips": chips(found) if found.is_valid() else [],
        "sentence": sentence(found) if found.is_valid() else "",
        "paging": paging,
        "lines": lines(paging.rows),
        "head": log_head(),
    }
    return render(request, "dashboard/changes.html", context)


@public_answer
def methodology(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    return render(request, "dashboard/methodology.html", vocabulary())


def healthz(request: HttpRequest) -> JsonResponse:
    """For operations: 200 when the database answers and is migrated, 503 otherwise."""
    state = health()
    return JsonResponse(
        state, status=200 if state["ok"] else 503, headers={"Cache-Control": "no-store"}
    )
