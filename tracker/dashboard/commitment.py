"""The page of one commitment, and its citation files."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.answers import head_of, public_answer
from tracker.dashboard.commitment_sections import sections
from tracker.dashboard.not_here import following_renames, not_yet
from tracker.dashboard.paging import Paging, paginate
from tracker.dashboard.structured_data import commitment_data
from tracker.filters import ViewpointForm
from tracker.lib.partial_dates import spelled_day
from tracker.lib.reference_formats import FORMATS, Reference, to_text
from tracker.models import Change, ChangeKind, Commitment
from tracker.queries.flags import flags_of
from tracker.queries.log.change_summary import newest, summarise_loaded
from tracker.queries.records.commitment import (
    commitment_then,
    commitment_today,
    read_around,
)
from tracker.queries.records.flag_grounds import grounds
from tracker.queries.records.history_pages import Part, long_history, read_part, read_whole
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import position_of


@public_answer
@following_renames("commitment")
def commitment(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    result = _at_viewpoint(request, slug, today=today)
    if isinstance(result, HttpResponse):
        return result
    return render(request, "dashboard/commitment.html", _context(request, *result))


@public_answer
@following_renames("commitment")
def cite(request: HttpRequest, slug: str, extension: str, *, today: dt.date) -> HttpResponse:
    """Serve the citation as BibTeX, RIS, CSL-JSON or plain text."""
    if extension not in FORMATS:
        raise Http404
    result = _at_viewpoint(request, slug, today=today)
    if isinstance(result, HttpResponse):
        return result
    record, viewpoint = result
    last_recorded_at = _last_recorded_at(record, viewpoint)
    cited = _reference(request, record, viewpoint, last_recorded_at=last_recorded_at)
    form = FORMATS[extension]
    headers = {"Content-Disposition": f'attachment; filename="{record.reference}.{extension}"'}
    return HttpResponse(form.write(cited), content_type=form.media_type, headers=headers)


def _at_viewpoint(
    request: HttpRequest, slug: str, *, today: dt.date
) -> tuple[Commitment, Viewpoint] | HttpResponse:
    """Return the commitment at the requested moment, or a response that explains its absence."""
    viewpoint = Viewpoint(today)
    record = commitment_today(slug, viewpoint)
    if record is not None and record.is_retracted:
        return _gone(request, record)
    if any(name in request.GET for name in ViewpointForm.base_fields):
        form = ViewpointForm(request.GET, today=today)
        if not form.is_valid():
            return render(request, "dashboard/invalid_viewpoint.html", {"form": form}, status=400)
        viewpoint = form.viewpoint
    shown = commitment_then(slug, viewpoint) if viewpoint.is_past else record
    if shown is None:
        return not_yet(request, "commitment", slug, viewpoint)
    return shown, viewpoint


def _gone(request: HttpRequest, record: Commitment) -> HttpResponse:
    change = (
        Change.objects.filter(commitment=record, kind=ChangeKind.RETRACTION, update=None, note=None)
        .order_by("-seq")
        .first()
    )
    context = {"reference": record.reference, "change": change}
    return render(request, "dashboard/gone.html", context, status=410)


def _reference(
    request: HttpRequest,
    commitment: Commitment,
    viewpoint: Viewpoint,
    *,
    last_recorded_at: dt.datetime | None,
) -> Reference:
    """Return the citation of a commitment, with an address that always shows the same content.

    `last_recorded_at` is when the newest log line about it known at the viewpoint was recorded.
    """
    days = {"as_of": viewpoint.day, "known_at": viewpoint.known_at or viewpoint.today}
    issued = timezone.localdate(last_recorded_at) if last_recorded_at else days["known_at"]
    address = request.build_absolute_uri(commitment.get_absolute_url())
    return Reference(
        key=commitment.reference,
        title=commitment.title,
        author=settings.REGISTER_NAME,
        url=f"{address}?{urlencode(days)}",
        issued=issued,
        accessed=viewpoint.today,
        note=_("As things stood on %(day)s, log of changes up to line %(seq)d.")
        % {
            "day": spelled_day(days["as_of"]),
            "seq": head_of(request).seq if viewpoint.known is None else viewpoint.known,
        },
        language=get_language() or settings.LANGUAGE_CODE,
    )


def _last_recorded_at(record: Commitment, viewpoint: Viewpoint) -> dt.datetime | None:
    last = newest(record.pk, viewpoint, most=1)
    return next((change.recorded_at for change in last), None)


def _read_history(
    request: HttpRequest, record: Commitment, viewpoint: Viewpoint
) -> tuple[Part, Paging | None]:
    """Read the history to show: all of a short one, the requested page of a long one."""
    whole = long_history(record, viewpoint)
    if whole is None:
        return read_whole(record, viewpoint), None
    params = request.GET.copy()
    for name in request.GET.keys() - {"page", *ViewpointForm.base_fields}:
        del params[name]
    paging = paginate(whole.newest_first, params, per_page=settings.HISTORY_PER_PAGE)
    return read_part(whole, paging.page.number), paging


def _context(request: HttpRequest, record: Commitment, viewpoint: Viewpoint) -> dict[str, Any]:
    read_around(record, viewpoint)
    part, paging = _read_history(request, record, viewpoint)
    changes = newest(record.pk, viewpoint, most=settings.FEED_ENTRIES)
    lines = summarise_loaded(changes, known=viewpoint.known)
    last_recorded_at = lines[0].change.recorded_at if lines else None
    cited = _reference(request, record, viewpoint, last_recorded_at=last_recorded_at)
    return {
        "commitment": record,
        "position": position_of(record),
        "viewpoint": viewpoint,
        "paging": paging,
        **sections(record, part, lines, paging),
        "grounds": grounds(record, flags_of(record, viewpoint), viewpoint, targets=part.targets),
        "has_no_information": position_of(record).has_no_information(viewpoint.day),
        "reference": cited,
        "reference_text": to_text(cited),
        "formats": FORMATS,
        "structured_data": commitment_data(request, record, part),
    }
